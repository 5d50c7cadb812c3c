"""A family's appeal: file it, confirm or move the hearing, read the answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.pages import GuardianRequest, guardian_page, pressed, tried
from enrollment.appeals.models import Appeal
from enrollment.appeals.selectors import appeals_of, may_appeal
from enrollment.appeals.services import (
    LONGEST_REASON,
    appeal_file,
    appeal_take_back,
    hearing_ask_move,
    hearing_confirm,
)
from enrollment.forms.fields import FormField
from enrollment.seasons.models import ApplicationState
from enrollment.seasons.selectors import own_application
from foundation import clock
from foundation.errors import Refusal, Refused

STEPS: dict[str, Callable[..., Appeal]] = {
    "take-back": appeal_take_back,
    "confirm": hearing_confirm,
    "move": hearing_ask_move,
}


@guardian_page
@require_http_methods(["GET", "POST"])
def appeal(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """The appeals of one application, and - while there is a decision to appeal against - the way to file one."""
    refused: Refusal | None = None
    if request.method == "POST":
        refused = tried(
            request,
            lambda: appeal_file(
                guardian=request.guardian, application_id=application_id, reason=request.POST.get("reason", "")
            ),
            _("We have your appeal."),
        )
        if refused is None:
            return redirect("enrollment:appeal", application_id)
    return _page(request, application_id, refused)


def _page(request: GuardianRequest, application_id: UUID, refused: Refusal | None = None) -> HttpResponse:
    found = own_application(request.guardian, application_id)
    appeals = appeals_of(found)
    newest = appeals[0] if appeals else None
    error = refused.message if refused and refused.field == "reason" else ""
    may = may_appeal(found, appeals)
    why_not = may.code if isinstance(may, Refused) else ""
    # what was typed comes back with the refusal, unless there is no decision that it could be meant against
    again = refused is not None and why_not != "illegal_step" and found.state != ApplicationState.APPEALED
    context = {
        "application": found,
        "appeals": appeals,
        "open": newest if newest is not None and newest.is_open else None,
        "may_file": again or not why_not,
        "until": None if isinstance(may, Refused) else may.until,
        "late": may.message if isinstance(may, Refused) and may.code == "late" else "",
        "against_result": found.state != ApplicationState.NOT_ELIGIBLE,
        "hearing_ahead": bool(newest and newest.hearing_at and clock.now() < newest.hearing_at),
        "refused": refused.message if refused and not error else "",
        "field": FormField(
            "reason",
            _("Why should it be looked at again?"),
            request.POST.get("reason", ""),
            _("In your own words, at most %(count)d characters.") % {"count": LONGEST_REASON},
            error,
            rows=5,
        ),
    }
    return render(request, "enrollment/appeals/appeal.html", context, status=422 if refused else 200)


@guardian_page
@require_POST
def step(request: GuardianRequest, application_id: UUID, appeal_id: UUID, action: str) -> HttpResponse:
    """Take the appeal back, confirm the hearing, or ask once for another date."""
    given: dict[str, Any] = {"guardian": request.guardian, "appeal_id": appeal_id}
    if action == "move":
        given["reason"] = request.POST.get("move_reason", "")
    pressed(request, lambda: STEPS[action](**given), None)
    return redirect("enrollment:appeal", application_id)
