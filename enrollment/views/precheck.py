"""What the registers know of a child already, before anything is typed: non-binding, with a to-do list."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.pages import GuardianRequest, guardian_page
from enrollment import selectors, services
from enrollment.models import Round
from enrollment.services.precheck import precheck
from foundation.errors import Refused
from policy import AGENCIES

KNOWN = {"found": "good", "empty": "", "silent": "warn"}  # how an agency's answer is marked


@guardian_page
@require_GET
def expect(request: GuardianRequest, child_id: UUID, round_id: int) -> HttpResponse:
    """The pre-check of one child and round."""
    child = services.drafts.owned_child(request.guardian, child_id)
    round_ = Round.objects.select_related("season__district__parent", "policy").filter(pk=round_id).first()
    if round_ is None or round_.season.rehearsal:
        raise Http404
    try:
        found = precheck(guardian=request.guardian, child=child, round_=round_)
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="bad")
        return redirect("enrollment:home")
    rows = [(AGENCIES[name], outcome, KNOWN[outcome]) for name, outcome in found.known.items() if name in AGENCIES]
    context = {"found": found, "rows": rows, "standing": selectors.standing(round_), "guardian": request.guardian}
    return render(request, "enrollment/expect.html", context)
