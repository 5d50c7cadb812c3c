"""The way in by a link: user name and password, authenticator, recovery codes."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp import login as otp_login

from accounts import limits
from accounts.models import StaffChange
from accounts.people.appointing import terms_of, token_index
from accounts.people.joining import Pending, join_begin, join_finish, link_look
from audit.services import record
from enrollment.forms.fields import FormField
from foundation.errors import Refusal
from portal.people.own import SHOWN
from portal.people.places import Names, terms_words
from portal.people.shown import qr

NEW = "new-password"
JOINING = "joining"  # in the session: what was chosen on the first page


def _pending(request: HttpRequest, token: str) -> Pending | None:
    kept = request.session.get(JOINING)
    if not kept or kept.get("link") != token_index(token):
        return None
    return Pending(**{name: value for name, value in kept.items() if name != "link"})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Both pages of the link; which of them follows from what the session has."""
    pending = _pending(request, token)
    if request.method == "POST" and request.POST.get("step") == "app" and pending is not None:
        return _second(request, token, pending)
    try:
        change = link_look(token=token, address=limits.address_of(request))
    except Refusal as refused:
        return _told(request, refused.message)
    if request.user.is_authenticated:
        who = str(request.user.get_username())
        text = _("You are signed in as %(name)s. Sign out, or open the link in another browser.")
        return _told(request, text % {"name": who}, status=409)
    if request.method == "POST" and request.POST.get("step") == "back":
        request.session.pop(JOINING, None)
        return redirect("people:join", token)
    if request.method == "POST":
        return _first(request, token, change)
    return _app_page(request, change, pending) if pending is not None else _first_page(request, change)


def _first(request: HttpRequest, token: str, change: StaffChange) -> HttpResponse:
    typed = {name: request.POST.get(name, "").replace("\0", "") for name in ("username", "password", "again")}
    try:
        pending = join_begin(change, **typed)
    except Refusal as refused:
        return _first_page(request, change, refused)
    request.session[JOINING] = {"link": token_index(token), **pending.kept()}
    return redirect("people:join", token)


def _second(request: HttpRequest, token: str, pending: Pending) -> HttpResponse:
    try:
        account, device = join_finish(token=token, pending=pending, code=request.POST.get("code", ""))
    except Refusal as refused:
        if refused.field == "username":
            request.session.pop(JOINING, None)
        try:
            change = link_look(token=token, address=limits.address_of(request))
        except Refusal as closed:
            return _told(request, closed.message)
        if refused.field == "username":
            return _first_page(request, change, refused)
        return _app_page(request, change, pending, refused)
    login(request, account)
    otp_login(request, device)
    record(actor=account, action="staff.sign_in", object_type="account", object_id=account.pk)
    request.session.pop(JOINING, None)
    request.session[SHOWN] = pending.codes
    return redirect("people:codes")


def _told(request: HttpRequest, text: str, status: int = 410) -> HttpResponse:
    return _closed(render(request, "portal/people/join_closed.html", {"refused": text}, status=status))


def _closed(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def _first_page(request: HttpRequest, change: StaffChange, refused: Refusal | None = None) -> HttpResponse:
    def error(name: str) -> str:
        return refused.message if refused is not None and refused.field == name else ""

    rules = _(
        "At least 12 characters and none of the common passwords. Four words you remember are good. Never one you use "
        "elsewhere."
    )
    fields = [
        FormField(
            "password", _("Password"), "", rules, error("password"), type="password", autocomplete="new-password"
        ),
        FormField(
            "again", _("The password again"), "", "", error("again"), type="password", autocomplete="new-password"
        ),
    ]
    if change.account is None:
        help_ = _("3 to 40 small letters, digits, dots or dashes, beginning with a letter: li.na")
        typed = request.POST.get("username", "")
        name = FormField("username", _("User name"), typed, help_, error("username"), autocomplete="username")
        fields.insert(0, name)
    known = {field.name for field in fields}
    context = {
        "change": change,
        "roles": terms_words(terms_of(change), Names()),
        "fields": fields,
        "refused": refused.message if refused is not None and refused.field not in known else "",
    }
    return _closed(render(request, "portal/people/join.html", context, status=422 if refused else 200))


def _app_page(
    request: HttpRequest, change: StaffChange, pending: Pending, refused: Refusal | None = None
) -> HttpResponse:
    device = pending.device
    url = device.config_url
    error = refused.message if refused is not None else ""
    help_ = _("Six digits that the app shows now.")
    context = {
        "change": change,
        "pending": pending,
        "drawn": qr(url),
        "url": url,
        "key": url.partition("secret=")[2].partition("&")[0],
        "field": FormField(
            "code", _("Code"), "", help_, error, mode="numeric", autocomplete="one-time-code", css="code"
        ),
    }
    return _closed(render(request, "portal/people/join_app.html", context, status=422 if refused else 200))
