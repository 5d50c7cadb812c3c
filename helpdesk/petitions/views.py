"""Pages of petitions: the list and what is entered, one petition with its next steps, and the family's own page."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.pages import GuardianRequest, StaffRequest, guardian_page, staff_page
from accounts.scopes import scope
from enrollment.forms.fields import FieldOption, FormField
from foundation import clock
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.posted import moment
from helpdesk.models import Petition, PetitionMeeting
from helpdesk.petitions import services
from helpdesk.petitions.selectors import (
    READERS,
    divisions_of,
    own_petitions,
    petition_for,
    petitions_listed,
    told,
)
from helpdesk.petitions.services import ABILITY, Brought, Talk, arranged, hindrance, is_late
from helpdesk.petitions.states import PETITION, PetitionEvent
from helpdesk.petitions.words import step_words

ENTERED: Final = (
    "district",
    "way",
    "topic",
    "name",
    "phone",
    "what",
    "received_on",
    "outside_number",
    "receipt",
)


def _options(pairs: Sequence[tuple[Any, Any]]) -> tuple[FieldOption, ...]:
    return tuple(FieldOption(str(value), str(label)) for value, label in pairs)


@staff_page
@require_http_methods(["GET", "POST"])
def listed(request: StaffRequest) -> HttpResponse:
    """The petitions in somebody's care; posting enters one."""
    if not any(scope(request.account).any(ability) for ability in READERS):
        raise NotAllowed(_("You may not do this here."))
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            made = services.petition_enter(official=request.account, brought=_brought(request))
        except Refused as problem:
            refused = problem
        else:
            messages.success(request, _("%(number)s is entered.") % {"number": made.number}, extra_tags="good")
            return redirect("helpdesk:petition", made.public_id)
    due = request.GET.get("due", "")
    found = petitions_listed(request.account, due)
    context = {
        "lines": [(one, is_late(one)) for one in found],
        "due": due,
        "fields": _entering(request, refused) if scope(request.account).any(ABILITY) else (),
        "refused": refused.message if refused else "",
    }
    return render(request, "helpdesk/petitions/list.html", context, status=422 if refused else 200)


def _brought(request: StaffRequest) -> Brought:
    typed = {name: request.POST.get(name, "").strip() for name in ENTERED}
    day = typed.pop("received_on")
    return Brought(**typed, received_on=_day(day))


def _day(typed: str) -> Any:
    try:
        return parse_date(typed)
    except ValueError:  # a day that no month has
        return None


def _entering(request: StaffRequest, refused: Refusal | None) -> tuple[FormField, ...]:
    places = divisions_of(request.account)

    def field(name: str, label: str, **more: Any) -> FormField:
        error = refused.message if refused and refused.field == name else ""
        value = request.POST.get(name, more.pop("value", ""))
        return FormField(name=name, label=label, value=value, error=error, **more)

    first = places[0].code if len(places) == 1 else ""
    found = [
        field("way", _("How it came"), options=_options(Petition.Way.choices)),
        field("topic", _("What it is about"), options=_options(Petition.Topic.choices)),
        field("received_on", _("Day it came in"), type="date", value=clock.today().isoformat()),
        field("name", _("Name of who brings it")),
        field("phone", _("Mobile number"), mode="tel", help=_("Texts about the steps go to this number.")),
        field("what", _("What is asked for, and why"), rows=5),
        field("outside_number", _("Number of the petition office"), required=False),
        field("receipt", _("Receipt number of the application it is about"), required=False),
    ]
    division = field("district", _("County"), options=_options([(one.code, one.name) for one in places]), value=first)
    return (division, *found)


def _arrange(request: StaffRequest, petition_id: UUID) -> None:
    posted = {name: request.POST.get(name, "") for name in ("kind", "place", "people")}
    talk = Talk(**posted, at=moment(request.POST.get("at", "")))
    services.meeting_arrange(official=request.account, petition_id=petition_id, talk=talk)


def _hold(request: StaffRequest, petition_id: UUID) -> None:
    result, text = request.POST.get("result", ""), request.POST.get("record", "")
    services.meeting_hold(official=request.account, petition_id=petition_id, result=result, text=text)


def _answer(request: StaffRequest, petition_id: UUID) -> None:
    outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
    services.petition_answer(official=request.account, petition_id=petition_id, outcome=outcome, note=note)


def _noted(service: Callable[..., Petition]) -> Callable[[StaffRequest, UUID], None]:
    def act(request: StaffRequest, petition_id: UUID) -> None:
        service(official=request.account, petition_id=petition_id, note=request.POST.get("note", ""))

    return act


STEPS: Final[dict[str, Callable[[StaffRequest, UUID], None]]] = {
    PetitionEvent.ACCEPT: _noted(services.petition_accept),
    PetitionEvent.PASS_ON: _noted(services.petition_pass_on),
    PetitionEvent.INVITE: _arrange,
    PetitionEvent.HEAR: _hold,
    PetitionEvent.EXTEND: _noted(services.petition_extend),
    PetitionEvent.ANSWER: _answer,
    PetitionEvent.REVIEW: _noted(services.petition_review),
    PetitionEvent.CLOSE: _noted(services.petition_close),
    PetitionEvent.WITHDRAW: _noted(services.petition_withdraw),
}


@staff_page
@require_http_methods(["GET", "POST"])
def one(request: StaffRequest, petition_id: UUID) -> HttpResponse:
    """One petition: what was brought, its steps, and the steps that can follow."""
    petition = petition_for(request.account, petition_id)
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            _step(request, petition_id)
        except Refused as problem:
            refused = problem
            petition.refresh_from_db()
        else:
            messages.success(request, _("Done."), extra_tags="good")
            return redirect("helpdesk:petition", petition_id)
    handler = request.account
    handles = scope(handler).may(ABILITY, district=petition.district_id)
    context = {
        "petition": petition,
        "late": is_late(petition),
        "lines": _lines(petition),
        "talk": arranged(petition),
        # no button is shown that can only refuse
        "can": {one for one in PETITION.events(petition.state) if handles and not hindrance(petition, one, handler)},
        "kinds": PetitionMeeting.Kind.choices,
        "results": PetitionMeeting.Result.choices,
        "outcomes": Petition.Outcome.choices,
        "typed": request.POST,
        "refused": refused.message if refused else "",
    }
    return render(request, "helpdesk/petitions/petition.html", context, status=422 if refused else 200)


def _step(request: StaffRequest, petition_id: UUID) -> None:
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Refused(_("Please pick a decision."), code="decision")
    step(request, petition_id)


def _lines(petition: Petition) -> list[tuple[Any, str]]:
    return [(step, step_words(step.event)) for step in petition.steps.select_related("actor")]


@guardian_page
@require_safe
def own(request: GuardianRequest) -> HttpResponse:
    """What somebody brought before the bureau with this number: where it stands and what was said."""
    found = [
        (petition, [(step, step_words(step.event)) for step in told(petition)])
        for petition in own_petitions(request.guardian)
    ]
    return render(request, "helpdesk/petitions/own.html", {"petitions": found})
