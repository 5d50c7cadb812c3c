"""The portal's side of the conversation with a provider.

Every answer is distrusted: the state and the nonce must be those of this very browser, the issuer, audience and times
those of this very sign-in, and the signature one of the provider's published keys under an asymmetric algorithm.
"""

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_plus

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from accounts.oidc.model import Begun, Identity, SignInFailed
from accounts.oidc.providers import Provider
from accounts.outside import LONGEST_ANSWER, Silent, ask
from foundation import clock, events
from foundation.addresses import enciphered

ALGORITHMS = ["ES256", "ES384", "PS256", "RS256"]
SKEW_SECONDS = 120
MINUTES = 10  # how long a person may take at the provider
METADATA_SECONDS = 600
_metadata: dict[str, tuple[float, dict[str, Any]]] = {}
_keys: dict[str, tuple[float, dict[str, Any]]] = {}


def _get(url: str, token: str = "") -> dict[str, Any]:
    try:
        return ask("GET", url, headers={"Authorization": f"Bearer {token}"} if token else {})[0]
    except Silent as silent:
        raise SignInFailed("silent", silent.why) from silent


def _discovered(provider: Provider) -> dict[str, Any]:
    """The provider's own description, kept for ten minutes; one that names another issuer is not believed."""
    at, found = _metadata.get(provider.issuer, (0.0, {}))
    if not found or time.monotonic() - at > METADATA_SECONDS:
        found = _get(f"{provider.issuer}/.well-known/openid-configuration")
        ends = [str(found.get(name, "")) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        ends += [str(found["userinfo_endpoint"])] if found.get("userinfo_endpoint") else []
        safe = all(enciphered(end) for end in ends)
        if found.get("issuer") != provider.issuer or not safe:
            raise SignInFailed("token", "discovery names another issuer or an address without TLS")
        _metadata[provider.issuer] = (time.monotonic(), found)
    return found


def begin(provider: Provider, *, redirect: str, language: str) -> tuple[str, Begun]:
    """The address to send the browser to, and what to remember of it. Raises SignInFailed (silent)."""
    state, nonce, verifier = (secrets.token_urlsafe(size) for size in (24, 24, 48))
    with _told(provider, "leave"):
        authorization = _discovered(provider)["authorization_endpoint"]
    levels = " ".join(level for level in provider.acr if level)
    address = prepare_grant_uri(
        authorization,
        provider.client_id,
        "code",
        redirect_uri=redirect,
        scope=provider.scope,
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
        ui_locales=language,
        **({"acr_values": levels} if levels else {}),
    )
    now = int(clock.now().timestamp())
    return str(address), Begun(provider.key, state, nonce, verifier, redirect, now)


@contextmanager
def _told(provider: Provider, step: str) -> Iterator[None]:
    """A sign-in that fails leaves a line with the reason: the family reads only what to do."""
    try:
        yield
    except SignInFailed as failed:
        events.refused("oidc", failed.code, provider=provider.key, step=step, why=failed.why)
        raise


def finish(provider: Provider, begun: Begun | None, given: Mapping[str, str]) -> Identity:
    """Who came back, proved by the provider. ``given`` is the query of the way back. Raises SignInFailed."""
    with _told(provider, "back"):
        if begun is None or begun.provider != provider.key:
            raise SignInFailed("state", "nothing was begun in this browser")
        if not secrets.compare_digest(begun.state.encode(), given.get("state", "").encode()):
            raise SignInFailed("state", "another state")
        if given.get("iss", provider.issuer) != provider.issuer:  # RFC 9207: the answer of another provider
            raise SignInFailed("token", "the answer names another issuer")
        if int(clock.now().timestamp()) - begun.at > MINUTES * 60:
            raise SignInFailed("late")
        if given.get("error"):
            why = f"the provider says {given['error']}"
            raise SignInFailed("cancelled" if given["error"] == "access_denied" else "token", why)
        answer = _exchanged(provider, begun, given.get("code", ""))
        claims = _proved(provider, begun, str(answer.get("id_token", "")))
        return _identity(provider, _completed(provider, claims, str(answer.get("access_token") or "")))


def _exchanged(provider: Provider, begun: Begun, code: str) -> Mapping[str, Any]:
    """What the provider gives for the code: once, to this client, with the verifier only this browser's session has."""
    proof = _proof(provider)
    fields = {} if isinstance(proof, tuple) else proof
    body = prepare_token_request(
        "authorization_code", "", begun.redirect, code=code, code_verifier=begun.verifier, **fields
    )
    try:
        answer = httpx.post(
            _discovered(provider)["token_endpoint"],
            content=body,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            auth=proof if isinstance(proof, tuple) else None,
            timeout=settings.OIDC_TIMEOUT_SECONDS,
        )
    except httpx.HTTPError as silent:
        raise SignInFailed("silent", f"token endpoint: {type(silent).__name__}") from silent
    if answer.is_server_error:
        raise SignInFailed("silent", f"token endpoint: HTTP {answer.status_code}")
    try:
        found = answer.json() if len(answer.content) <= LONGEST_ANSWER else None
    except ValueError as wrong:
        raise SignInFailed("token", f"token endpoint: HTTP {answer.status_code}, no JSON") from wrong
    if not isinstance(found, dict):
        raise SignInFailed("token", f"token endpoint: HTTP {answer.status_code}, no object")
    if not answer.is_success:
        raise SignInFailed("token", f"token endpoint: HTTP {answer.status_code} {found.get('error', '')}")
    return found


def _proof(provider: Provider) -> tuple[str, str] | dict[str, str]:
    """How this client proves itself: user and password of HTTP Basic, or fields of the form (OpenID Core, 9)."""
    offered = _discovered(provider).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    chosen = provider.token_auth or ("client_secret_basic" if "client_secret_basic" in offered else offered[0])
    if chosen == "client_secret_post":
        return {"client_id": provider.client_id, "client_secret": provider.client_secret}
    # RFC 6749, 2.3.1: both are form-encoded before they are joined
    return quote_plus(provider.client_id), quote_plus(provider.client_secret)


def _completed(provider: Provider, claims: Mapping[str, Any], token: str) -> Mapping[str, Any]:
    """The claims with those that stand at the userinfo endpoint only (OpenID Core, 5.4): the usual way of a provider.

    The signed token decides about the person and the level; userinfo adds what is not in it, for the same ``sub``.
    """
    endpoint = _discovered(provider).get("userinfo_endpoint")
    if not endpoint or not token or all(claims.get(claim) for claim in provider.claims.values()):
        return claims
    more = _get(str(endpoint), token)
    if more.get("sub") != claims["sub"]:
        raise SignInFailed("token", "userinfo speaks of another person")
    return {**more, **claims}


def _published(provider: Provider, *, anew: bool) -> KeySet:
    at, found = _keys.get(provider.issuer, (0.0, {}))
    if anew or not found or time.monotonic() - at > METADATA_SECONDS:
        found = _get(_discovered(provider)["jwks_uri"])
        _keys[provider.issuer] = (time.monotonic(), found)
    return KeySet.import_key_set(found)  # type: ignore[arg-type]


def _decoded(provider: Provider, token: str) -> dict[str, Any]:
    """The claims under a published key; the keys are read anew once, for a provider that has changed them."""
    for anew in (False, True):
        try:
            return dict(jwt.decode(token, _published(provider, anew=anew), algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError, KeyError, TypeError) as wrong:
            if anew:
                raise SignInFailed("token", f"id_token: {type(wrong).__name__}") from wrong
    raise SignInFailed("token")


def _proved(provider: Provider, begun: Begun, token: str) -> dict[str, Any]:
    claims, now = _decoded(provider, token), int(clock.now().timestamp())
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    times = all(isinstance(claims.get(name), (int, float)) for name in ("exp", "iat"))
    if not times or claims["exp"] < now - SKEW_SECONDS or claims["iat"] > now + SKEW_SECONDS:
        raise SignInFailed("token", "id_token: its times")
    meant = provider.client_id in audiences and claims.get("azp", provider.client_id) == provider.client_id
    nonce = secrets.compare_digest(begun.nonce.encode(), str(claims.get("nonce", "")).encode())
    if claims.get("iss") != provider.issuer or not meant or not nonce or not claims.get("sub"):
        raise SignInFailed("token", "id_token: issuer, audience, nonce or subject")
    return claims


def _identity(provider: Provider, claims: Mapping[str, Any]) -> Identity:
    level = provider.acr.get(str(claims.get("acr", "")))
    if level is None:
        raise SignInFailed("too_weak", f"acr {str(claims.get('acr', ''))!r}")
    values = {name: str(claims.get(claim) or "") for name, claim in provider.claims.items()}
    return Identity(provider.key, str(claims["sub"]), values["name"], values["id_number"], values["phone"], level)
