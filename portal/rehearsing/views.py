"""The pages of rehearsals: ask for one, see how far it is, read its report, stop it, delete its report."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.pages import StaffRequest, staff_page, tried
from foundation.errors import Refused
from foundation.posted import number
from portal.rehearsing.models import Rehearsal
from portal.rehearsing.selectors import SIZES, live_page, rehearsal_for, rehearsal_page
from portal.rehearsing.services import rehearsal_start, rehearsal_stop, rehearsal_wipe
from portal.rehearsing.shown import shown

USUAL: Final = 200  # families, where nobody has chosen yet


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def rehearsals(request: StaffRequest, district: str, year: int) -> HttpResponse:
    """What a rehearsal is, the one on its way, the earlier ones; a POST asks for one."""
    if request.method != "POST":
        return _page(request, district, year)
    typed = request.POST.get("families", "")
    try:
        rehearsal_start(
            official=request.account,
            district=district,
            year=year,
            families=number(typed),
            others=request.POST.get("which") == "others",
        )
    except Refused as refused:
        return _page(request, district, year, refused)
    messages.success(request, _("The rehearsal is on its way. This page shows how far it is."), extra_tags="good")
    return redirect("season-rehearsal", district, year)


def _page(request: StaffRequest, district: str, year: int, refused: Refused | None = None) -> HttpResponse:
    context = {
        "page": rehearsal_page(request.account, district, year),
        "sizes": SIZES,
        "typed": number(request.POST.get("families", "")) or USUAL,
        "others": request.POST.get("which") == "others",
        "refused": refused.message if refused else "",
        "failed": refused.field if refused else "",
    }
    return render(request, "portal/rehearsing/front.html", context, status=422 if refused else 200)


@staff_page
@require_safe
def progress(request: StaffRequest, district: str, year: int) -> HttpResponse:
    """How far the rehearsal is; when it has ended the browser is asked to load the page anew."""
    page = live_page(request.account, district, year)
    if page is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "portal/rehearsing/_progress.html", {"page": page})


@staff_page
@require_safe
def report(request: StaffRequest, district: str, year: int, rehearsal_id: int) -> HttpResponse:
    """What one rehearsal found."""
    place, made = rehearsal_for(request.account, district, year, rehearsal_id)
    context = {"place": place, "year": year, "made": made, "report": shown(made.report) if made.report else None}
    return render(request, "portal/rehearsing/report.html", context)


Act = Callable[[StaffRequest, int], Rehearsal]
ACTIONS: Final[dict[str, tuple[Act, Promise]]] = {
    "stop": (
        lambda request, pk: rehearsal_stop(official=request.account, rehearsal_id=pk),
        lazy("The rehearsal is being stopped. Within a minute nothing is left of it."),
    ),
    "wipe": (
        lambda request, pk: rehearsal_wipe(official=request.account, rehearsal_id=pk),
        lazy("The report is deleted. That it was rehearsed stays on record."),
    ),
}


@staff_page
@require_POST
def act(request: StaffRequest, district: str, year: int, rehearsal_id: int, action: str) -> HttpResponse:
    """Stop a rehearsal, or delete its report; a refusal comes back on the page."""
    rehearsal_for(request.account, district, year, rehearsal_id)
    if action not in ACTIONS:
        raise Http404
    make, words = ACTIONS[action]
    refused = tried(request, lambda: make(request, rehearsal_id), words)
    return _page(request, district, year, refused) if refused else redirect("season-rehearsal", district, year)
