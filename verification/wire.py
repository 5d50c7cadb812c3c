"""The wire to the agencies: many signed requests in flight at once, on one event loop in a thread of its own.

Threads of the caller only wait for the result, so a worker keeps a hundred requests in flight for the price of one
thread, and connections are kept. Touches no database. Never raises for what an agency does: silence is an answer, too.
"""

import asyncio
import json
import os
import secrets
import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from foundation import clock, events
from foundation.loops import Loop
from verification.lines import Line, plain_line
from verification.reading import Busy, Expired, Page, Unreadable, joined, moment_of, read_page
from verification.sealing import Unsealed, seal, sign
from verification.shape import is_line, readable
from verification.speaking import Tokens, context_of, opened, path_of, question

if TYPE_CHECKING:
    import aiohttp

BREAKER_FAILURES = 8  # in a row; then an agency is left in peace for a while
IN_FLIGHT = 32  # requests to one agency at once, of one process
LONGEST_ANSWER = 1_000_000  # bytes; a family's records take a few thousand
LONGEST_SOURCE = 80  # characters, as stored with a finding
EARLIEST_YEAR = 1900  # a time near the ends of the calendar cannot be moved to another zone
LONGEST_TOKEN = 4000  # characters
MOST_PAGES = 50
OK, UNAUTHORISED, BUSY = 200, 401, 429
NOT_MADE = -1
CUT_OFF = {"ServerDisconnectedError", "ClientOSError", "ConnectionResetError"}  # looking a record up twice harms nobody


@dataclass(frozen=True, slots=True)
class Answer:
    """A usable answer: the records found (may be none), who says so and when, under which trace."""

    records: tuple[dict[str, Any], ...]
    source: str
    at: datetime
    trace_id: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was made, or not made (``status`` -1), with its answer or None for silence."""

    agency: str
    trace_id: str
    status: int
    milliseconds: int
    answer: Answer | None
    why: str = ""
    line: str = ""  # over which it was asked; "" for that of the settings


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of whom, for a family of which district and round; over the line of the settings where none is
    given.
    """

    agency: str
    keys: Sequence[str]
    district: str = ""
    line: Line | None = None
    round_id: int = 0


