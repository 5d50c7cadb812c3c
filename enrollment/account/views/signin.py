"""Signing in: by a code to the phone on two pages, or through a government provider; and the zone it leads to."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import limits, oidc
from accounts.assured import assured_person
from accounts.identity import identity_sign_in, sign_in_note
from accounts.models import Account
from enrollment.account import asking
from enrollment.filing.selectors import children_of
from enrollment.forms.fields import FormField
from enrollment.guardians.selectors import has_children, invitations_to
from enrollment.seasons.selectors import visible_rounds
from enrollment.seasons.states import RoundState
from foundation.errors import Refusal

MAINLAND_DIGITS = 11


LONGEST_NEXT = 300  # characters of an address to go back to


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
        request.session["next"] = request.GET["next"][:LONGEST_NEXT]
    typed, error = request.POST.get("phone", ""), ""
    if request.method == "POST":
        try:
            request.session["phone"] = asking.code_send(request, typed)
        except Refusal as refused:
            if refused.code in asking.ON_ITS_WAY:
                request.session["phone"] = typed
                request.session["notice"] = refused.message
                return redirect("enrollment:code")
            error = refused.message
        else:
            return redirect("enrollment:code")
    field = FormField(
        "phone",
        _("Mobile number"),
        typed,
        _("We send a code to it. No password is needed."),
        error,
        type="tel",
        mode="tel",
        autocomplete="tel",
    )
    context = {"field": field, "providers": _buttons(request)}
    return render(request, "enrollment/account/sign_in.html", context, status=422 if error else 200)


def _buttons(request: HttpRequest) -> list[dict[str, str]]:
    """The government sign-ins on offer, in the reader's language; none where none is configured."""
    return [{"key": one.key, "name": one.called(request.LANGUAGE_CODE)} for one in oidc.providers()]


@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; a right one signs in."""
    phone = request.session.get("phone")
    if not phone:
        return redirect("enrollment:sign-in")
    typed, error = request.POST.get("code", ""), ""
    if request.method == "POST":
        try:
            account = asking.code_check(request, phone, typed)
        except Refusal as refused:
            error = refused.message
        else:
            return _enter(request, account, "sms")
    field = FormField(
        "code", _("Code from the message"), typed, "", error, mode="numeric", css="code", autocomplete="one-time-code"
    )
    context = {"field": field, "phone": _grouped(phone), "notice": request.session.pop("notice", "")}
    return render(request, "enrollment/account/code.html", context, status=422 if error else 200)


def _enter(request: HttpRequest, account: Account, way: str) -> HttpResponse:
    """Signed in: to where the person was going, or straight to the first child."""
    target = _next(request)
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    request.session["way"], request.session["channel"] = way, "web" if way == "sms" else way
    for name in ("phone", "next", asking.ASKS):
        request.session.pop(name, None)
    sign_in_note(account=account, way=way, address=limits.masked_address(limits.address_of(request)))
    if target != "/my/" or has_children(account):
        return redirect(target)
    if invitations_to(account):
        return redirect("enrollment:invitations")
    return redirect("enrollment:register" if assured_person(account) else "enrollment:child-add")


def _provider(key: str) -> oidc.Provider:
    found = oidc.provider(key)
    if found is None:
        raise Http404
    return found


@require_GET
def leave(request: HttpRequest, key: str) -> HttpResponse:
    """To the government sign-in, with what this browser must bring back."""
    provider = _provider(key)
    language = "en" if request.LANGUAGE_CODE.startswith("en") else "zh-CN"
    try:
        address, begun = oidc.begin(
            provider, redirect=settings.SITE_URL + reverse("enrollment:sign-in-back", args=[key]), language=language
        )
    except oidc.SignInFailed as failed:
        return _failed(request, provider, failed)
    request.session["oidc"] = begun.stored()
    return redirect(address)


@require_GET
def back(request: HttpRequest, key: str) -> HttpResponse:
    """From the government sign-in; what was remembered is used up, whatever the answer is."""
    provider = _provider(key)
    remembered: dict[str, Any] | None = request.session.pop("oidc", None)
    try:
        begun = oidc.Begun(**remembered) if remembered else None
        identity = oidc.finish(provider, begun, request.GET.dict())
        account, doubtful = identity_sign_in(identity=identity)
    except oidc.SignInFailed as failed:
        return _failed(request, provider, failed)
    if doubtful:
        text = _(
            "Another account named your ID number without proof. The number is yours now. If that account is yours, "
            "too, join the two on the page “My account”."
        )
        messages.warning(request, text, extra_tags="warn")
    return _enter(request, account, key)


def _failed(request: HttpRequest, provider: oidc.Provider, failed: oidc.SignInFailed) -> HttpResponse:
    context = {"problem": failed, "key": provider.key, "name": provider.called(request.LANGUAGE_CODE)}
    return render(request, "enrollment/account/sign_in_failed.html", context, status=422)


@require_GET
def entry(request: HttpRequest, key: str) -> HttpResponse:
    """The enrollment zone (入学入园专区) of a government portal: whoever comes from there is signed in by it."""
    provider = _provider(key)
    user = request.user
    if not isinstance(user, Account) or user.kind != Account.Kind.GUARDIAN:
        request.session["next"] = request.path
        return redirect("enrollment:sign-in-with", key)
    if request.session.get("way") == key:  # who came by another way has not come through this portal
        request.session["channel"] = key
    language = request.LANGUAGE_CODE
    rounds = [one for one in visible_rounds() if one.state == RoundState.OPEN]
    context = {"zone": provider.zone_called(language), "name": provider.called(language), "rounds": rounds}
    return render(request, "enrollment/account/entry.html", {**context, "views": children_of(user), "guardian": user})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("enrollment:landing")
