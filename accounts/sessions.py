"""How long a sign-in lasts without a tap, and what is kept of a form that was sent after it had ended.

A session is idle-timed and slides: every page moves its end. Elder mode has no time pressure (GB/T 37668), a shared
terminal ends soon, and of staff half an hour is the end whatever the page looks like. What a person had typed into a
form whose session was over is kept in the new session (which is encrypted) and given back after signing in again; a
foreign account that signs in instead finds pages of its own only.
"""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import update_last_login
from django.http import HttpRequest, HttpResponse, QueryDict

from accounts import limits
from accounts.askers import device_of, know_again, remember
from accounts.limit_rules import KEPT_FORMS
from accounts.models import Account
from foundation import clock
from foundation.errors import Refusal

IDLE_SECONDS = 60 * 60
STAFF_SECONDS = 30 * 60
ELDER_SECONDS = 4 * 60 * 60
STAMP_SECONDS = 30  # the end of a session is written at most this often, of a terminal's on every page
KEPT = "kept_form"
MOST_KEPT = 100_000  # characters, of a browser that has signed in before
MOST_KEPT_OF_STRANGERS = 4_000  # a page of the form; nobody fills a table of sessions with more


def is_elder(request: HttpRequest) -> bool:
    """Whether this browser asked for large type."""
    return request.COOKIES.get("mode") == "elder"


def idle_seconds(request: HttpRequest) -> int:
    """After how many seconds without a page the person is signed out."""
    if request.session.get("terminal"):
        return int(settings.TERMINAL_SECONDS)
    user = getattr(request, "user", None)
    if isinstance(user, Account) and user.is_staff:
        return STAFF_SECONDS
    return ELDER_SECONDS if is_elder(request) else IDLE_SECONDS


LEFT = "/session/left/"  # asks for the time, and is no sign that anybody is there


class SlidingSession:
    """Every page of a signed-in person moves the end of the session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != LEFT and request.user.is_authenticated:
            slide(request)
        response = self.get_response(request)
        remember(request, response)
        return response


def slide(request: HttpRequest, *, at_once: bool = False) -> None:
    """Move the end of the session to a full idle time from now; it is written now and then, or ``at_once``."""
    idle, now = idle_seconds(request), int(clock.now().timestamp())
    stamped, length = request.session.get("slid", (0, 0))
    if at_once or length != idle or now - stamped >= min(STAMP_SECONDS, idle // 10):
        request.session["slid"] = (now, idle)
        request.session.set_expiry(idle)


def seconds_left(request: HttpRequest) -> int | None:
    """Seconds until the session of a signed-in person ends, as far as it is known; None for nobody."""
    if not request.user.is_authenticated:
        return None
    stamped, length = request.session.get("slid", (0, 0))
    return max(0, int(stamped + length - clock.now().timestamp()))


def entered(sender: type[Account], request: HttpRequest, user: Account, **_signal: object) -> None:
    """A sign-in begins the idle time, in the write that stores the session; of staff its moment is kept, too. The
    browser is known to the account from now on.

    A guardian's sign-ins are rows of their own (``SignIn``, the log): a second write to the account says nothing new.
    """
    request.user = user  # for whoever signs in without the middleware's request
    know_again(request, user)
    slide(request, at_once=True)
    if user.kind == Account.Kind.STAFF:
        update_last_login(sender, user)


def keep_form(request: HttpRequest) -> None:
    """Keep what was typed into a form whose session is over; files are not kept.

    A browser that has signed in before may have typed much; of anybody else one page is kept, and not many.
    """
    text = json.dumps({"path": request.path, "data": request.POST.urlencode()})
    device = device_of(request)
    if len(text) > (MOST_KEPT if device else MOST_KEPT_OF_STRANGERS):
        return
    try:
        limits.count("kept-form", KEPT_FORMS, device=device, address="" if device else limits.address_of(request))
    except Refusal:
        return
    request.session[KEPT] = text


def kept_form(request: HttpRequest) -> QueryDict | None:
    """What was kept for this very page, once."""
    stored: Any = request.session.get(KEPT)
    if not stored:
        return None
    found = json.loads(stored)
    if found["path"] != request.path:
        return None
    del request.session[KEPT]
    return QueryDict(found["data"])
