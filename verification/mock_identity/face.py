"""The synthetic face service: announced and asked by the portal's server, with a page for the person in between.

No camera is opened and no picture exists: a button stands for it. A person of the synthetic city passes, anybody else
is unknown here and does not. The knob ``face`` of the file beside the city is one of ``passes`` (everybody), ``fails``
(nobody), ``silent`` (no result is answered) and ``nonsense``; ``tamper`` is one of signature, reference and person.
"""

import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from verification.mock_identity import pages
from verification.mock_identity.answers import (
    CLIENT,
    Answer,
    Refuse,
    as_html,
    as_json,
    back,
    city,
    knobs,
    may_redirect,
)
from verification.mock_identity.people import first_people, is_known

SESSION_SECONDS, SKEW_SECONDS, TRIES, SHOWN = 600, 300, 3, 3


@dataclass(frozen=True, slots=True)
class Check:
    """A check that was announced, and what became of it."""

    reference: str
    name: str
    id_number: str
    redirect: str
    language: str
    until: float
    result: str = "unfinished"


_checks: dict[str, Check] = {}
_failures: dict[str, int] = {}
_nonces: dict[str, float] = {}
_guard = threading.Lock()


def _signature(*parts: str, body: bytes = b"") -> str:
    text = "\n".join([*parts, hashlib.sha256(body).hexdigest()])
    return hmac.new(os.environ["IDENTITY_SECRET"].encode(), text.encode(), hashlib.sha256).hexdigest()


def route(rest: str, environ: Mapping[str, Any], query: Mapping[str, str], body: bytes) -> Answer:
    """One request below ``/face/``. Raises Refuse."""
    if rest == "page":
        return page(query, body if environ.get("REQUEST_METHOD") == "POST" else b"")
    if rest not in {"begin", "result"} or environ.get("REQUEST_METHOD") != "POST":
        return as_json({"error": "not_found", "synthetic": True}, "404 Not Found")
    nonce = _signed(environ, body)
    try:
        given: dict[str, str] = {name: str(value) for name, value in dict(json.loads(body)).items()}
    except (ValueError, TypeError) as wrong:
        raise Refuse("invalid_request") from wrong
    return _answered(begin(environ, given) if rest == "begin" else result(given), nonce)


def _signed(environ: Mapping[str, Any], body: bytes) -> str:
    """The nonce of a request that the portal signed, lately and once. Raises Refuse."""
    at, nonce = str(environ.get("HTTP_X_TIME", "")), str(environ.get("HTTP_X_NONCE", ""))
    wanted = _signature("POST", str(environ.get("PATH_INFO", "")), at, nonce, body=body)
    right = hmac.compare_digest(str(environ.get("HTTP_X_SIGNATURE", "")).encode(), wanted.encode())
    if not right or environ.get("HTTP_X_CLIENT") != CLIENT or not at.isdigit():
        raise Refuse("invalid_client")
    now = time.time()
    with _guard:
        for old in [name for name, until in _nonces.items() if until < now]:
            del _nonces[old]
        if abs(now - int(at)) > SKEW_SECONDS or nonce in _nonces:
            raise Refuse("replayed")
        _nonces[nonce] = now + 2 * SKEW_SECONDS
    return nonce


def _answered(answer: Answer, nonce: str) -> Answer:
    """The answer under its signature."""
    over = b"another body" if knobs().get("tamper") == "signature" else answer.body
    return replace(answer, signature=_signature("ANSWER", nonce, body=over))


def begin(environ: Mapping[str, Any], given: Mapping[str, str]) -> Answer:
    """Take a check on: whom it is about, under which reference, and where the browser goes afterwards."""
    redirect = given.get("return", "")
    if not all(given.get(name) for name in ("reference", "name", "id_number")) or not may_redirect(redirect):
        raise Refuse("invalid_request")
    session, now = secrets.token_urlsafe(24), time.monotonic()
    language = "en" if given.get("language") == "en" else "zh"
    made = Check(given["reference"], given["name"], given["id_number"], redirect, language, now + SESSION_SECONDS)
    with _guard:
        for old in [name for name, check in _checks.items() if check.until < now]:
            del _checks[old]
        _checks[session] = made
    there = f"http://{environ['HTTP_HOST']}/face/page?session={session}"
    if knobs().get("tamper") == "page":
        there = "http://elsewhere.invalid/face/page"
    return as_json({"session": session, "page": there, "synthetic": True})


def result(given: Mapping[str, str]) -> Answer:
    """What became of a check; of a passed one also whom it was about, as only both sides can compute it."""
    turned, spoilt = knobs().get("face"), knobs().get("tamper")
    if turned == "silent":
        return as_json({"error": "down", "synthetic": True}, "503 Service Unavailable")
    if turned == "nonsense":
        return as_html("<p>{&quot;result&quot;: &quot;passed&quot;}</p>")
    session = given.get("session", "")
    with _guard:
        check = _checks.get(session)
        left = TRIES - _failures.get(check.id_number, 0) if check else 0
    if check is None or check.reference != given.get("reference"):
        raise Refuse("unknown_session")
    who = (check.name, "110101199003070000") if spoilt == "person" else (check.name, check.id_number)
    return as_json(
        {
            "session": session,
            "reference": "another" if spoilt == "reference" else check.reference,
            "result": "expired" if check.until < time.monotonic() else check.result,
            "left": max(0, left),
            "person": _signature("PERSON", check.reference, *who),
            "synthetic": True,
        }
    )


def page(query: Mapping[str, str], body: bytes) -> Answer:
    """The page a person sees: begin, or go back without a check."""
    session = query.get("session", "")
    with _guard:
        check = _checks.get(session)
    if check is None or check.until < time.monotonic() or check.result != "unfinished":
        return as_html(pages.refused("face_service", check.language if check else "zh"), "400 Bad Request")
    step = pages.step_of(body)
    if step not in {"check", "differ", "cancel"}:
        known = is_known(city(), name=check.name, id_number=check.id_number)
        return as_html(pages.face_check(check.language, check.name, () if known else first_people(city())[:SHOWN]))
    ended = "cancelled" if step == "cancel" else "passed" if step == "check" and _matches(check) else "failed"
    with _guard:
        _checks[session] = replace(check, result=ended)
        if ended == "failed":
            _failures[check.id_number] = _failures.get(check.id_number, 0) + 1
        elif ended == "passed":
            _failures.pop(check.id_number, None)
    return back(check.redirect, reference=check.reference)


def _matches(check: Check) -> bool:
    turned = knobs().get("face")
    if turned in {"passes", "fails"}:
        return bool(turned == "passes")
    return is_known(city(), name=check.name, id_number=check.id_number)
