"""Asking a service of identities over HTTP: one answer, bounded in time and size, that is an object of JSON."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from django.conf import settings

LONGEST_ANSWER: Final = 100_000  # bytes


class Silent(Exception):
    """No answer, an error, or something that is no object; ``why`` is for the log and names nobody."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def ask(
    method: str, url: str, *, headers: Mapping[str, str], content: bytes | None = None
) -> tuple[dict[str, Any], httpx.Response]:
    """The object that was answered, and the answer itself (bytes, headers). Raises Silent.

    No redirect is followed: what is asked holds names and numbers, and goes to the configured address only.
    """
    path = urlsplit(url).path
    try:
        answer = httpx.request(
            method,
            url,
            timeout=settings.OIDC_TIMEOUT_SECONDS,
            headers={"Accept": "application/json", **headers},
            content=content,
        )
        answer.raise_for_status()
        found = answer.json() if len(answer.content) <= LONGEST_ANSWER else None
    except (httpx.HTTPError, ValueError) as silent:
        raise Silent(f"{path}: {type(silent).__name__}") from silent
    if not isinstance(found, dict):
        raise Silent(f"{path}: no object")
    return found, answer
