"""Signing in by a code to the phone: two pages."""

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.services import code_verify
from enrollment.selectors import children_of
from enrollment.services import sign_in_code_send
from enrollment.views.shown import Shown
from foundation.errors import Refused

MAINLAND_DIGITS = 11


def _next(request: HttpRequest) -> str:
    target = request.session.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else "/my/"


def _grouped(phone: str) -> str:
    """A number as people read it: 199 0000 0000 at home, as it is from abroad."""
    digits = phone.removeprefix("+86")
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}" if len(digits) == MAINLAND_DIGITS else phone


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the mobile number and send a code."""
    if "next" in request.GET:
        request.session["next"] = request.GET["next"]
    typed, error = request.POST.get("phone", ""), ""
    if request.method == "POST":
        try:
            request.session["phone"] = sign_in_code_send(phone=typed)
        except Refused as refused:
            if refused.code == "cool_down":  # a code is on its way already: go and enter it
                request.session["phone"] = typed
                request.session["notice"] = refused.message
                return redirect("enrollment:code")
            error = refused.message
        else:
            return redirect("enrollment:code")
    field = Shown(
        "phone",
        _("Mobile number"),
        typed,
        _("We send a code to it. No password is needed."),
        error,
        type="tel",
        mode="tel",
        autocomplete="tel",
    )
    return render(request, "enrollment/sign_in.html", {"field": field}, status=422 if error else 200)


@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; a right one signs in."""
    phone = request.session.get("phone")
    if not phone:
        return redirect("enrollment:sign-in")
    typed, error = request.POST.get("code", ""), ""
    if request.method == "POST":
        try:
            account = code_verify(phone=phone, code=typed)
        except Refused as refused:
            error = refused.message
        else:
            target = _next(request)
            login(request, account, backend="django.contrib.auth.backends.ModelBackend")
            first_time = target == "/my/" and not children_of(account)
            return redirect("enrollment:child-add" if first_time else target)
    field = Shown(
        "code", _("Code from the message"), typed, "", error, mode="numeric", css="code", autocomplete="one-time-code"
    )
    context = {"field": field, "phone": _grouped(phone), "notice": request.session.pop("notice", "")}
    return render(request, "enrollment/code.html", context, status=422 if error else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("enrollment:landing")
