"""The pages of places nobody answers: whom to call, and what came of it."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.pages import StaffRequest, staff_page, tried
from enrollment.outcome.models import PlaceLook
from enrollment.outcome.services.reminders import place_look, places_look
from enrollment.outcome.unanswered import call_sheet, unanswered
from foundation import posted
from foundation.errors import Refusal


@staff_page
@require_http_methods(["GET", "POST"])
def places(request: StaffRequest) -> HttpResponse:
    """Every place whose call is due or whose time is over; several can be looked at together."""
    note, chosen = request.POST.get("note", ""), request.POST.getlist("place")
    refused: Refusal | None = None

    def look() -> str:
        done = places_look(official=request.account, applications=posted.keys(chosen), note=note)
        return _("%(count)d places are looked at.") % {"count": done}

    if request.method == "POST":
        refused = tried(request, look, "")
        if refused is None:
            return redirect("enrollment:unanswered")
    context = {
        "page": unanswered(request.account),
        "refused": refused.message if refused else "",
        "note": note,
        "chosen": set(chosen),
    }
    return render(request, "enrollment/outcome/unanswered.html", context, status=422 if refused else 200)


@staff_page
@require_http_methods(["GET", "POST"])
def place(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """One family to call, with its number; what came of the call."""
    refused: Refusal | None = None
    typed = {name: request.POST.get(name, "") for name in ("result", "note")}
    if request.method == "POST":
        look = partial(place_look, official=request.account, application_id=application_id, **typed)
        refused = tried(request, look, _("Noted."))
        if refused is None:
            return redirect("enrollment:unanswered")
    context = {
        "sheet": call_sheet(request.account, application_id),
        "results": PlaceLook.Result.choices,
        "typed": typed,
        "refused": refused.message if refused else "",
    }
    return render(request, "enrollment/outcome/unanswered_one.html", context, status=422 if refused else 200)