def signature(secret: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA-256 over method, path, time, nonce and the body's digest (64 hex digits)."""
    return sign(secret, path, timestamp, nonce, body)


@dataclass(frozen=True, slots=True)
class _Said:
    """What came of one HTTP request: the body where the answer is 200, and the kind of what broke, if anything did."""

    status: int
    content: bytes | None
    broken: str = ""


class Wire(Loop):
    """The loop, its thread and its connections: one a process, because none survives a fork."""

    def __init__(self, seconds: float) -> None:
        import aiohttp  # a tenth of a second: only where something is asked

        super().__init__("agencies")
        self.trouble = (aiohttp.ClientError, TimeoutError, OSError, ValueError)
        self.seconds = seconds
        self.tokens = Tokens()

    async def ask(self, requests: Sequence[Request]) -> list[Call]:
        """All answers, in the order of the requests. A line that keeps silent is not asked on within the batch."""
        lines = [request.line or plain_line(request.agency) for request in requests]
        gates = {line.name: _Gate() for line in lines}
        together: dict[str, list[int]] = {}
        groups: list[tuple[Line, list[int]]] = []
        for at, line in enumerate(lines):
            if line.name not in together or len(together[line.name]) >= line.dialect.batch:
                together[line.name] = []
                groups.append((line, together[line.name]))
            together[line.name].append(at)
        made = await asyncio.gather(
            *(self._group(line, [requests[at] for at in places], gates[line.name]) for line, places in groups)
        )
        found = {
            at: call
            for (_line, places), calls in zip(groups, made, strict=True)
            for at, call in zip(places, calls, strict=True)
        }
        return [found[at] for at in range(len(requests))]

    async def _group(self, line: Line, requests: Sequence[Request], gate: "_Gate") -> list[Call]:
        async with gate.room:
            if gate.silent >= BREAKER_FAILURES:
                why = "resting after repeated failures"
                return [Call(line.agency, uuid.uuid4().hex, NOT_MADE, 0, None, why, line.name) for _one in requests]
            calls = await self._calls(line, requests)
            heard = any(one.answer is not None or one.status == BUSY for one in calls)
            gate.silent = 0 if heard else gate.silent + 1
            return calls

    async def _calls(self, line: Line, requests: Sequence[Request]) -> list[Call]:
        """Ask the questions of one HTTP request; as many as there are pages of the answer."""
        trace_id, started = uuid.uuid4().hex, time.monotonic()
        status, answers, broken = await self._answers(line, requests, trace_id)
        spent = int(1000 * (time.monotonic() - started))
        rows = answers or [None] * len(requests)
        failed = f"HTTP {status}" if status else "no connection"
        if not all(rows):
            said = broken or (failed if status != OK else "an answer that is none")
            events.refused("agency", said, agency=line.name, trace=trace_id, milliseconds=spent)
        return [Call(line.agency, trace_id, status, spent, one, "" if one else failed, line.name) for one in rows]

    async def _answers(
        self, line: Line, requests: Sequence[Request], trace_id: str
    ) -> tuple[int, list[Answer | None] | None, str]:
        """Status (0 for none), an answer a question if it is one, and the kind of what broke, if anything did."""
        pages: list[Page] = []
        renewed = False
        while len(pages) < MOST_PAGES:
            token = await self.tokens.of(line, self._fetch_token) if line.dialect.token_path else ""
            if token is None:
                return 0, None, "no token"
            body = question(line.dialect, [one.keys for one in requests], len(pages) + 1)
            said = await self._post(line, path_of(line), body, trace_id, token)
            try:
                pages.append(_page(line, said, len(requests), token))
            except Expired:
                self.tokens.drop(line, token)
                if renewed:
                    return UNAUTHORISED, None, "token refused"
                renewed = True
                continue
            except Busy:
                return BUSY, None, "too many requests"
            except (Unreadable, Unsealed):
                return said.status, None, said.broken
            if not pages[-1].more:
                return OK, [_answer(line, one, pages[0], trace_id) for one in joined(pages).records], ""
        return OK, None, "too many pages"

    async def _fetch_token(self, line: Line) -> tuple[str, float] | None:
        """A token and for how many seconds it is good; None where none was given."""
        body = json.dumps(dict(line.dialect.constants)).encode()
        said = await self._post(line, line.dialect.token_path, body, uuid.uuid4().hex, "")
        try:
            made = json.loads(opened(line, said.content or b"").decode(line.dialect.charset))
            token, seconds = made.get("token") or made["access_token"], float(made.get("expires_in", 60))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        return (token, seconds) if is_line(token, LONGEST_TOKEN) and token.isascii() else None

    async def _post(self, line: Line, path: str, plain: bytes, trace_id: str, token: str) -> _Said:
        """One signed request; put once more where a kept connection was cut off: nothing was asked on it."""
        said = await self._send(line, path, plain, trace_id, token)
        return await self._send(line, path, plain, trace_id, token) if said.broken in CUT_OFF else said

    async def _send(self, line: Line, path: str, plain: bytes, trace_id: str, token: str) -> _Said:
        dialect = line.dialect
        body = seal(plain, line.secret, dialect.cipher)
        timestamp, nonce = str(int(time.time())), secrets.token_hex(12)
        headers = {
            "Content-Type": "text/plain" if dialect.cipher else f"application/json; charset={dialect.charset}",
            "X-Trace": trace_id,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": sign(line.secret, path, timestamp, nonce, body, dialect.signature),
            **({"Authorization": f"Bearer {token}"} if token else {}),
        }
        try:
            trust = context_of(dialect)
            async with self.http(self.seconds).post(
                line.url + path,
                data=body,
                headers=headers,
                allow_redirects=False,
                ssl=trust if trust is not None else True,
            ) as response:
                return _Said(response.status, await _content(response) if response.status == OK else None)
        except self.trouble as broken:
            return _Said(0, None, type(broken).__name__)


class _Gate:
    """How many of one batch may be at one agency at once, and how many in a row were not answered."""

    __slots__ = ("room", "silent")

    def __init__(self) -> None:
        self.room, self.silent = asyncio.Semaphore(IN_FLIGHT), 0


async def _content(response: "aiohttp.ClientResponse") -> bytes | None:
    """The body; None for one that is too long. One that trickles in ends with the time of the whole request."""
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > LONGEST_ANSWER:
            return None
    return bytes(content)


def _page(line: Line, said: _Said, questions: int, token: str) -> Page:
    """One page of an answer. Raises Expired, Busy, Unreadable, Unsealed."""
    if said.status == UNAUTHORISED and token:
        raise Expired
    if said.status == BUSY:
        raise Busy
    if said.content is None:
        raise Unreadable
    return read_page(opened(line, said.content), line.dialect, questions)


def _answer(line: Line, records: Sequence[dict[str, Any]], page: Page, trace_id: str) -> Answer | None:
    """The answer, or None for anything that is not one: an empty or malformed 200 is silence, not "not found"."""
    rows = list(records)
    try:
        json.dumps(rows, ensure_ascii=False, allow_nan=False).encode()  # can be kept as evidence
        source = page.source if line.dialect.source else line.name
        at = moment_of(page.at) if line.dialect.at else clock.now()
        if at is None or not readable(rows) or not is_line(source, LONGEST_SOURCE) or not at.year > EARLIEST_YEAR:
            return None
        # agencies write their wall clock without a zone
        return Answer(tuple(rows), source, at if at.tzinfo else at.replace(tzinfo=clock.SHANGHAI), trace_id)
    except (ValueError, TypeError, RecursionError):
        return None


@lru_cache(maxsize=4)
def _wire(pid: int, seconds: float) -> Wire:  # noqa: ARG001 - one a process: no thread survives a fork
    return Wire(seconds)


def begin(requests: Sequence[Request], refused: Mapping[int, Call]) -> "Future[list[Call]]":
    """Send the requests now; the result has a Call for each, in order. ``refused``: those not to be made, by place."""
    wire = _wire(os.getpid(), settings.AGENCY_TIMEOUT_SECONDS)

    async def all_of_them() -> list[Call]:
        made = iter(await wire.ask([one for at, one in enumerate(requests) if at not in refused]))
        return [refused[at] if at in refused else next(made) for at in range(len(requests))]

    return wire.submit(all_of_them())
