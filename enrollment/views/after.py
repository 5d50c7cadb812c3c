"""The pages of an application after submission."""

from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import GuardianRequest, guardian_page
from enrollment import results, selectors, services
from enrollment.models import Draft
from foundation.errors import Refused


@guardian_page
@require_GET
def application(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """One application: receipt, where it stands, why, and what can be done now."""
    found = selectors.own_application(request.guardian, application_id)
    language = "en" if request.LANGUAGE_CODE.startswith("en") else "zh"
    context: dict[str, Any] = {
        "application": found,
        "timeline": selectors.timeline(found),
        "judged": selectors.explanation(found),
        "language": language,
        "returned": selectors.open_items(found),
        "offer": found.offer,
        "explained": results.explained(found.pk),
        "can_withdraw": selectors.can(found, "withdraw"),
        "can_appeal": selectors.can(found, "appeal"),
        "can_answer": selectors.can(found, "accept"),
        "draft": Draft.objects.filter(child=found.child, round=found.round).first(),
        "receipt_code": segno.make(found.receipt, error="m").svg_data_uri(border=2, dark="#1d2b2a", light="#fff"),
        "just_filed": request.GET.get("filed") == "1",
    }
    return render(request, "enrollment/application.html", context)


@guardian_page
@require_POST
def act(request: GuardianRequest, application_id: UUID, action: str) -> HttpResponse:
    """Withdraw, appeal, accept or decline; a refusal is shown on the application's page."""
    mine: dict[str, Any] = {"guardian": request.guardian, "application_id": application_id}
    try:
        if action == "withdraw":
            services.application_withdraw(**mine)
        elif action == "appeal":
            services.application_appeal(**mine, reason=request.POST.get("reason", ""))
        else:
            services.offer_answer(**mine, answer=action)
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        messages.error(request, refused.message, extra_tags="bad")
    return redirect("enrollment:application", application_id)
