"""How far a run is: a fragment that asks for itself again, and reloads the page when the work is done."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.pages import StaffRequest, staff_page
from foundation.progress import Progress, progress
from foundation.wording import content_language
from lottery.admission.services.runs import run_name
from lottery.rounds.selectors.official import OfficialPage, official_page


def phase_words(phase: str) -> str:
    """What a run does at the moment, in words."""
    return {
        "reading": _("Reading the frozen roll"),
        "placing": _("Placing the children"),
        "checking": _("Checking the certificate"),
        "storing": _("Storing the places"),
        "offering": _("Making the offers"),
        "writing": _("Writing the public file"),
        "telling": _("Queueing the messages"),
    }.get(phase, "")


def progress_context(page: OfficialPage) -> dict[str, Progress | str | None]:
    """What the fragment needs beside the page."""
    found = progress(run_name(page.run.pk)) if page.run and page.working else None
    return {"progress": found, "phase": phase_words(found.phase) if found else ""}


@staff_page
@require_safe
def run_progress(request: StaffRequest, round_id: int) -> HttpResponse:
    """The fragment; without work in hand it asks the browser to load the page anew."""
    page = official_page(request.account, round_id, content_language())
    if not page.working:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "lottery/rounds/_run_progress.html", {"page": page, **progress_context(page)})
