"""The pages of an application after submission: where it stands, and the answers that need a second look."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import GuardianRequest, guardian_page
from enrollment import results, selectors, services
from enrollment.models import Application, Draft
from enrollment.selectors import after
from enrollment.selectors.binding import binding_of
from enrollment.services.appeals import PUBLISHED_STATES
from enrollment.services.letters import KIND_OF_STATE
from enrollment.services.registry import WANTED_STATES, registry_open
from enrollment.views.papers import qr
from foundation.errors import Refused
from foundation.wording import tongue

CHECKING = ("submitted", "verifying")  # while these last, the page looks again by itself


@guardian_page
@require_GET
def application(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """One application: where it stands, what comes next and who acts, why, and what can be done now."""
    found = selectors.own_application(request.guardian, application_id)
    response = render(request, "enrollment/application.html", _context(request, found))
    response["Cache-Control"] = "no-store"
    return response


def _context(request: GuardianRequest, found: Application) -> dict[str, Any]:
    offer = found.offer
    attendance = after.attendance_of(found) if found.state == "accepted" else None
    appeals = list(found.appeals.order_by("-pk"))
    return {
        "application": found,
        "next": after.next_step(found),
        "ahead": after.ahead(found),
        "told": after.told(found),
        "goes_to": after.messages_to(found),
        "timeline": selectors.timeline(found),
        "judged": selectors.explanation(found),
        "binding": binding_of(found, request.guardian),
        "language": tongue(),
        "returned": selectors.open_items(found),
        "offer": offer,
        "explained": results.explained(found.pk),
        "can_withdraw": selectors.can(found, "withdraw"),
        "can_answer": selectors.can(found, "accept"),
        "can_appeal": found.state == "not_eligible" or (found.state in PUBLISHED_STATES and offer is not None),
        "open_appeal": next((one for one in appeals if one.is_open), None),
        "last_appeal": appeals[0] if appeals else None,
        "has_letter": found.state in KIND_OF_STATE,
        "attendance": attendance,
        "attendance_by": selectors.done_beside(attendance.by, found) if attendance else "",
        "check_in": after.check_in_days(found.round.season),
        "may_say": not after.check_in_over(found.round.season),
        "bring": after.bring_words(found.round.season),
        "registry_open": found.state in WANTED_STATES and registry_open(found),
        "draft": Draft.objects.filter(child=found.child, round=found.round).first(),
        "receipt_code": qr("receipt", found.receipt),
        "just_filed": request.GET.get("filed") == "1",
        "checking": found.state in CHECKING,
    }


@guardian_page
@require_http_methods(["GET", "POST"])
def act(request: GuardianRequest, application_id: UUID, action: str) -> HttpResponse:
    """Withdraw, accept or decline: first what it means, then - pressed on that page - the step itself."""
    if request.method == "GET":
        return _confirm(request, application_id, action)
    mine: dict[str, Any] = {"guardian": request.guardian, "application_id": application_id}
    try:
        if action == "withdraw":
            services.application_withdraw(**mine)
        else:
            services.offer_answer(**mine, answer=action)
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        messages.error(request, refused.message, extra_tags="bad")
    return redirect("enrollment:application", application_id)


def _confirm(request: GuardianRequest, application_id: UUID, action: str) -> HttpResponse:
    found = selectors.own_application(request.guardian, application_id)
    if not selectors.can(found, action):
        text = _("This is not possible while the application is “%(state)s”.")
        messages.error(request, text % {"state": found.get_state_display()}, extra_tags="bad")
        return redirect("enrollment:application", application_id)
    context = {"application": found, "action": action, "offer": found.offer, "next": after.next_step(found)}
    return render(request, "enrollment/application_confirm.html", context)


@guardian_page
@require_POST
def attendance(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """The family says with one button that the child comes on check-in day; it may change its mind until then."""
    coming = request.POST.get("coming") == "yes"
    try:
        services.attendance_say(guardian=request.guardian, application_id=application_id, coming=coming)
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        messages.error(request, refused.message, extra_tags="bad")
    return redirect("enrollment:application", application_id)
