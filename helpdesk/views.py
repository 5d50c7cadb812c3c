"""Pages of call-backs: the family's wish, and the helpers' queue."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import limit_rules
from accounts.limits import address_of, count
from accounts.models import Account
from accounts.pages import StaffRequest, pressed, staff_page
from accounts.scopes import scope
from enrollment.forms.fields import FieldOption, FormField
from foundation.errors import NotAllowed, Refusal
from foundation.posted import sent_key
from helpdesk.calls import ABILITY, Wish, call_ask, call_end, counts, queue
from helpdesk.contacts import public_districts, whom_to_call
from helpdesk.models import CallBack, ServicePoint

Choices = Sequence[tuple[str, object]]
ASKED = ("phone", "district", "level", "topic", "best_time")


@require_http_methods(["GET", "POST"])
def call_back(request: HttpRequest) -> HttpResponse:
    """Ask to be called; nobody need sign in."""
    districts = public_districts()
    typed = {name: request.POST.get(name, "") for name in ASKED}
    if request.method == "GET":
        user = request.user
        typed |= {"level": "district", "topic": "form", "best_time": "morning"}
        typed["phone"] = (user.phone or "") if isinstance(user, Account) and not user.is_staff else ""
    if len(districts) == 1:
        typed["district"] = districts[0].code
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            count("calls", limit_rules.CALLS, address=address_of(request))
            call_ask(wish=Wish(**typed))
        except Refusal as problem:
            refused = problem
        else:
            return render(request, "helpdesk/call_asked.html", {"lines": whom_to_call()})
    context = {
        "fields": _fields(typed, refused, [(one.code, str(one)) for one in districts]),
        "refused": refused.message if refused and not refused.fields else "",
    }
    return render(request, "helpdesk/call_back.html", context, status=422 if refused else 200)


def _fields(typed: dict[str, str], refused: Refusal | None, districts: Choices) -> list[FormField]:
    """What ``components/field.html`` needs of each question."""

    def field(name: str, label: str, choices: Choices = (), **more: str) -> FormField:
        error = refused.fields.get(name, "") if refused else ""
        options = tuple(FieldOption(value, str(words)) for value, words in choices)
        return FormField(name, label, typed[name], "", error, options, **more)  # type: ignore[arg-type] # texts

    return [
        field("phone", _("Mobile number"), type="tel", mode="tel", autocomplete="tel"),
        *([field("district", _("County"), districts)] if len(districts) > 1 else []),
        field("level", _("Who should call?"), ServicePoint.Level.choices),
        field("topic", _("What is it about?"), CallBack.Topic.choices),
        field("best_time", _("When can we reach you?"), CallBack.BestTime.choices),
    ]


@staff_page
@require_http_methods(["GET", "POST"])
def calls(request: StaffRequest) -> HttpResponse:
    """The queue by level; each call is put down with what came of it."""
    if not scope(request.account).any(ABILITY):
        raise NotAllowed(_("You may not do this here."))
    if request.method == "POST":
        call, result = request.POST.get("call", ""), request.POST.get("result", "")
        pressed(request, lambda: call_end(helper=request.account, call_id=sent_key(call), result=result), None)
        return redirect("helpdesk:calls")
    level = request.GET.get("level", "")
    context = {
        "calls": queue(request.account, level),
        "counts": counts(request.account),
        "levels": ServicePoint.Level.choices,
        "level": level,
    }
    return render(request, "helpdesk/calls.html", context)
