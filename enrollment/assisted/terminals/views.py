"""The self-service terminal: its start page, pairing, and the bureau's list."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import StaffRequest, staff_page
from enrollment.assisted.carried import TERMINAL_COOKIE
from enrollment.assisted.terminals.services import ABILITY, terminal_make, terminal_pair, terminal_revoke, terminals_of
from enrollment.assisted.visits.selectors import districts_of
from enrollment.forms.fields import FieldOption, FormField
from foundation.errors import NotAllowed, Refusal, Refused

YEAR_SECONDS = 365 * 24 * 3600


WIPE = '"cache", "storage"'  # not cookies: the terminal's own would go, too; the session is flushed


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Large tiles; whoever was there before is signed out, and nothing of them is left in the browser."""
    if getattr(request, "terminal", None) is None:
        return redirect("enrollment:landing")
    logout(request)
    over = "over" in request.GET
    response = render(request, "enrollment/assisted/terminal.html", {"over": over})
    response["Clear-Site-Data"] = WIPE
    if over:  # the next person chooses language and size anew
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        response.delete_cookie("mode")
    return response


@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest) -> HttpResponse:
    """Type the code of the staff page into the browser that becomes a terminal."""
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            _terminal, cookie = terminal_pair(code=request.POST.get("code", ""))
        except Refusal as problem:
            refused = problem
        else:
            logout(request)
            response = redirect("enrollment:terminal")
            response.set_cookie(
                TERMINAL_COOKIE,
                cookie,
                max_age=YEAR_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=not settings.LOCAL,
            )
            return response
    error = refused.message if refused else ""
    field = FormField("code", _("Pairing code"), "", _("From the bureau's page “Terminals”."), error)
    return render(request, "enrollment/assisted/terminal_pair.html", {"field": field}, status=422 if refused else 200)


@staff_page
@require_http_methods(["GET", "POST"])
def terminals(request: StaffRequest) -> HttpResponse:
    """The bureau's terminals: make one, see which are paired, take one back."""
    districts = list(districts_of(request.account, ABILITY))
    if not districts:
        raise NotAllowed(_("You may not do this here."))
    typed = {"name": request.POST.get("name", ""), "district": request.POST.get("district", districts[0].code)}
    refused: Refusal | None = None
    code = ""
    if request.method == "POST":
        try:
            _terminal, code = terminal_make(official=request.account, **typed)
            typed["name"] = ""
        except Refused as problem:
            refused = problem
    where = tuple(FieldOption(one.code, str(one)) for one in districts)
    fields = [
        FormField("name", _("Where the terminal stands"), typed["name"], error=refused.message if refused else ""),
        *([FormField("district", _("County"), typed["district"], options=where)] if len(where) > 1 else []),
    ]
    context = {"fields": fields, "code": code, "terminals": terminals_of(request.account)}
    return render(request, "enrollment/assisted/terminals.html", context, status=422 if refused else 200)


@staff_page
@require_POST
def revoke(request: StaffRequest, terminal_id: UUID) -> HttpResponse:
    """Take a terminal back."""
    terminal_revoke(official=request.account, terminal_id=terminal_id)
    messages.success(request, _("This browser is no longer a terminal."), extra_tags="good")
    return redirect("enrollment:terminals")
