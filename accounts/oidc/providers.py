"""The providers a city has joined, from one YAML file that is read once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LEVELS = {2, 3}


@dataclass(frozen=True, slots=True)
class Provider:
    """One government sign-in. ``acr`` maps its levels to accounts.models.Assurance; others are not accepted."""

    key: str
    name: Mapping[str, str]
    zone: Mapping[str, str]
    issuer: str
    client_id: str
    client_secret: str
    scope: str
    acr: Mapping[str, int]
    claims: Mapping[str, str]

    def called(self, language: str) -> str:
        return self.name["en" if language.startswith("en") else "zh"]

    def zone_called(self, language: str) -> str:
        return self.zone["en" if language.startswith("en") else "zh"]


def _checked(row: Mapping[str, Any]) -> Provider:
    try:
        made = Provider(**row)
        parts = urlsplit(made.issuer)
        sound = parts.scheme == "https" or parts.hostname in LOOPBACK
        levels = set(made.acr.values()) <= LEVELS and bool(made.acr)
        named = {"zh", "en"} <= set(made.name) & set(made.zone) and {"name", "id_number", "phone"} <= set(made.claims)
    except (TypeError, AttributeError, ValueError) as wrong:
        raise ImproperlyConfigured(f"OIDC_PROVIDERS_FILE: {wrong}") from wrong
    if not (sound and levels and named and made.key.isalnum() and len(made.key) <= 20):
        raise ImproperlyConfigured(
            f"OIDC_PROVIDERS_FILE: provider {made.key!r} needs an https issuer, acr levels 2 or 3, names in zh and en, "
            "and the claims name, id_number and phone"
        )
    return made


@lru_cache(maxsize=4)
def _read(path: str, base: str) -> dict[str, Provider]:  # noqa: ARG001 - a changed address is another reading
    text = Template(Path(path).read_text(encoding="utf-8")).safe_substitute(os.environ)
    return {one.key: one for one in (_checked(row) for row in yaml.safe_load(text) or [])}


def providers() -> list[Provider]:
    """The providers in the order of the file; none where none is configured: then no button is shown."""
    path: str = settings.OIDC_PROVIDERS_FILE
    return list(_read(path, os.environ.get("IDENTITY_BASE_URL", "")).values()) if path else []


def provider(key: str) -> Provider | None:
    return next((one for one in providers() if one.key == key), None)
