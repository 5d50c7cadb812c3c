"""The WSGI application: ``gunicorn verification.mock_identity.service:application`` (one worker: codes are in memory).

Knobs for tests lie in a file beside the city (``<city>.identity.json``): ``down``, ``delay`` (seconds), and ``tamper``,
which is one of signature, issuer, audience, nonce, expired, unsigned.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from verification.mock_identity import pages
from verification.mock_identity.people import Person, first_people, person

REALMS = ("province", "cityapp")
CLIENT = "enrollment"
CODE_SECONDS, TOKEN_SECONDS, MOST_BYTES = 60, 300, 10_000
ACR = "urn:synthetic:acr:"
# what a way of checking proves: the assurance level, and how
CHECKED = {"password": ("password", "pwd"), "card": ("verified", "card"), "counter": ("verified", "counter")}
CHECKED |= {"face": ("face", "face")}
LOOPBACK = ("127.0.0.1", "localhost")
Start = Callable[[str, list[tuple[str, str]]], Any]


@dataclass(frozen=True, slots=True)
class Grant:
    """A code that was handed out: who signed in, how, for which request."""

    realm: str
    who: Person
    way: str
    nonce: str
    challenge: str
    redirect: str
    until: float


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    body: bytes
    kind: str = "application/json"
    location: str = ""


class Refuse(Exception):
    """An OAuth error for the client."""


KEYS = {
    realm: ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "use": "sig", "alg": "ES256"}) for realm in REALMS
}
FALSE_KEY = ECKey.generate_key("P-256")
_grants: dict[str, Grant] = {}
_guard = threading.Lock()


def _city() -> Path:
    return Path(os.environ["CITY_FILE"])


def _knobs() -> Mapping[str, Any]:
    try:
        found: dict[str, Any] = json.loads(_city().with_suffix(".identity.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _subject(realm: str, id_number: str) -> str:
    """A pairwise identifier: it tells nothing, and the two realms know one person by different ones."""
    secret = os.environ["IDENTITY_SECRET"].encode()
    return hmac.new(secret, f"{realm} {id_number}".encode(), hashlib.sha256).hexdigest()[:32]


def _issuer(environ: Mapping[str, Any], realm: str) -> str:
    return f"http://{environ['HTTP_HOST']}/{realm}"


def _json(body: object, status: str = "200 OK") -> Answer:
    return Answer(status, json.dumps(body, ensure_ascii=False).encode())


def _html(text: str, status: str = "200 OK") -> Answer:
    return Answer(status, text.encode(), "text/html; charset=utf-8")


def discovery(issuer: str) -> Answer:
    return _json(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": [ACR + level for level in ("password", "verified", "face")],
            "synthetic": True,
        }
    )


def _may_redirect(target: str) -> bool:
    """Only to the portal's own address, or the same port of this machine under its other name."""
    wanted, site = urlsplit(target), urlsplit(os.environ["SITE_URL"])
    same = wanted.netloc == site.netloc or (wanted.hostname in LOOPBACK and wanted.port == site.port)
    return same and wanted.scheme == site.scheme and wanted.path.startswith("/sign-in/")


def authorize(realm: str, environ: Mapping[str, Any], query: Mapping[str, str], form: Mapping[str, str]) -> Answer:
    """Ask who it is and how to check it; then back with a code, or with the word that it was cancelled."""
    language = "en" if str(environ.get("HTTP_ACCEPT_LANGUAGE", "")).lower().startswith("en") else "zh"
    language = {"en": "en", "zh": "zh"}.get(query.get("ui_locales", "")[:2], language)
    redirect, sound = (
        query.get("redirect_uri", ""),
        query.get("client_id") == CLIENT and query.get("response_type") == "code",
    )
    pkce = query.get("code_challenge_method") == "S256" and bool(query.get("code_challenge"))
    if not sound or not pkce or not _may_redirect(redirect):
        return _html(pages.refused(realm, language), "400 Bad Request")
    step = form.get("step", "")
    if step == "cancel":
        return _back(redirect, error="access_denied", state=query.get("state", ""))
    mobile = form.get("other", "").strip() or form.get("mobile", "")
    who = person(_city(), mobile) if mobile else None
    if who is None:
        return _html(pages.choose(realm, language, first_people(_city()), problem=step == "go"))
    way = step if step in {"face", "card"} else form.get("way", "card")
    if way == "face" and step != "face":
        return _html(pages.face_consent(realm, language, who))
    if way not in CHECKED:
        return _html(pages.refused(realm, language), "400 Bad Request")
    code, until = secrets.token_urlsafe(24), time.monotonic() + CODE_SECONDS
    with _guard:
        for old in [name for name, grant in _grants.items() if grant.until < time.monotonic()]:
            del _grants[old]
        _grants[code] = Grant(realm, who, way, query.get("nonce", ""), query["code_challenge"], redirect, until)
    return _back(redirect, code=code, state=query.get("state", ""))


