"""The office's page of its clerks and helpers with their training, and the list of home visits."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.abilities import Ability
from accounts.models import Account
from accounts.pages import StaffRequest, staff_page, tried
from accounts.scopes import scope
from enrollment.assisted.home_visits.services import (
    ABILITY,
    home_visit_add,
    home_visit_counts,
    home_visit_result,
    home_visits,
)
from enrollment.assisted.models import HomeVisit
from enrollment.assisted.visits.selectors import districts_of, helpers_of
from enrollment.assisted.visits.services import training_record
from enrollment.forms.fields import FieldOption, FormField
from foundation import clock
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.posted import sent_key


@staff_page
@require_http_methods(["GET", "POST"])
def helpers(request: StaffRequest) -> HttpResponse:
    """Who may help families here, trained on which day; a training is put on record."""
    if not scope(request.account).any(Ability.ASSIST_MANAGE):
        raise NotAllowed(_("You may not do this here."))
    refused: Refusal | None = None
    if request.method == "POST":
        refused = tried(request, lambda: _record_training(request), _("The training is on record."))
        if refused is None:
            return redirect("enrollment:helpers")
    said = refused.message if refused else ""
    context = {"helpers": helpers_of(request.account), "refused": said, "today": clock.today().isoformat()}
    return render(request, "enrollment/assisted/helpers.html", context, status=422 if refused else 200)


def _record_training(request: StaffRequest) -> None:
    try:
        person = Account.objects.get(public_id=UUID(request.POST.get("person", "")), kind="staff")
        on = datetime.fromisoformat(request.POST.get("on", "")).replace(tzinfo=clock.SHANGHAI)
    except (ValueError, Account.DoesNotExist):
        raise Refused(_("Please give the day of the training."), code="on", field="on") from None
    training_record(official=request.account, account=person, on=on)


@staff_page
@require_http_methods(["GET", "POST"])
def visits(request: StaffRequest) -> HttpResponse:
    """The families to visit at home: add one, put down a result; the rest is counts."""
    districts = list(districts_of(request.account, ABILITY))
    if not districts:
        raise NotAllowed(_("You may not do this here."))
    typed = {name: request.POST.get(name, "") for name in ("district", "family", "address", "reason")}
    typed["district"] = typed["district"] or districts[0].code
    typed["reason"] = typed["reason"] or "left_behind"
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            _note_visit(request, typed)
        except Refused as problem:
            refused = problem
        else:
            return redirect("enrollment:home-visits")

    def error(name: str) -> str:
        return refused.message if refused and refused.field == name else ""

    where = tuple(FieldOption(one.code, str(one)) for one in districts)
    reasons = tuple(FieldOption(value, str(label)) for value, label in HomeVisit.Reason.choices)
    context = {
        "fields": [
            *([FormField("district", _("County"), typed["district"], options=where)] if len(where) > 1 else []),
            FormField("family", _("Family"), typed["family"], _("Whom to ask for."), error("family")),
            FormField("address", _("Address"), typed["address"], "", error("address"), rows=2),
            FormField("reason", _("Reason"), typed["reason"], "", error("reason"), reasons),
        ],
        "refused": refused.message if refused and not error(refused.field) else "",
        "visits": home_visits(request.account),
        "counts": home_visit_counts(request.account),
        "results": [(value, label) for value, label in HomeVisit.Result.choices if value != "todo"],
    }
    return render(request, "enrollment/assisted/home_visits.html", context, status=422 if refused else 200)


def _note_visit(request: StaffRequest, typed: dict[str, str]) -> None:
    """A new family, or the result of a visit. Raises NotAllowed, Refused."""
    if "result" not in request.POST:
        home_visit_add(operator=request.account, **typed)
        return
    visit_id = sent_key(request.POST.get("visit", ""))
    home_visit_result(operator=request.account, visit_id=visit_id, result=request.POST["result"])
