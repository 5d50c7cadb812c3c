"""Pages of the whole site: staff sign-in, health, the demonstration's telephone."""

import json
from collections import deque
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_otp import login as otp_login

from accounts import limits
from accounts.askers import asker_of
from accounts.limit_rules import PASSWORDS
from accounts.models import Account, RecoveryDevice, TokenDevice
from accounts.people.recovery import FEW, code_use, codes_left, looks_like_code
from accounts.services import staff_sign_in_failed, totp_verify
from accounts.sessions import seconds_left, slide
from audit.services import record
from enrollment.forms.fields import FormField
from enrollment.public.status.selectors import reachable
from foundation import clock
from foundation.errors import Refusal
from portal.health import site_components


@require_http_methods(["GET", "POST"])
def staff_sign_in(request: HttpRequest) -> HttpResponse:
    """Password and one-time password on one page; which of them was wrong is not said."""
    error = ""
    if request.method == "POST":
        error = _(
            "User name, password or one-time password is not right. A one-time password works only once; after many "
            "wrong ones please wait ten minutes."
        )
        username = request.POST.get("username", "").replace("\0", "")  # PostgreSQL has no text with a NUL
        crowded = _crowded(request, username)
        error = crowded or error
        password = request.POST.get("password", "")
        user = None if crowded else authenticate(request, username=username, password=password)
        staff = user if isinstance(user, Account) and user.is_staff else None
        device = _second_factor(staff, request.POST.get("token", "")) if staff else None
        if staff is not None and device is not None:
            login(request, staff)
            otp_login(request, device)
            record(actor=staff, action="staff.sign_in", object_type="account", object_id=staff.pk)
            if isinstance(device, RecoveryDevice):
                _tell_left(request, staff)
            target = request.POST.get("next", "")
            safe = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
            return redirect(target if safe else "admin:index")
        if not crowded:
            staff_sign_in_failed(name=username, address=limits.address_of(request))
    fields = [
        FormField("username", _("User name"), request.POST.get("username", ""), autocomplete="username"),
        FormField("password", _("Password"), type="password", autocomplete="current-password"),
        FormField(
            "token",
            _("One-time password"),
            help=_("Six digits from your authenticator app. Without your telephone: one of your recovery codes."),
            autocomplete="one-time-code",
            css="code",
        ),
    ]
    target = request.POST.get("next") or request.GET.get("next", "")
    context = {"fields": fields, "refused": error, "next": target, "key_next": urlencode({"next": target})}
    return render(request, "portal/staff_sign_in.html", context, status=422 if error else 200)


def _second_factor(staff: Account, typed: str) -> TokenDevice | RecoveryDevice | None:
    """The device of a right one-time password or recovery code, which is used up."""
    return code_use(account=staff, typed=typed) if looks_like_code(typed) else totp_verify(account=staff, token=typed)


def _tell_left(request: HttpRequest, staff: Account) -> None:
    """Who came in by a recovery code reads how many are left, and what to do."""
    left = codes_left(staff)
    text = ngettext(
        "You came in by a recovery code; it is used up. %(count)d is left. If your telephone is lost, ask an "
        "administrator for a new way in today.",
        "You came in by a recovery code; it is used up. %(count)d are left. If your telephone is lost, ask an "
        "administrator for a new way in today.",
        left,
    )
    messages.warning(request, text % {"count": left}, extra_tags="bad" if left <= FEW else "warn")


def _crowded(request: HttpRequest, username: str) -> str:
    """Why no password is taken from here at the moment, or "". A browser in which this person has signed in before is
    not shut out by what others behind the same address type.
    """
    address = limits.address_of(request)
    account = Account.objects.filter(username=username, kind=Account.Kind.STAFF).first()
    if account is not None and asker_of(request, address=address).knows(account):
        return ""
    try:
        limits.refuse_when_full("password", PASSWORDS, address=address, name=username)
    except Refusal as refused:
        return refused.message
    return ""


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """For load balancers: 200 while this process can serve, which needs the database and nothing else.

    ``?deep=1`` is for whoever watches the site: 503 as soon as something is broken that a family would feel.
    """
    if not reachable():
        return JsonResponse({"ok": False, "components": {"database": {"state": "bad"}}}, status=503)
    try:
        found = site_components()
    except Error:
        return JsonResponse({"ok": False, "components": {"database": {"state": "bad"}}}, status=503)
    broken = any(component.state == "bad" for component in found)
    told = {component.name: {"state": component.state, **component.figures} for component in found}
    deep = request.GET.get("deep") == "1"
    body = {"ok": not broken, "components": {"database": {"state": "good"}, **told}}
    response = JsonResponse(body, status=503 if deep and broken else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_GET
def demo_messages(request: HttpRequest) -> HttpResponse:
    """What the synthetic telephones received, newest first. Only in the demonstration."""
    if not settings.DEMO:
        raise Http404
    path = Path(settings.VAR_DIR) / "messages.jsonl"
    lines: deque[str] = deque(maxlen=40)
    if path.exists():
        with path.open(encoding="utf-8") as source:
            lines.extend(source)
    return render(request, "portal/demo_messages.html", {"rows": [json.loads(line) for line in reversed(lines)]})


MODES = ("elder", "plain")
YEAR_SECONDS = 365 * 24 * 3600


@require_POST
def mode(request: HttpRequest) -> HttpResponse:
    """Large type on or off, remembered by this browser; no account is needed."""
    wanted = request.POST.get("mode", "")
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    response = redirect(target if safe else "enrollment:landing")
    if wanted in MODES:
        response.set_cookie(
            "mode", wanted, max_age=YEAR_SECONDS, samesite="Lax", secure=not settings.LOCAL, httponly=True
        )
    return response


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Somebody is still there: the end of the session moves (accounts.sessions does it on every page)."""
    if not request.user.is_authenticated:
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    slide(request, at_once=True)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_GET
def left(request: HttpRequest) -> JsonResponse:
    """The server's time in milliseconds, and the seconds the session has left (null for nobody).

    A page that slept on a phone asks when it is seen again: the phone's own clock may have stood still or be wrong.
    """
    answer = JsonResponse({"now": int(clock.now().timestamp() * 1000), "left": seconds_left(request)})
    answer["Cache-Control"] = "no-store"
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """A form older than its token, or one from elsewhere. Of our own page the answers are offered again, to be sent on
    by the person; what another site sent is not.
    """
    source = request.headers.get("Origin") or request.headers.get("Referer", "")
    # a sandboxed page sends the origin "null", which would pass for a relative address
    named = source.startswith(("http://", "https://"))
    own = named and url_has_allowed_host_and_scheme(source, allowed_hosts={request.get_host()})
    fields = [(name, value) for name, values in request.POST.lists() for value in values] if own else []
    kept = [(name, value) for name, value in fields if name not in {"csrfmiddlewaretoken", "password", "token"}]
    context = {"fields": kept, "own": own and not request.FILES, "target": request.path}
    return render(request, "portal/stale_form.html", context, status=403)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Something is broken on our side: a page that asks nothing of the database."""
    return HttpResponse(get_template("portal/server_error.html").render({}, None), status=500)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """A page that this person's role does not open."""
    return render(request, "portal/not_found.html", {"message": _("Your role does not open this page.")}, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return render(request, "portal/not_found.html", status=404)
