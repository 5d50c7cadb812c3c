"""The pages of an application after submission: where it stands, and the answers that need a second look."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import GuardianRequest, guardian_page, pressed
from enrollment.appeals.selectors import MayAppeal, may_appeal
from enrollment.cases.selectors import told_to_family
from enrollment.filing.selectors import own_rows, thanks_of
from enrollment.filing.submission.services import application_withdraw
from enrollment.filing.submission.standing import ahead, done_beside, messages_to, next_step, timeline, told
from enrollment.guardians.binding.selectors import binding_of
from enrollment.judging.told import told as told_judgement
from enrollment.listed.selectors import entries_told
from enrollment.outcome.answers import agency_answers, is_held_back, is_kept
from enrollment.outcome.result import result_of
from enrollment.outcome.selectors import attendance_of
from enrollment.outcome.services.letters import KIND_OF_STATE
from enrollment.outcome.services.offers import attendance_say, offer_answer
from enrollment.outcome.student_registry.services import WANTED_STATES, student_registry_open
from enrollment.printing.codes import qr
from enrollment.seasons import results
from enrollment.seasons.days.calendar import bring_words, check_in_days, check_in_over
from enrollment.seasons.models import Application, ApplicationState, Draft
from enrollment.seasons.naming.described import open_names
from enrollment.seasons.selectors import can, may_amend, open_items, own_application, round_standing, version_of
from enrollment.seasons.states import RUNNING, ApplicationEvent
from foundation.wording import content_language

# before a place can be given
OPEN_CASES = (
    ApplicationState.SUBMITTED,
    ApplicationState.VERIFYING,
    ApplicationState.ATTENTION,
    ApplicationState.IN_REVIEW,
    ApplicationState.RETURNED,
)
CHECKING = (ApplicationState.SUBMITTED, ApplicationState.VERIFYING)  # while these last, the page looks again by itself


@guardian_page
@require_GET
def application(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """One application: where it stands, what comes next and who acts, why, and what can be done now."""
    found = own_application(request.guardian, application_id)
    response = render(request, "enrollment/outcome/application.html", _context(request, found))
    response["Cache-Control"] = "no-store"
    return response


def _context(request: GuardianRequest, found: Application) -> dict[str, Any]:
    offer, version = found.offer, version_of(found)
    held_back = is_held_back(version)
    kept = held_back or is_kept(found, request.guardian)
    judged = version.evaluation if version.assessed_at and not kept else None
    attendance = attendance_of(found) if found.state == ApplicationState.ACCEPTED else None
    explained = results.explained(found.pk)
    appeals = list(found.appeals.order_by("-pk"))
    may = may_appeal(found, appeals)
    return {
        "application": found,
        "next": next_step(found),
        "ahead": ahead(found),
        "told": told(found),
        "goes_to": messages_to(found),
        "timeline": timeline(found),
        "judged": told_judgement(judged) if judged else None,
        "answers": [] if kept else agency_answers(found, version.pk),
        "with_others": [] if kept else told_to_family(found),
        "lists": [] if kept else entries_told(request.guardian, found),
        "answers_from": version.answers_from if held_back else None,
        "binding": binding_of(found, request.guardian),
        "language": content_language(),
        "returned": open_items(found),
        "offer": offer,
        "explained": explained,
        "result": result_of(found, explained),
        "can_withdraw": can(found, ApplicationEvent.WITHDRAW),
        "can_amend": may_amend(found, found.round),
        "can_answer": can(found, ApplicationEvent.ACCEPT),
        "appeal_until": may.until if isinstance(may, MayAppeal) else None,
        "open_appeal": next((one for one in appeals if one.is_open), None),
        "last_appeal": appeals[0] if appeals else None,
        "declaration": found.declaration_cases.first(),
        "has_letter": found.state in KIND_OF_STATE,
        "attendance": attendance,
        "attendance_by": done_beside(attendance.by, found) if attendance else "",
        "check_in": check_in_days(found.round.season),
        "may_say": not check_in_over(found.round.season),
        "bring": bring_words(found.round.season, found.stage),
        "student_registry_open": found.state in WANTED_STATES and student_registry_open(found),
        "draft": Draft.objects.filter(child=found.child, round=found.round).first(),
        "receipt_code": qr("receipt", found.receipt),
        "just_filed": request.GET.get("filed") == "1",
        "thanks": thanks_of(version),
        "own_answers": own_rows(version),
        "name_open": bool(open_names(version)) and found.state in OPEN_CASES,
        "checking": found.state in CHECKING,
    }


@guardian_page
@require_http_methods(["GET", "POST"])
def act(request: GuardianRequest, application_id: UUID, action: str) -> HttpResponse:
    """Withdraw, accept or decline: first what it means, then - pressed on that page - the step itself."""
    if request.method == "GET":
        return _confirm(request, application_id, action)
    mine: dict[str, Any] = {"guardian": request.guardian, "application_id": application_id}
    if action == ApplicationEvent.WITHDRAW:
        pressed(request, lambda: application_withdraw(**mine), None)
    else:
        pressed(request, lambda: offer_answer(**mine, answer=action), None)
    return redirect("enrollment:application", application_id)


def _confirm(request: GuardianRequest, application_id: UUID, action: str) -> HttpResponse:
    found = own_application(request.guardian, application_id)
    if not can(found, action):
        text = _("This is not possible while the application is “%(state)s”.")
        messages.error(request, text % {"state": found.get_state_display()}, extra_tags="bad")
        return redirect("enrollment:application", application_id)
    context = {
        "application": found,
        "action": action,
        "offer": found.offer,
        "next": next_step(found),
        "again": round_standing(found.round) in RUNNING,
    }
    return render(request, "enrollment/outcome/application_confirm.html", context)


@guardian_page
@require_POST
def attendance(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """The family says with one button that the child comes on check-in day; it may change its mind until then."""
    coming = request.POST.get("coming") == "yes"
    mine: dict[str, Any] = {"guardian": request.guardian, "application_id": application_id}
    pressed(request, lambda: attendance_say(**mine, coming=coming), None)
    return redirect("enrollment:application", application_id)
