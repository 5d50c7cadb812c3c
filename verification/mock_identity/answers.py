"""What every part of the synthetic identity service answers with, and what it reads of its environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

CLIENT = "enrollment"
LOOPBACK = ("127.0.0.1", "localhost")
BACK = ("/sign-in/", "/my/identity/face/")  # where the portal takes people back


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    body: bytes
    kind: str = "application/json"
    location: str = ""
    signature: str = ""


class Refuse(Exception):
    """An error for the client."""


def city() -> Path:
    return Path(os.environ["CITY_FILE"])


def knobs() -> Mapping[str, Any]:
    try:
        found: dict[str, Any] = json.loads(city().with_suffix(".identity.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found


def as_json(body: object, status: str = "200 OK") -> Answer:
    return Answer(status, json.dumps(body, ensure_ascii=False).encode())


def as_html(text: str, status: str = "200 OK") -> Answer:
    return Answer(status, text.encode(), "text/html; charset=utf-8")


def back(redirect: str, **values: str) -> Answer:
    return Answer("303 See Other", b"", "text/plain", f"{redirect}?{urlencode(values)}")


def may_redirect(target: str) -> bool:
    """Only to the portal's own address, or the same port of this machine under its other name."""
    wanted, site = urlsplit(target), urlsplit(os.environ["SITE_URL"])
    same = wanted.netloc == site.netloc or (wanted.hostname in LOOPBACK and wanted.port == site.port)
    return same and wanted.scheme == site.scheme and wanted.path.startswith(BACK)
