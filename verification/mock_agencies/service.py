"""The WSGI application: ``gunicorn verification.mock_agencies.service:application``."""

import hashlib
import hmac
import itertools
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from verification.mock_agencies import dialects

AGENCIES = (
    *("household", "real_estate", "contract", "permit", "insurance"),
    *("birth", "marriage", "rental", "business", "disability", "registry"),
)
MOST_KEYS = 20
MOST_BYTES = 10_000
_TURNS = itertools.count()
FRESH_SECONDS = 300
# per agency: delay (seconds), error, empty, malformed, wrong (shares from 0 to 1), down
DEFAULTS: dict[str, float] = {"delay": 0.0, "error": 0.0, "empty": 0.0, "malformed": 0.0, "wrong": 0.0, "down": 0.0}
Start = Callable[[str, list[tuple[str, str]]], Any]


class Refuse(Exception):
    """An answer other than 200, with the reason for the caller's log."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Agencies:
    """All agencies over one city file. Knobs live in a file beside it, so that every worker process sees them."""

    def __init__(self, city: Path, secret: str) -> None:
        self.city, self.secret = city, secret
        self.knobs_file = city.with_suffix(".knobs.json")
        self.dialects_file = city.with_suffix(".dialects.json")

    def knobs(self, agency: str) -> dict[str, float]:
        try:
            stored = json.loads(self.knobs_file.read_text())
        except (FileNotFoundError, ValueError):
            stored = {}
        return {**DEFAULTS, **stored.get("*", {}), **stored.get(agency, {})}

    def dialect(self, agency: str) -> dict[str, Any]:
        try:
            stored = json.loads(self.dialects_file.read_text())
        except (FileNotFoundError, ValueError):
            stored = {}
        return {**dialects.DEFAULTS, **stored.get(agency, {})}

    def check(self, path: str, environ: dict[str, Any], body: bytes, kind: str = "hmac-sha256") -> None:
        """Refuse unsigned, altered and old requests."""
        stamp, nonce = environ.get("HTTP_X_TIMESTAMP", ""), environ.get("HTTP_X_NONCE", "")
        wanted = dialects.signed(self.secret, path, stamp, nonce, body, kind)
        if not nonce or not hmac.compare_digest(wanted, environ.get("HTTP_X_SIGNATURE", "")):
            raise Refuse("401 Unauthorized", "bad signature")
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > FRESH_SECONDS:
            raise Refuse("401 Unauthorized", "stale request")

    def spoken(self, agency: str, sealed: bytes, token: str) -> bytes:
        """The answer to a signed request in the agency's own dialect."""
        dialect = self.dialect(agency)
        if dialect["token"] and not dialects.good_token(self.secret, agency, token):
            raise Refuse("401 Unauthorized", "token")
        if dialect["busy"] and next(_TURNS) % dialect["busy"] == 0:
            if not dialect["busy_code"]:
                raise Refuse("429 Too Many Requests", "quota")
            return self._sent({"code": dialect["busy_code"]}, dialect)
        if self.knobs(agency)["down"]:
            raise Refuse("503 Service Unavailable", "down")
        try:
            body = dialects.read(dialects.opened(sealed, self.secret, dialect["cipher"]), dialect)
            asked = [_checked(keys) for keys in dialects.keys_of(body, dialect)]
        except dialects.Refused as refused:
            raise Refuse("400 Bad Request", str(refused)) from None
        found = [self._records(agency, keys) for keys in asked]
        now = datetime.now(ZoneInfo("Asia/Shanghai"))  # noqa: TID251 - a separate service with its own clock
        return self._sent(dialects.answer(found, body, dialect, now.isoformat()), dialect)

    def token(self, agency: str) -> bytes:
        dialect = self.dialect(agency)
        seconds = float(dialect["token_seconds"])
        made = {"access_token": dialects.token_of(self.secret, agency, seconds), "expires_in": 600}
        return self._sent(made, dialect)

    def _sent(self, made: dict[str, Any], dialect: dict[str, Any]) -> bytes:
        content = json.dumps(made, ensure_ascii=False).encode(dialect["charset"], errors="replace")
        return dialects.sealed(content, self.secret, dialect["cipher"])

    def set_dialects(self, body: bytes) -> bytes:
        """Replace the dialects of agencies; an empty object is the plain one of all."""
        wanted = json.loads(body)
        bad = [name for name, one in wanted.items() if name not in AGENCIES or set(one) - set(dialects.DEFAULTS)]
        if bad:
            raise Refuse("400 Bad Request", f"no such agency or setting: {bad[0]}")
        fresh = self.dialects_file.with_suffix(".new")
        fresh.write_text(json.dumps(wanted))
        fresh.replace(self.dialects_file)
        return b"{}"

    def query(self, agency: str, body: bytes) -> bytes:
        """The answer to a signed request."""
        knobs = self.knobs(agency)
        chance = int(hashlib.sha256(body + agency.encode() + str(time.time_ns()).encode()).hexdigest()[:8], 16) / 2**32
        if knobs["delay"]:
            time.sleep(min(knobs["delay"], 30))
        if knobs["down"]:
            raise Refuse("503 Service Unavailable", "down")
        if chance < knobs["error"]:
            raise Refuse("500 Internal Server Error", "error")
        if chance < knobs["malformed"]:
            return b'{"records": "oops"'
        records = [] if chance < knobs["empty"] else self._records(agency, _keys(body))
        if chance < knobs["wrong"]:
            records = [{**record, "address": "(wrong)", "name": "(wrong)"} for record in records]
        now = datetime.now(ZoneInfo("Asia/Shanghai"))  # noqa: TID251 - a separate service with its own clock
        answer = {"records": records, "source": f"mock:{agency}", "at": now.isoformat(), "synthetic": True}
        return json.dumps(answer, ensure_ascii=False).encode()

    def _records(self, agency: str, keys: list[str]) -> list[dict[str, Any]]:
        marks = ",".join("?" * len(keys))
        # the table name is one of AGENCIES, checked by the router
        rows = _connection(os.getpid(), str(self.city)).execute(
            f"SELECT DISTINCT body FROM {agency} WHERE key IN ({marks})",  # noqa: S608
            keys,
        )
        return [json.loads(row[0]) for row in rows]

    def set_knobs(self, body: bytes) -> bytes:
        """Replace the knobs: {"household": {"down": 1}, "*": {"delay": 0.2}}."""
        wanted = json.loads(body)
        bad = [k for name in wanted for k in wanted[name] if k not in DEFAULTS or name not in (*AGENCIES, "*")]
        if bad:
            raise Refuse("400 Bad Request", f"unknown knob {bad[0]}")
        fresh = self.knobs_file.with_suffix(".new")
        fresh.write_text(json.dumps(wanted))
        fresh.replace(self.knobs_file)
        return b"{}"


