"""The wire to the agencies: many signed requests in flight at once, on one event loop in a thread of its own.

Threads of the caller only wait for the result, so a worker keeps a hundred requests in flight for the price of one
thread, and connections are kept. Touches no database. Never raises for what an agency does: silence is an answer, too.
"""

import asyncio
import hashlib
import hmac
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
from verification.shape import is_line, readable

if TYPE_CHECKING:
    import aiohttp

BREAKER_FAILURES = 8  # in a row; then an agency is left in peace for a while
IN_FLIGHT = 32  # requests to one agency at once, of one process
LONGEST_ANSWER = 1_000_000  # bytes; a family's records take a few thousand
LONGEST_SOURCE = 80  # characters, as stored with a finding
EARLIEST_YEAR = 1900  # a time near the ends of the calendar cannot be moved to another zone
OK = 200
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


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of whom."""

    agency: str
    keys: Sequence[str]


def signature(secret: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA-256 over method, path, time, nonce and the body's digest (64 hex digits)."""
    message = "\n".join(["POST", path, timestamp, nonce, hashlib.sha256(body).hexdigest()])
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


class Wire(Loop):
    """The loop, its thread and its connections: one a process and address, because none survives a fork."""

    def __init__(self, base_url: str, seconds: float) -> None:
        import aiohttp  # a tenth of a second: only where something is asked

        super().__init__("agencies")
        self.trouble = (aiohttp.ClientError, TimeoutError, OSError, ValueError)
        self.base_url, self.seconds = base_url, seconds

    async def ask(self, requests: Sequence[Request]) -> list[Call]:
        """All answers, in the order of the requests. An agency that keeps silent is not asked on within the batch."""
        gates = {request.agency: _Gate() for request in requests}
        return await asyncio.gather(*(self._one(request, gates[request.agency]) for request in requests))

    async def _one(self, request: Request, gate: "_Gate") -> Call:
        async with gate.room:
            if gate.silent >= BREAKER_FAILURES:
                return Call(request.agency, uuid.uuid4().hex, NOT_MADE, 0, None, "resting after repeated failures")
            made = await self._call(request)
            gate.silent = 0 if made.answer is not None else gate.silent + 1
            return made

    async def _call(self, request: Request) -> Call:
        trace_id, started = uuid.uuid4().hex, time.monotonic()
        status, answer, broken = await self._post(request, trace_id)
        if broken in CUT_OFF:  # a kept connection that the other side closed just now: nothing was asked on it
            status, answer, broken = await self._post(request, trace_id)
        spent = int(1000 * (time.monotonic() - started))
        why = "" if answer else (f"HTTP {status}" if status else "no connection")
        if why:
            said = broken or (why if status != OK else "an answer that is none")
            events.refused("agency", said, agency=request.agency, trace=trace_id, milliseconds=spent)
        return Call(request.agency, trace_id, status, spent, answer, why)

    async def _post(self, request: Request, trace_id: str) -> tuple[int, Answer | None, str]:
        """Status (0 for none), the answer if it is one, and the kind of what broke, if anything did."""
        path = f"/{request.agency}/query"
        body = json.dumps({"keys": list(request.keys)}).encode()
        timestamp, nonce = str(int(time.time())), secrets.token_hex(12)
        headers = {
            "Content-Type": "application/json",
            "X-Trace": trace_id,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signature(settings.AGENCY_SECRET, path, timestamp, nonce, body),
        }
        try:
            async with self.http(self.seconds).post(
                self.base_url + path, data=body, headers=headers, allow_redirects=False
            ) as response:
                content = await _content(response) if response.status == OK else None
                return response.status, _read(content, trace_id) if content is not None else None, ""
        except self.trouble as broken:
            return 0, None, type(broken).__name__


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


def _read(content: bytes, trace_id: str) -> Answer | None:
    """The answer, or None for anything that is not one: an empty or malformed 200 is silence, not "not found"."""
    try:
        body = json.loads(content)
        records, source = body["records"], body["source"]
        at = datetime.fromisoformat(body["at"])
        json.dumps(records, ensure_ascii=False, allow_nan=False).encode()  # can be kept as evidence
        if not readable(records) or not is_line(source, LONGEST_SOURCE) or not at.year > EARLIEST_YEAR:
            return None
        # agencies write their wall clock without a zone
        return Answer(tuple(records), source, at if at.tzinfo else at.replace(tzinfo=clock.SHANGHAI), trace_id)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


@lru_cache(maxsize=4)
def _wire(pid: int, base_url: str, seconds: float) -> Wire:  # noqa: ARG001 - one a process: no thread survives a fork
    return Wire(base_url, seconds)


def begin(requests: Sequence[Request], refused: Mapping[int, Call]) -> "Future[list[Call]]":
    """Send the requests now; the result has a Call for each, in order. ``refused``: those not to be made, by place."""
    wire = _wire(os.getpid(), settings.AGENCY_BASE_URL, settings.AGENCY_TIMEOUT_SECONDS)

    async def all_of_them() -> list[Call]:
        made = iter(await wire.ask([one for at, one in enumerate(requests) if at not in refused]))
        return [refused[at] if at in refused else next(made) for at in range(len(requests))]

    return wire.submit(all_of_them())
