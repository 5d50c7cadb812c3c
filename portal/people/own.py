"""One's own page: roles, leave, password, recovery codes."""

from uuid import UUID

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import StaffRequest, staff_page
from accounts.people import selectors
from accounts.people.leaves import deputies_of, leave_end, may_arrange
from accounts.people.passkeys import keys_of
from accounts.people.passwords import password_change
from accounts.people.recovery import codes_left, codes_renew
from foundation import clock
from foundation.errors import Refusal, Refused
from portal.people.forms import leave_entered
from portal.people.places import Names
from portal.people.shown import page, row_of, said

SHOWN = "recovery_codes"  # in the session until the person says that they are kept


def own_page(request: StaffRequest, refused: str = "") -> HttpResponse:
    """The page, after something was refused, too."""
    found = selectors.myself(request.account)
    context = {
        **row_of(found, Names()),
        "leaves": selectors.leaves_of(request.account),
        "may_arrange": may_arrange(request.account, request.account),
        "deputies": deputies_of(request.account, request.account),
        "codes_left": codes_left(request.account),
        "keys": keys_of(request.account),
        "today": clock.today(),
    }
    return page(request, "me", context, refused=refused)


@staff_page
@require_GET
def me(request: StaffRequest) -> HttpResponse:
    """What one holds here."""
    return own_page(request)


@staff_page
@require_POST
def leave(request: StaffRequest) -> HttpResponse:
    """I am away, and who takes over."""
    try:
        leave_entered(request, request.account)
    except Refusal as problem:
        return own_page(request, problem.message)
    said(request, _("The leave is entered. It begins and ends by itself."))
    return redirect("people:me")


@staff_page
@require_POST
def leave_over(request: StaffRequest, leave_id: UUID) -> HttpResponse:
    """Take one's own leave back, or put down what one took over."""
    leave_end(actor=request.account, leave_id=leave_id)
    said(request, _("The leave is taken back."))
    return redirect("people:me")


@staff_page
@require_POST
def renew(request: StaffRequest) -> HttpResponse:
    """Ten new recovery codes."""
    try:
        codes = codes_renew(account=request.account, token=request.POST.get("token", ""))
    except Refused as problem:
        return own_page(request, problem.message)
    request.session[SHOWN] = codes
    return redirect("people:codes")


@staff_page
@require_http_methods(["GET", "POST"])
def codes(request: StaffRequest) -> HttpResponse:
    """The codes that were just made, until the person says that they are kept; then never again."""
    found = request.session.get(SHOWN)
    if not found:
        return redirect("people:me")
    if request.method == "POST":
        del request.session[SHOWN]
        return redirect("admin:index")
    return page(request, "codes", {"codes": found, "who": request.account.username, "today": clock.now()})


@staff_page
@require_http_methods(["GET", "POST"])
def password(request: StaffRequest) -> HttpResponse:
    """A new password for oneself; this session goes on, all others end."""
    if request.method == "GET":
        return page(request, "password", {})
    typed = {name: request.POST.get(name, "").replace("\0", "") for name in ("password", "again", "token")}
    try:
        changed = password_change(account=request.account, **typed)
    except Refused as problem:
        return page(request, "password", {"failed": problem.field}, refused=problem.message)
    update_session_auth_hash(request, changed)
    said(request, _("Your password is changed. Wherever else you were signed in, you are signed out."))
    return redirect("people:me")
