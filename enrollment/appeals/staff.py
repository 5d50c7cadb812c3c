"""The page of one appeal for whoever decides it: hearing and answer; what was typed survives a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account
from accounts.pages import hiding
from accounts.scopes import scope
from enrollment.appeals.models import Appeal, AppealEvent
from enrollment.appeals.selectors import may_decide
from enrollment.appeals.services import appeal_decide, decided_before, hearing_set
from enrollment.appeals.states import AppealStep
from enrollment.seasons import results
from enrollment.seasons.models import Transition
from enrollment.seasons.selectors import explanation
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.errors import Refusal, Refused
from foundation.posted import moment
from foundation.wording import content_language

KEPT = ("at", "way", "where", "reason")


EVENTS: Final[Mapping[str, Promise]] = {
    AppealStep.FILE: lazy("Appeal filed"),
    AppealStep.SET_HEARING: lazy("Hearing set"),
    AppealStep.CONFIRM_HEARING: lazy("The family comes"),
    AppealStep.ASK_MOVE: lazy("Another date is asked for"),
    AppealStep.UPHOLD: lazy("Upheld"),
    AppealStep.DISMISS: lazy("Dismissed"),
    AppealStep.TAKE_BACK: lazy("Taken back"),
}


@dataclass(frozen=True, slots=True)
class AppealCase:
    """What the page shows beside the appeal itself."""

    appeal: Appeal
    open: bool
    mine: bool  # in this person's care; who supervises reads it only
    overdue: bool
    own: bool  # this person refused the application: somebody else decides
    hearing_ahead: bool
    documents: tuple[Any, ...]  # rows of a subject above this one
    refusals: tuple[Transition, ...]
    events: tuple[tuple[AppealEvent, str], ...]
    judged: Mapping[str, Any] | None
    explained: Mapping[str, Any] | None


def gather(appeal: Appeal, reviewer: Account) -> AppealCase:
    """Everything that stands on the page."""
    application, now = appeal.application, clock.now()
    is_open = appeal.is_open
    return AppealCase(
        appeal=appeal,
        open=is_open,
        mine=may_decide(scope(reviewer), appeal),
        overdue=is_open and clock.deadline_passed(appeal.answer_by),
        own=decided_before(application, reviewer),
        hearing_ahead=bool(appeal.hearing_at and now < appeal.hearing_at),
        documents=tuple(appeal.documents.order_by("pk")),
        refusals=tuple(application.transitions.filter(event=ApplicationEvent.REFUSE).select_related("actor")),
        events=tuple((one, str(EVENTS[one.event])) for one in appeal.events.select_related("actor")),
        judged=explanation(application),
        explained=results.explained(application.pk),
    )


def appeal_page(
    request: HttpRequest, appeal: Appeal, reviewer: Account, site_context: Mapping[str, Any]
) -> HttpResponse:
    """Show the appeal, or set its hearing or decide it."""
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            with hiding():
                done = _act(request, appeal.public_id, reviewer)
        except Refused as problem:
            refused = problem
            appeal.refresh_from_db()
        else:
            messages.success(request, done)
            return redirect("admin:enrollment_appeal_change", appeal.pk)
    context = {
        **site_context,
        "title": appeal.application.receipt,
        "case": gather(appeal, reviewer),
        "refused": refused,
        "typed": {name: request.POST.get(name, "") for name in KEPT},
        "ways": Appeal.Way.choices,
        "english": content_language() == "en",
    }
    return TemplateResponse(request, "enrollment/appeals/staff_appeal.html", context, status=422 if refused else 200)


def _act(request: HttpRequest, appeal_id: UUID, reviewer: Account) -> str:
    """One step; the sentence that confirms it. Raises NotAllowed, Refused."""
    wanted = request.POST.get("decision", "")
    if wanted == "hearing":
        hearing_set(
            reviewer=reviewer,
            appeal_id=appeal_id,
            at=_moment(request.POST.get("at", "")),
            way=request.POST.get("way", ""),
            where=request.POST.get("where", ""),
        )
        return _("The hearing is set; the family has a message.")
    if wanted in {AppealStep.UPHOLD, AppealStep.DISMISS}:
        appeal_decide(
            reviewer=reviewer,
            appeal_id=appeal_id,
            upheld=wanted == "uphold",
            reason=request.POST.get("reason", ""),
        )
        return _("Decided; the family has a message.")
    raise Refused(_("Please pick a decision."), code="decision")


def _moment(text: str) -> datetime:
    at = moment(text)
    if at is None:
        raise Refused(_("Please give the hearing as a date and time."), code="at", field="at")
    return at
