"""What a line needs besides the request itself: its question, its certificates, its tokens."""

import asyncio
import json
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from verification.dialect import Dialect
from verification.lines import Line
from verification.sealing import unseal

EARLY = 5.0  # seconds before its end at which a token is fetched again


def path_of(line: Line) -> str:
    """The path of a question."""
    return line.dialect.path.replace("{agency}", line.agency)


def question(dialect: Dialect, asked: Sequence[Sequence[str]], page: int) -> bytes:
    """The body of a question, of a batch of them, or for one of its pages."""
    body: dict[str, Any] = dict(dialect.constants)
    if dialect.batch == 1:
        body[dialect.keys] = list(asked[0])
    else:
        body["queries"] = [{"id": str(at), dialect.keys: list(one)} for at, one in enumerate(asked)]
    if dialect.page_size:
        body |= {"page": page, "size": dialect.page_size}
    return json.dumps(body, ensure_ascii=dialect.charset == "utf-8").encode(dialect.charset)


def opened(line: Line, content: bytes) -> bytes:
    """The body of an answer without its cipher. Raises Unsealed."""
    return unseal(content, line.secret, line.dialect.cipher)


def context_of(dialect: Dialect) -> ssl.SSLContext | None:
    """Whom a line trusts and what it shows; None for what every https address gets. Raises OSError."""
    if not dialect.certificate and not dialect.authority:
        return None
    named = (dialect.certificate, dialect.certificate_key, dialect.authority)
    # by the time of the files: a certificate that was renewed is used from then on
    return _context(named, tuple(_file(one).stat().st_mtime if one else 0.0 for one in named))


def _file(name: str) -> Path:
    """A file of the folder of certificates, and of no other."""
    return Path(settings.AGENCY_CERTIFICATES) / Path(name).name


@lru_cache(maxsize=64)
def _context(named: tuple[str, str, str], _times: tuple[float, ...]) -> ssl.SSLContext:
    certificate, key, authority = named
    made = ssl.create_default_context(cafile=str(_file(authority)) if authority else None)
    if certificate:
        made.load_cert_chain(_file(certificate), _file(key))
    return made


class Tokens:
    """The tokens of the lines, fetched once for all who wait and again before they end. Used on one loop only."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, float]] = {}
        self.locks: dict[str, asyncio.Lock] = {}

    async def of(self, line: Line, fetch: Callable[[Line], Awaitable[tuple[str, float] | None]]) -> str | None:
        """The token of a line; None where it gave none."""
        async with self.locks.setdefault(line.name, asyncio.Lock()):
            token, until = self.kept.get(line.name, ("", 0.0))
            if token and time.monotonic() < until:
                return token
            made = await fetch(line)
            if made is None:
                return None
            token, seconds = made
            self.kept[line.name] = (token, time.monotonic() + max(0.0, seconds - min(EARLY, seconds / 2)))
            return token

    def drop(self, line: Line, token: str | None) -> None:
        """Forget a token that was refused, if it is still the one that is kept."""
        if self.kept.get(line.name, ("", 0.0))[0] == token:
            del self.kept[line.name]