@lru_cache(maxsize=1)
def _connection(pid: int, city: str) -> sqlite3.Connection:  # noqa: ARG001 - one per process: not across a fork
    return sqlite3.connect(f"file:{city}?mode=ro", uri=True, check_same_thread=False)


def _keys(body: bytes) -> list[str]:
    try:
        keys = json.loads(body)["keys"]
    except (ValueError, KeyError, TypeError):
        raise Refuse("400 Bad Request", "the body is {keys: [...]}") from None
    return _checked(keys)


def _checked(keys: Any) -> list[str]:
    if not isinstance(keys, list) or len(keys) > MOST_KEYS or not all(isinstance(key, str) for key in keys):
        raise Refuse("400 Bad Request", "keys is a list of at most 20 texts")
    return keys


def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    """WSGI entry point. CITY_FILE and AGENCY_SECRET come from the environment."""
    agencies = Agencies(Path(os.environ["CITY_FILE"]), os.environ["AGENCY_SECRET"])
    path = str(environ.get("PATH_INFO", ""))
    try:
        status, answer = "200 OK", _route(agencies, path, environ)
    except Refuse as refused:
        status, answer = refused.status, json.dumps({"error": refused.reason, "synthetic": True}).encode()
    except sqlite3.Error as broken:
        status, answer = "500 Internal Server Error", json.dumps({"error": str(broken)}).encode()
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]


def _route(agencies: Agencies, path: str, environ: dict[str, Any]) -> bytes:
    if path == "/health":
        return b'{"ok": true, "synthetic": true}'
    if environ.get("REQUEST_METHOD") != "POST":
        raise Refuse("405 Method Not Allowed", "POST only")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MOST_BYTES:
        raise Refuse("413 Content Too Large", "too large")
    body = environ["wsgi.input"].read(length)
    agency, _, tail = path.strip("/").partition("/")
    kind = agencies.dialect(agency)["signature"] if agency in AGENCIES else "hmac-sha256"
    agencies.check(path, environ, body, kind)
    if path == "/knobs":
        return agencies.set_knobs(body)
    if path == "/dialects":
        return agencies.set_dialects(body)
    if agency not in AGENCIES or tail not in {"query", "token"}:
        raise Refuse("404 Not Found", "no such agency")
    if tail == "token":
        return agencies.token(agency)
    if agencies.dialect(agency) == dialects.DEFAULTS:
        return agencies.query(agency, body)
    return agencies.spoken(agency, body, environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer "))
