"""The simulation of a round before its draw: ask for one, see how far it is, read it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.pages import StaffRequest, staff_page
from foundation.errors import Refusal, Refused
from foundation.posted import number
from foundation.progress import progress
from foundation.wording import content_language
from lottery.whatif.inputs import whatif_name
from lottery.whatif.selectors import WhatIfPage, whatif_page
from lottery.whatif.services import whatif_request


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: StaffRequest, round_id: int) -> HttpResponse:
    """The newest simulation; a POST asks for another one."""
    if request.method != "POST":
        return _page(request, round_id)
    typed = request.POST.get("draws", "").strip()
    try:
        whatif_request(official=request.account, round_id=round_id, draws=number(typed))
    except Refused as refused:
        return _page(request, round_id, refused, typed)
    messages.success(request, _("The simulation is queued. This page shows how far it is."), extra_tags="good")
    return redirect("lottery:whatif", round_id)


def _page(request: StaffRequest, round_id: int, refused: Refusal | None = None, typed: str = "") -> HttpResponse:
    found = whatif_page(request.account, round_id, content_language())
    context = {
        "page": found,
        "refused": refused.message if refused else "",
        "wrong": refused.field if refused else "",
        "typed": typed or str(found.draws),
        **_progress(found),
    }
    return render(request, "lottery/whatif/whatif.html", context, status=422 if refused else 200)


def _progress(found: WhatIfPage) -> dict[str, object]:
    return {"progress": progress(whatif_name(found.newest.pk)) if found.newest and found.working else None}


@staff_page
@require_safe
def progress_(request: StaffRequest, round_id: int) -> HttpResponse:
    """How far the simulation is; when it is done the browser is asked to load the page anew."""
    found = whatif_page(request.account, round_id, content_language())
    if not found.working:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "lottery/whatif/_progress.html", {"page": found, **_progress(found)})
