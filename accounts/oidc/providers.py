"""The providers a city has joined, from one YAML file that is read once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from foundation.addresses import enciphered
from foundation.environment import Declared

LEVELS = {2, 3}
TOKEN_AUTH = {"", "client_secret_basic", "client_secret_post"}


@dataclass(frozen=True, slots=True)
class Provider:
    """One government sign-in. ``acr`` maps its levels to accounts.models.Assurance; others are not accepted.

    A provider that vouches for everybody alike and names no level has the level "".
    """

    key: str
    name: Mapping[str, str]
    zone: Mapping[str, str]
    issuer: str
    client_id: str
    client_secret: str
    scope: str
    acr: Mapping[str, int]
    claims: Mapping[str, str]
    # how the client proves itself at the token endpoint; "" takes basic where the provider offers it, else post
    token_auth: str = ""

    def called(self, language: str) -> str:
        return self.name["en" if language.startswith("en") else "zh"]

    def zone_called(self, language: str) -> str:
        return self.zone["en" if language.startswith("en") else "zh"]


def _checked(row: Mapping[str, Any]) -> Provider:
    try:
        made = Provider(**row)
        sound = enciphered(made.issuer)
        levels = set(made.acr.values()) <= LEVELS and bool(made.acr) and made.token_auth in TOKEN_AUTH
        named = {"zh", "en"} <= set(made.name) & set(made.zone) and {"name", "id_number", "phone"} <= set(made.claims)
    except (TypeError, AttributeError, ValueError) as wrong:
        raise ImproperlyConfigured(f"OIDC_PROVIDERS_FILE: {wrong}") from wrong
    if not (sound and levels and named and made.key.isalnum() and len(made.key) <= 20):
        raise ImproperlyConfigured(
            f"OIDC_PROVIDERS_FILE: provider {made.key!r} needs an https issuer, acr levels 2 or 3, names in zh and en, "
            "the claims name, id_number and phone, and client_secret_basic or _post as token_auth (or none)"
        )
    return made


@lru_cache(maxsize=4)
def _read(path: str, base: str) -> dict[str, Provider]:  # noqa: ARG001 - a changed address is another reading
    rows = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or []
    return {one.key: one for one in (_checked(filled(row, Declared())) for row in rows)}


def filled(value: Any, given: Mapping[str, str]) -> Any:
    """``${NAME}`` in every text, after reading: a secret with a colon must not become a piece of YAML."""
    if isinstance(value, dict):
        return {name: filled(inner, given) for name, inner in value.items()}
    return Template(value).safe_substitute(given) if isinstance(value, str) else value


def providers() -> list[Provider]:
    """The providers in the order of the file; none where none is configured: then no button is shown."""
    path: str = settings.OIDC_PROVIDERS_FILE
    return list(_read(path, os.environ.get("IDENTITY_BASE_URL", "")).values()) if path else []


def provider(key: str) -> Provider | None:
    return next((one for one in providers() if one.key == key), None)
