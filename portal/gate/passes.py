"""The signed cookie of the gate: a number in the line, or the right to go first because a filing is under way.

Only a signature of this site makes one; editing it gives a visitor without a cookie. It names no person: a number, or
random characters that exist nowhere else.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from http.cookies import SimpleCookie

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

COOKIE = "place"
ENTERED = "portal.gate.staff_entered"  # in the environment of a request; what a client sends begins with HTTP_
TICKET, INSIDE, STAFF = "t", "a", "s"
TICKET_SECONDS = 3 * 3600
INSIDE_SECONDS = 5 * 3600  # longer than the longest session (large type: four hours)


@lru_cache(maxsize=1)
def _signer() -> Signer:
    """Made when it is first used: whoever only needs the cookie's name may have no settings."""
    return Signer(salt="portal.gate")


@dataclass(frozen=True, slots=True)
class Pass:
    """``kind``: a number in the line (``epoch``, ``number``), under way, or staff. ``until``: seconds since 1970."""

    kind: str
    who: str
    until: int
    epoch: str = ""
    number: int = 0

    @property
    def goes_first(self) -> bool:
        return self.kind in {INSIDE, STAFF}

    def text(self) -> str:
        parts = (self.kind, self.who, str(self.until), self.epoch, str(self.number))
        return _signer().sign("~".join(parts))


def read(cookie: str, now: float) -> Pass | None:
    """The pass in a cookie's value; None for none, a wrong signature or one that has run out."""
    if not cookie or len(cookie) > 200:
        return None
    try:
        kind, who, until, epoch, number = _signer().unsign(cookie).split("~")
    except (BadSignature, ValueError):
        return None
    found = Pass(kind, who, int(until), epoch, int(number))
    return found if found.until > now else None


def ticket(epoch: str, number: int, now: float) -> Pass:
    """A number in the line."""
    return Pass(TICKET, "", int(now) + TICKET_SECONDS, epoch, number)


def inside(who: str, now: float, *, staff: bool = False) -> Pass:
    """The right to go first, for who was let in."""
    return Pass(STAFF if staff else INSIDE, who, int(now) + INSIDE_SECONDS)


def renewed(held: Pass, now: float) -> Pass | None:
    """The same pass for longer, when half of its time is over; else None."""
    if held.until - now > INSIDE_SECONDS / 2:
        return None
    return replace(held, until=int(now) + INSIDE_SECONDS)


def note_staff(request: HttpRequest | None, user: object, **_more: object) -> None:
    """Tell the gate, which stands before Django, that staff signed in with this request, whichever way they came."""
    if request is not None and getattr(user, "is_staff", False):
        request.META[ENTERED] = True


def staff_entered(environ: Mapping[str, object]) -> bool:
    """Whether staff signed in with the request that was answered."""
    return bool(environ.get(ENTERED))


def fresh_name() -> str:
    """A name for somebody who was let in without a number."""
    return secrets.token_hex(8)


def header(made: Pass, now: float) -> tuple[str, str]:
    """The Set-Cookie header that hands a pass over."""
    jar: SimpleCookie = SimpleCookie()
    jar[COOKIE] = made.text()
    jar[COOKIE].update({"path": "/", "max-age": str(made.until - int(now)), "samesite": "Lax"})
    jar[COOKIE]["httponly"] = True
    jar[COOKIE]["secure"] = not settings.LOCAL
    return "Set-Cookie", jar[COOKIE].OutputString()