def _back(redirect: str, **values: str) -> Answer:
    return Answer("303 See Other", b"", "text/plain", f"{redirect}?{urlencode(values)}")


def token(realm: str, environ: Mapping[str, Any], form: Mapping[str, str]) -> Answer:
    """Exchange a code, once, by the client that asked for it. Raises Refuse."""
    scheme, _, packed = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    try:
        given = unquote_plus(base64.b64decode(packed).decode()) if scheme == "Basic" else ""  # RFC 6749, 2.3.1
    except ValueError:
        given = ""
    if not hmac.compare_digest(given.encode(), f"{CLIENT}:{os.environ['IDENTITY_SECRET']}".encode()):
        raise Refuse("invalid_client")
    with _guard:
        grant = _grants.pop(form.get("code", ""), None)
    if grant is None or grant.realm != realm or grant.until < time.monotonic():
        raise Refuse("invalid_grant")
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if form.get("redirect_uri") != grant.redirect or not hmac.compare_digest(challenge, grant.challenge):
        raise Refuse("invalid_grant")
    body = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
    return _json({**body, "id_token": _id_token(_issuer(environ, realm), grant)})


def _id_token(issuer: str, grant: Grant) -> str:
    level, method = CHECKED[grant.way]
    now, tamper = int(time.time()), _knobs().get("tamper", "")
    claims = {
        "iss": "http://elsewhere.invalid" if tamper == "issuer" else issuer,
        "aud": "somebody-else" if tamper == "audience" else CLIENT,
        "sub": _subject(grant.realm, grant.who.id_number),
        "nonce": "another" if tamper == "nonce" else grant.nonce,
        "iat": now - 7200 if tamper == "expired" else now,
        "exp": now - 3600 if tamper == "expired" else now + TOKEN_SECONDS,
        "acr": ACR + level,
        "amr": [method],
        "name": grant.who.name,
        "id_number": grant.who.id_number,
        "phone_number": grant.who.mobile,
        "synthetic": True,
    }
    key = FALSE_KEY if tamper == "signature" else KEYS[grant.realm]
    signed = jwt.encode({"alg": "ES256", "kid": KEYS[grant.realm].kid}, claims, key)
    if tamper == "unsigned":
        header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        return f"{header}.{signed.split('.')[1]}."
    return signed


def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    """WSGI entry point. CITY_FILE, IDENTITY_SECRET and SITE_URL come from the environment."""
    try:
        answer = _route(environ)
    except Refuse as problem:
        answer = _json({"error": str(problem), "synthetic": True}, "400 Bad Request")
    headers = [("Content-Type", answer.kind), ("Content-Length", str(len(answer.body))), ("Cache-Control", "no-store")]
    headers += [("Location", answer.location)] if answer.location else []
    start(answer.status, headers)
    return [answer.body]


def _route(environ: dict[str, Any]) -> Answer:
    path = str(environ.get("PATH_INFO", ""))
    if path == "/health":
        return _json({"ok": True, "synthetic": True})
    knobs = _knobs()
    time.sleep(min(float(knobs.get("delay", 0)), 30))
    if knobs.get("down"):
        return _json({"error": "down", "synthetic": True}, "503 Service Unavailable")
    realm, _, rest = path.strip("/").partition("/")
    if realm not in REALMS:
        return _json({"error": "not_found", "synthetic": True}, "404 Not Found")
    form = _form(environ) if environ.get("REQUEST_METHOD") == "POST" else {}
    if rest == ".well-known/openid-configuration":
        return discovery(_issuer(environ, realm))
    if rest == "jwks":
        return _json({"keys": [KEYS[realm].as_dict(private=False)]})
    if rest == "authorize":
        return authorize(realm, environ, _values(str(environ.get("QUERY_STRING", ""))), form)
    if rest == "token" and environ.get("REQUEST_METHOD") == "POST":
        return token(realm, environ, form)
    return _json({"error": "not_found", "synthetic": True}, "404 Not Found")


def _form(environ: Mapping[str, Any]) -> dict[str, str]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MOST_BYTES:
        raise Refuse("invalid_request")
    return _values(environ["wsgi.input"].read(length).decode("utf-8", "replace"))


def _values(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}
