"""Asking an agency over HTTP: signed, time-limited, rate-limited, counted, guarded by a switch and a breaker."""

import hashlib
import hmac
import json
import os
import secrets
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import httpx
import redis
from django.conf import settings
from django.db.models import F
from redis.backoff import NoBackoff
from redis.retry import Retry

from foundation import clock
from verification.models import AgencyCall, AgencySwitch

BREAKER_FAILURES = 8
BREAKER_SECONDS = 20
RATE_PER_SECOND = 400
OK = 200


class NoAnswer(RuntimeError):
    """The agency gave no usable answer: switched off, down, slow, or talking nonsense."""


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


@lru_cache(maxsize=1)
def _valkey(pid: int) -> redis.Redis:  # noqa: ARG001 - see _http
    # redis-py retries by default and would stall for seconds while the server is away
    url = settings.REDIS_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=1)


def _within_rate(agency: str) -> bool:
    """Count this second's requests to the agency; without a counter the request goes through."""
    key = f"rate:{agency}:{int(time.time())}"
    try:
        with _valkey(os.getpid()).pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, 5)
            count = int(pipe.execute()[0])
    except redis.RedisError:
        return True
    return count <= RATE_PER_SECOND


def _refuse_when_closed(agency: str) -> AgencySwitch | None:
    switch = AgencySwitch.objects.filter(pk=agency).first()
    if switch is None:
        return None
    if not switch.enabled:
        raise NoAnswer("switched off")
    if switch.open_until and switch.open_until > clock.now():
        raise NoAnswer("resting after repeated failures")
    return switch


def _failed(agency: str) -> None:
    AgencySwitch.objects.get_or_create(pk=agency)
    AgencySwitch.objects.filter(pk=agency).update(failures=F("failures") + 1)
    AgencySwitch.objects.filter(pk=agency, failures__gte=BREAKER_FAILURES).update(
        failures=0, open_until=clock.now() + timedelta(seconds=BREAKER_SECONDS)
    )


def ask(agency: str, keys: Sequence[str], *, purpose: str) -> Answer:
    """Look up document, certificate or contract numbers at an agency; raises NoAnswer.

    Every request is counted in AgencyCall; eight failures in a row rest the agency for 20 seconds.
    """
    switch = _refuse_when_closed(agency)
    if not _within_rate(agency):
        raise NoAnswer("too many requests this second")
    trace_id = uuid.uuid4().hex
    started = time.monotonic()
    status, answer = _post(agency, keys, trace_id)
    AgencyCall.objects.create(
        agency=agency,
        at=clock.now(),
        purpose=purpose,
        trace_id=trace_id,
        status=status,
        milliseconds=int(1000 * (time.monotonic() - started)),
        usable=answer is not None,
    )
    if answer is None:
        _failed(agency)
        raise NoAnswer(f"HTTP {status}" if status else "no connection")
    if switch is not None and switch.failures:
        AgencySwitch.objects.filter(pk=agency).update(failures=0, open_until=None)
    return answer


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
        response = _http(os.getpid()).post(path, content=body, headers=headers)
    except httpx.HTTPError:
        return 0, None
    return response.status_code, _read(response, trace_id) if response.status_code == OK else None


def _read(response: httpx.Response, trace_id: str) -> Answer | None:
    """The answer, or None for anything that is not one: an empty or malformed 200 is silence, not "not found"."""
    try:
        body = response.json()
        records = body["records"]
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            return None
        return Answer(tuple(records), str(body["source"]), datetime.fromisoformat(body["at"]), trace_id)
    except (ValueError, KeyError, TypeError):
        return None
