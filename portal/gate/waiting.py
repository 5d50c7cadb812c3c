"""What somebody reads whom the gate does not let in yet: rendered once per language and look, then only filled in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from http import HTTPStatus
from secrets import SystemRandom
from typing import Literal

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Kind = Literal["line", "form", "busy"]
SOONEST, LATEST, UNKNOWN = 8.0, 45.0, 12.0  # seconds until the page renews itself
JITTER = 0.25
MOST_KEPT = 200_000  # characters of a form that is given back
NEVER_KEPT = {"password", "token"}
AHEAD, TURN, SECONDS, PATH, FORM = "%ahead%", "%turn%", "%seconds%", "%path%", "%form%"
_chance = SystemRandom()


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of an answer of the gate itself."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


@lru_cache(maxsize=32)
def _page(kind: Kind, language: str, elder: bool) -> str:
    """The page with marks where the figures go. Asks neither the database nor the request."""
    context = {
        "kind": kind,
        "elder": elder,
        "renews": kind != "form",
        "ahead": AHEAD,
        "turn": TURN,
        "seconds": SECONDS,
        "path": PATH,
        "form": mark_safe(FORM),  # noqa: S308 - a mark of ours; what replaces it is escaped there
    }
    with translation.override(language):
        return get_template("portal/waiting.html").render(context, None)


@lru_cache(maxsize=256)
def _turn(minutes: int, language: str) -> str:
    with translation.override(language):
        if minutes < 0:
            return _("not known yet")
        if minutes == 0:
            return _("less than a minute")
        return ngettext("about %(minutes)d minute", "about %(minutes)d minutes", minutes) % {"minutes": minutes}


def pause(seconds: float | None) -> int:
    """After how many seconds a page looks again: sooner near the front, never all at once."""
    base = UNKNOWN if seconds is None else min(LATEST, max(SOONEST, seconds / 4))
    return round(base * _chance.uniform(1 - JITTER, 1 + JITTER))


def line_page(path: str, language: str, *, elder: bool, ahead: int, eta: float | None) -> Answer:
    """A place in the line."""
    seconds = pause(eta)
    text = _page("line", language, elder)
    minutes = -1 if eta is None else round(eta / 60)
    filled = text.replace(AHEAD, str(ahead)).replace(TURN, _turn(minutes, language))
    return _html(filled.replace(SECONDS, str(seconds)).replace(PATH, escape(path)), seconds)


def busy_page(path: str, language: str, *, elder: bool) -> Answer:
    """No place to queue for who is under way: the page comes by itself."""
    seconds = pause(SOONEST)
    filled = _page("busy", language, elder).replace(SECONDS, str(seconds)).replace(PATH, escape(path))
    return _html(filled, seconds)


def form_page(request: HttpRequest, language: str, *, elder: bool) -> Answer:
    """A form that could not be taken, with everything typed; files cannot be kept in a page and are chosen again."""
    try:
        request.POST.keys()
    except (UnreadablePostError, SuspiciousOperation, MultiPartParserError):  # no form of ours
        return busy_page("/", language, elder=elder)
    seconds = pause(SOONEST)
    return _html(_page("form", language, elder).replace(FORM, _form(request, language, seconds)), seconds)


def api_answer(language: str, *, ahead: int | None, eta: float | None) -> Answer:
    """The same for a program: it comes again after Retry-After, with the cookie."""
    seconds = pause(eta)
    with translation.override(language):
        text = _("Very many families are here just now. Please wait a moment.")
    body = {"code": "waiting", "message": text, "retry_after": seconds} | ({} if ahead is None else {"ahead": ahead})
    headers = _headers("application/json", seconds)
    return Answer(_status(), headers, json.dumps(body, ensure_ascii=False).encode())


def _form(request: HttpRequest, language: str, seconds: int) -> str:
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name not in NEVER_KEPT]
    if sum(len(name) + len(value) for name, value in fields) > MOST_KEPT:
        fields = []
    hidden = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields)
    with translation.override(language):
        again = _("The photo or file was not kept: please go back and choose it again.") if request.FILES else ""
        button = _("Send again")
    note = f'<p class="note warn">{escape(again)}</p>' if again else ""
    by_itself = "" if again else f' data-again="{seconds}"'
    return (
        f'{note}<form method="post" action="{escape(request.get_full_path())}"{by_itself}>{hidden}'
        f'<div class="actions"><button type="submit" class="btn-go">{escape(button)}</button></div></form>'
    )


def _html(text: str, seconds: int) -> Answer:
    return Answer(_status(), _headers("text/html; charset=utf-8", seconds), text.encode())


def _status() -> str:
    return f"{HTTPStatus.SERVICE_UNAVAILABLE.value} {HTTPStatus.SERVICE_UNAVAILABLE.phrase}"


def _headers(kind: str, seconds: int) -> list[tuple[str, str]]:
    from portal.middleware import PUBLIC_POLICY

    return [
        ("Content-Type", kind),
        ("Retry-After", str(seconds)),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", PUBLIC_POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
    ]
