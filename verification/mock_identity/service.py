"""The WSGI application: ``gunicorn verification.mock_identity.service:application`` (one worker: codes are in memory).

Knobs for tests lie in a file beside the city (``<city>.identity.json``): ``down``, ``delay`` (seconds), and ``tamper``,
which is one of signature, issuer, audience, nonce, expired, unsigned; those of the face service are in ``face``.
"""

import base64
import hashlib
import hmac
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from joserfc import jwt
from joserfc.jwk import ECKey

from verification.mock_identity import face, pages
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
from verification.mock_identity.people import Person, first_people, person

REALMS = ("province", "cityapp")
CODE_SECONDS, TOKEN_SECONDS, MOST_BYTES = 60, 300, 10_000
ACR = "urn:synthetic:acr:"
# what a way of checking proves: the assurance level, and how
CHECKED = {"password": ("password", "pwd"), "card": ("verified", "card"), "counter": ("verified", "counter")}
CHECKED |= {"face": ("face", "face")}
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


KEYS = {
    realm: ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "use": "sig", "alg": "ES256"}) for realm in REALMS
}
FALSE_KEY = ECKey.generate_key("P-256")
_grants: dict[str, Grant] = {}
_guard = threading.Lock()


def _subject(realm: str, id_number: str) -> str:
    """A pairwise identifier: it tells nothing, and the two realms know one person by different ones."""
    secret = os.environ["IDENTITY_SECRET"].encode()
    return hmac.new(secret, f"{realm} {id_number}".encode(), hashlib.sha256).hexdigest()[:32]


def _issuer(environ: Mapping[str, Any], realm: str) -> str:
    return f"http://{environ['HTTP_HOST']}/{realm}"


def discovery(issuer: str) -> Answer:
    return as_json(
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


def authorize(realm: str, environ: Mapping[str, Any], query: Mapping[str, str], form: Mapping[str, str]) -> Answer:
    """Ask who it is and how to check it; then back with a code, or with the word that it was cancelled."""
    language = "en" if str(environ.get("HTTP_ACCEPT_LANGUAGE", "")).lower().startswith("en") else "zh"
    language = {"en": "en", "zh": "zh"}.get(query.get("ui_locales", "")[:2], language)
    redirect, sound = (
        query.get("redirect_uri", ""),
        query.get("client_id") == CLIENT and query.get("response_type") == "code",
    )
    pkce = query.get("code_challenge_method") == "S256" and bool(query.get("code_challenge"))
    if not sound or not pkce or not may_redirect(redirect):
        return as_html(pages.refused(realm, language), "400 Bad Request")
    step = form.get("step", "")
    if step == "cancel":
        return back(redirect, error="access_denied", state=query.get("state", ""))
    mobile = form.get("other", "").strip() or form.get("mobile", "")
    who = person(city(), mobile) if mobile else None
    if who is None:
        return as_html(pages.choose(realm, language, first_people(city()), problem=step == "go"))
    way = step if step in {"face", "card"} else form.get("way", "card")
    if way == "face" and step != "face":
        return as_html(pages.face_consent(realm, language, who))
    if way not in CHECKED:
        return as_html(pages.refused(realm, language), "400 Bad Request")
    code, until = secrets.token_urlsafe(24), time.monotonic() + CODE_SECONDS
    with _guard:
        for old in [name for name, grant in _grants.items() if grant.until < time.monotonic()]:
            del _grants[old]
        _grants[code] = Grant(realm, who, way, query.get("nonce", ""), query["code_challenge"], redirect, until)
    return back(redirect, code=code, state=query.get("state", ""))


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
    return as_json({**body, "id_token": _id_token(_issuer(environ, realm), grant)})


def _id_token(issuer: str, grant: Grant) -> str:
    level, method = CHECKED[grant.way]
    now, tamper = int(time.time()), knobs().get("tamper", "")
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
        answer = as_json({"error": str(problem), "synthetic": True}, "400 Bad Request")
    headers = [("Content-Type", answer.kind), ("Content-Length", str(len(answer.body))), ("Cache-Control", "no-store")]
    headers += [("Location", answer.location)] if answer.location else []
    headers += [("X-Signature", answer.signature)] if answer.signature else []
    start(answer.status, headers)
    return [answer.body]


def _route(environ: dict[str, Any]) -> Answer:
    path = str(environ.get("PATH_INFO", ""))
    if path == "/health":
        return as_json({"ok": True, "synthetic": True})
    turned = knobs()
    time.sleep(min(float(turned.get("delay", 0)), 30))
    if turned.get("down"):
        return as_json({"error": "down", "synthetic": True}, "503 Service Unavailable")
    realm, _, rest = path.strip("/").partition("/")
    query = _values(str(environ.get("QUERY_STRING", "")))
    if realm == "face":
        return face.route(rest, environ, query, _body(environ))
    if realm not in REALMS:
        return as_json({"error": "not_found", "synthetic": True}, "404 Not Found")
    form = _values(_body(environ).decode("utf-8", "replace")) if environ.get("REQUEST_METHOD") == "POST" else {}
    if rest == ".well-known/openid-configuration":
        return discovery(_issuer(environ, realm))
    if rest == "jwks":
        return as_json({"keys": [KEYS[realm].as_dict(private=False)]})
    if rest == "authorize":
        return authorize(realm, environ, query, form)
    if rest == "token" and environ.get("REQUEST_METHOD") == "POST":
        return token(realm, environ, form)
    return as_json({"error": "not_found", "synthetic": True}, "404 Not Found")


def _body(environ: Mapping[str, Any]) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MOST_BYTES:
        raise Refuse("invalid_request")
    return bytes(environ["wsgi.input"].read(length))


def _values(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}
