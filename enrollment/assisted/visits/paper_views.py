"""Signed papers that wait for a second person: the list, the paper beside what the clerk wrote, the answer."""

from itertools import takewhile
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

import identifiers
from accounts.pages import StaffRequest, staff_page
from audit.services import record
from enrollment.assisted.models import AssistVisit
from enrollment.assisted.visits.paper_look import paper_look, waiting_paper
from enrollment.assisted.visits.selectors import looks_at_papers, papers_waiting
from enrollment.assisted.visits.services import COVERS, over
from enrollment.documents.files.pages import page_picture
from enrollment.documents.models import Document
from enrollment.documents.views import answer_file, turned
from enrollment.forms.fields import FormField
from foundation import files
from foundation.confined import Busy
from foundation.crypto import CryptoError
from foundation.errors import NotAllowed, Refusal, Refused

MOST_PAGES: Final = 10  # of a signed paper that are shown


@staff_page
@require_GET
def papers(request: StaffRequest) -> HttpResponse:
    """The papers of one's counties that wait, oldest first."""
    if not looks_at_papers(request.account):
        raise NotAllowed(_("You may not do this here."))
    return render(request, "enrollment/assisted/papers.html", {"visits": papers_waiting(request.account)})


@staff_page
@require_http_methods(["GET", "POST"])
def paper(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """One paper: it passes, which opens the visit, or not, which ends it."""
    visit = waiting_paper(request.account, visit_id)
    refused: Refusal | None = None
    typed = request.POST.get("note", "")
    if request.method == "POST":
        passed = request.POST.get("answer") == "pass"
        try:
            paper_look(looker=request.account, visit_id=visit_id, passed=passed, note=typed)
        except Refused as problem:
            refused = problem
            visit = waiting_paper(request.account, visit_id)
        else:
            text = _("The visit is open.") if passed else _("The visit is ended. The clerk reads why.")
            messages.success(request, text, extra_tags="good")
            return redirect("enrollment:assist-papers")
    error = refused.message if refused and refused.field == "note" else ""
    label = _("What is not right, if it does not pass")
    context = {
        "visit": visit,
        "waits": visit.opened_at is None and visit.ended_at is None and not over(visit),
        "number": identifiers.mask("id", visit.named["id_number"]),
        "covers": [words for name, words in COVERS.items() if name in visit.consent.covers],
        "pages": range(1, _pages(visit) + 1),
        "note": FormField("note", label, typed, _("The clerk reads it."), error, required=False),
        "refused": refused.message if refused and not refused.field else "",
    }
    return render(request, "enrollment/assisted/paper.html", context, status=422 if refused else 200)


def _page(visit: AssistVisit, number: int) -> bytes | None:
    """A page of the paper as a JPEG; None when there is none, or it cannot be read or drawn now."""
    digest = visit.consent.scan_sha256
    try:
        kind = "application/pdf" if files.load(digest).startswith(b"%PDF-") else "image/jpeg"
        if kind == "image/jpeg" and number > 1:
            return None
        return page_picture(Document(sha256=digest, content_type=kind, pages=MOST_PAGES), number)
    except (OSError, CryptoError, Busy):
        return None


def _pages(visit: AssistVisit) -> int:
    """How many pages of the paper can be shown; 0 when it cannot be read, which the page says."""
    return sum(1 for _found in takewhile(bool, (_page(visit, number) for number in range(1, MOST_PAGES + 1))))


@staff_page
@require_GET
def scan(request: StaffRequest, visit_id: UUID, number: int) -> HttpResponse:
    """A page of the paper as a picture; every look is recorded."""
    visit = waiting_paper(request.account, visit_id)
    content = _page(visit, number)
    if content is None:
        raise Http404
    record(
        actor=request.account,
        action="visit.paper_read",
        object_type="visit",
        object_id=visit.pk,
        district=visit.district_id,
        details={"page": number},
    )
    return answer_file(turned(content, 0), "image/jpeg", "page.jpg", attached=False)
