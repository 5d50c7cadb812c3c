"""Asking an agency over HTTP: signed, time-limited, rate-limited, counted, guarded by a switch and a breaker."""

import hashlib
import hmac
import json
import os
import secrets
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import httpx
from django.conf import settings
from django.db.models import F
from redis import RedisError

from foundation import clock
from foundation.valkey import valkey
from verification.models import AgencyCall, AgencySwitch
from verification.shape import is_line, readable

BREAKER_FAILURES = 8
BREAKER_SECONDS = 20
RATE_PER_SECOND = 400
LONGEST_ANSWER = 1_000_000  # bytes; a family's records take a few thousand
LONGEST_SOURCE = 80  # characters, as stored with a finding
EARLIEST_YEAR = 1900  # a time near the ends of the calendar cannot be moved to another zone
OK = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """A usable answer: the records found (may be none), who says so and when, under which trace."""

    records: tuple[dict[str, Any], ...]
    source: str
    at: datetime
    trace_id: str


def signature(secret: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA-256 over method, path, time, nonce and the body's digest (64 hex digits)."""
    message = "\n".join(["POST", path, timestamp, nonce, hashlib.sha256(body).hexdigest()])
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=1)
def _http(pid: int) -> httpx.Client:  # noqa: ARG001 - one client per process: connections must not survive a fork
    limits = httpx.Limits(max_keepalive_connections=8)
    return httpx.Client(base_url=settings.AGENCY_BASE_URL, timeout=settings.AGENCY_TIMEOUT_SECONDS, limits=limits)


def _within_rate(agency: str) -> bool:
    """Count this second's requests to the agency; without a counter the request goes through."""
    key = f"rate:{agency}:{int(time.time())}"
    try:
        with valkey().pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, 5)
            count = int(pipe.execute()[0])
    except RedisError:
        return True
    return count <= RATE_PER_SECOND


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was made, or not made (``status`` -1), with its answer or None for silence."""

    agency: str
    trace_id: str
    status: int
    milliseconds: int
    answer: Answer | None
    why: str = ""


NOT_MADE = -1


def closed_agencies() -> dict[str, str]:
    """Agencies that are not asked at the moment, with the reason: switched off, or resting after failures."""
    now, closed = clock.now(), {}
    for switch in AgencySwitch.objects.all():
        if not switch.enabled:
            closed[switch.agency] = "switched off"
        elif switch.open_until and switch.open_until > now:
            closed[switch.agency] = "resting after repeated failures"
    return closed


def call(agency: str, keys: Sequence[str], closed: Mapping[str, str]) -> Call:
    """Make one request. Touches no database, so that several can run in threads at once; never raises."""
    trace_id = uuid.uuid4().hex
    why = closed.get(agency) or ("" if _within_rate(agency) else "too many requests this second")
    if why:
        return Call(agency, trace_id, NOT_MADE, 0, None, why)
    started = time.monotonic()
    status, answer = _post(agency, keys, trace_id)
    spent = int(1000 * (time.monotonic() - started))
    why = "" if answer else (f"HTTP {status}" if status else "no connection")
    return Call(agency, trace_id, status, spent, answer, why)


def note(calls: Iterable[Call], *, purpose: str) -> None:
    """Count requests that were made; eight failures in a row rest an agency for 20 seconds."""
    made = [made for made in calls if made.status != NOT_MADE]
    AgencyCall.objects.bulk_create(
        [
            AgencyCall(
                agency=one.agency,
                at=clock.now(),
                purpose=purpose,
                trace_id=one.trace_id,
                status=one.status,
                milliseconds=one.milliseconds,
                usable=one.answer is not None,
            )
            for one in made
        ]
    )
    good = [one.agency for one in made if one.answer is not None]
    AgencySwitch.objects.filter(pk__in=good, failures__gt=0).update(failures=0, open_until=None)
    for one in made:
        if one.answer is None:
            _failed(one.agency)


def _failed(agency: str) -> None:
    AgencySwitch.objects.get_or_create(pk=agency)
    AgencySwitch.objects.filter(pk=agency).update(failures=F("failures") + 1)
    AgencySwitch.objects.filter(pk=agency, failures__gte=BREAKER_FAILURES).update(
        failures=0, open_until=clock.now() + timedelta(seconds=BREAKER_SECONDS)
    )


def ask_all(lookups: Mapping[str, Sequence[str]], *, purpose: str) -> dict[str, Call]:
    """Ask several agencies at once, one request each in parallel; every request is counted. Never raises."""
    closed = closed_agencies()
    if len(lookups) == 1:
        calls = [call(agency, keys, closed) for agency, keys in lookups.items()]
    else:
        pool = _threads(os.getpid())
        calls = list(pool.map(lambda item: call(item[0], item[1], closed), lookups.items()))
    note(calls, purpose=purpose)
    return {one.agency: one for one in calls}


@lru_cache(maxsize=1)
def _threads(pid: int) -> ThreadPoolExecutor:  # noqa: ARG001 - see _http
    return ThreadPoolExecutor(max_workers=10, thread_name_prefix="agency")


def _post(agency: str, keys: Sequence[str], trace_id: str) -> tuple[int, Answer | None]:
    path = f"/{agency}/query"
    body = json.dumps({"keys": list(keys)}).encode()
    timestamp, nonce = str(int(time.time())), secrets.token_hex(12)
    headers = {
        "Content-Type": "application/json",
        "X-Trace": trace_id,
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": signature(settings.AGENCY_SECRET, path, timestamp, nonce, body),
    }
    try:
        with _http(os.getpid()).stream("POST", path, content=body, headers=headers) as response:
            content = _content(response) if response.status_code == OK else None
            return response.status_code, _read(content, trace_id) if content is not None else None
    except httpx.HTTPError:
        return 0, None


def _content(response: httpx.Response) -> bytes | None:
    """The body; None for one that is too long, or that trickles in for longer than an answer may take."""
    content, give_up = bytearray(), time.monotonic() + settings.AGENCY_TIMEOUT_SECONDS
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > LONGEST_ANSWER or time.monotonic() > give_up:
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
