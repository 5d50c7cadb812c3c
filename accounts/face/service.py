"""The face service a city has joined, from one YAML file that is read once; without a file there is none."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.oidc.providers import LEVELS, filled
from foundation.addresses import enciphered
from foundation.environment import Declared

WORDS: Final = ("name", "operator", "compared", "kept")


@dataclass(frozen=True, slots=True)
class FaceService:
    """``name`` of the service, ``operator``: who compares, ``compared``: with what, ``kept``: for how long the picture
    is kept there. These four stand in the consent, in Chinese and English.

    ``begin`` and ``result`` are asked by the portal; ``pages`` is what the address of every page of the service begins
    with. ``level`` is what a passed check proves (accounts.models.Assurance).
    """

    key: str
    name: Mapping[str, str]
    operator: Mapping[str, str]
    compared: Mapping[str, str]
    kept: Mapping[str, str]
    begin: str
    result: str
    pages: str
    client_id: str
    client_secret: str
    level: int = 3

    def said(self, what: str, language: str) -> str:
        """One of WORDS in a language."""
        words: Mapping[str, str] = getattr(self, what)
        return words["en" if language.startswith("en") else "zh"]


def _checked(row: Any) -> FaceService:
    try:
        made = FaceService(**row)
        safe = all(enciphered(address) for address in (made.begin, made.result, made.pages)) and made.pages.endswith(
            "/"
        )
        worded = all({"zh", "en"} <= set(getattr(made, what)) for what in WORDS)
        named = made.key.isalnum() and len(made.key) <= 20 and made.client_id and made.client_secret
    except (TypeError, AttributeError, ValueError) as wrong:
        raise ImproperlyConfigured(f"FACE_SERVICE_FILE: {wrong}") from wrong
    if not (safe and worded and named and made.level in LEVELS):
        raise ImproperlyConfigured(
            f"FACE_SERVICE_FILE: {made.key!r} needs https addresses begin, result and pages (which ends with a slash), "
            f"the words {', '.join(WORDS)} in zh and en, client_id, client_secret and level 2 or 3"
        )
    return made


@lru_cache(maxsize=4)
def _read(path: str, base: str) -> FaceService:  # noqa: ARG001 - a changed address is another reading
    return _checked(filled(yaml.safe_load(Path(path).read_text(encoding="utf-8")), Declared()))


def face_service() -> FaceService | None:
    """The service, or None where none is configured: then the way is not offered anywhere."""
    path: str = settings.FACE_SERVICE_FILE
    return _read(path, os.environ.get("IDENTITY_BASE_URL", "")) if path else None
