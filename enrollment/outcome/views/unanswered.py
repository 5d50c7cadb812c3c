"""The pages of places nobody answers: whom to call, and what came of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.pages import StaffRequest, staff_page
from enrollment.outcome.models import PlaceLook
from enrollment.outcome.services.reminders import place_look, places_look
from enrollment.outcome.unanswered import call_sheet, unanswered
from foundation.errors import Refused


@staff_page
@require_http_methods(["GET", "POST"])
def places(request: StaffRequest) -> HttpResponse:
    """Every place whose call is due or whose time is over; several can be looked at together."""
    refused, note = "", request.POST.get("note", "")
    if request.method == "POST":
        try:
            done = places_look(official=request.account, applications=_chosen(request), note=note)
        except Refused as problem:
            refused = problem.message
        else:
            messages.success(request, _("%(count)d places are looked at.") % {"count": done}, extra_tags="good")
            return redirect("enrollment:unanswered")
    context = {
        "page": unanswered(request.account),
        "refused": refused,
        "note": note,
        "chosen": set(request.POST.getlist("place")),
    }
    return render(request, "enrollment/outcome/unanswered.html", context, status=422 if refused else 200)


def _chosen(request: StaffRequest) -> list[UUID]:
    found = []
    for text in request.POST.getlist("place"):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@staff_page
@require_http_methods(["GET", "POST"])
def place(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """One family to call, with its number; what came of the call."""
    refused = ""
    typed = {name: request.POST.get(name, "") for name in ("result", "note")}
    if request.method == "POST":
        try:
            place_look(official=request.account, application_id=application_id, **typed)
        except Refused as problem:
            refused = problem.message
        else:
            messages.success(request, _("Noted."), extra_tags="good")
            return redirect("enrollment:unanswered")
    context = {
        "sheet": call_sheet(request.account, application_id),
        "results": PlaceLook.Result.choices,
        "typed": typed,
        "refused": refused,
    }
    return render(request, "enrollment/outcome/unanswered_one.html", context, status=422 if refused else 200)
