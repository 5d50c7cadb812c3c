"""Schools that admit by preference and score: propose, approve, import (the bureau and the school's own staff)."""

from collections.abc import Callable

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import StaffRequest, staff_page
from foundation.errors import NotAllowed, Refused
from lottery import services
from lottery.selectors.scores import scores_page
from lottery.services.scores import MOST_UPLOAD, ScoresRefused


@staff_page
@require_safe
def page(request: StaffRequest, round_id: int) -> HttpResponse:
    """The approved and proposed schools of a round's stage, with their files."""
    return _page(request, round_id)


def _page(request: StaffRequest, round_id: int, refused: Refused | None = None) -> HttpResponse:
    context = {
        "page": scores_page(request.account, round_id),
        "refused": refused.message if refused else "",
        "problems": refused.problems if isinstance(refused, ScoresRefused) else (),
        "wrong": refused.field if refused else "",
        "typed": {name: request.POST.get(name, "") for name in ("school", "document")},
    }
    return render(request, "lottery/scores.html", context, status=422 if refused else 200)


def _propose(request: StaffRequest, round_id: int) -> str:
    services.score_school_propose(
        official=request.account,
        round_id=round_id,
        school_code=request.POST.get("school", ""),
        document=request.POST.get("document", ""),
    )
    return _("Proposed. A second, different person approves the school.")


def _approve(request: StaffRequest, round_id: int) -> str:
    services.score_school_approve(
        official=request.account, round_id=round_id, school_code=request.POST.get("school", "")
    )
    return _("Approved. The school ranks by score in this year and stage.")


def _import(request: StaffRequest, round_id: int) -> str:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise Refused(_("Choose the file of the scores first."), code="missing", field="file")
    if (upload.size or 0) > MOST_UPLOAD:
        raise Refused(_("This file is too large: at most 2 MB, please."), code="size", field="file")
    made = services.scores_import(
        staff=request.account,
        round_id=round_id,
        school_code=request.POST.get("school", ""),
        content=upload.read(),
    )
    return _("%(count)d scores are in, as version %(number)d.") % {"count": made.count, "number": made.number}


ACTIONS: dict[str, Callable[[StaffRequest, int], str]] = {
    "propose": _propose,
    "approve": _approve,
    "import": _import,
}


@staff_page
@require_POST
def act(request: StaffRequest, round_id: int, action: str) -> HttpResponse:
    """One step; a refusal comes back on the same page with everything that is wrong."""
    if action not in ACTIONS:
        raise Http404
    try:
        done = ACTIONS[action](request, round_id)
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, round_id, refused)
    messages.success(request, done, extra_tags="good")
    return redirect("lottery:scores", round_id)
