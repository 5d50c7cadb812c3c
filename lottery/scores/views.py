"""Schools that admit by preference and score: propose, approve (the bureau and the school's own staff)."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import StaffRequest, staff_page, taken
from foundation.errors import Refusal
from lottery.scores.selectors import scores_page
from lottery.scores.services import score_school_approve, score_school_propose


@staff_page
@require_safe
def page(request: StaffRequest, round_id: int) -> HttpResponse:
    """The approved and proposed schools of a round's stage, with their files."""
    return _page(request, round_id)


def _page(request: StaffRequest, round_id: int, refused: Refusal | None = None) -> HttpResponse:
    context = {
        "page": scores_page(request.account, round_id),
        "refused": refused.message if refused else "",
        "wrong": refused.field if refused else "",
        "typed": {name: request.POST.get(name, "") for name in ("school", "document")},
    }
    return render(request, "lottery/scores/scores.html", context, status=422 if refused else 200)


def _propose(request: StaffRequest, round_id: int) -> str:
    score_school_propose(
        official=request.account,
        round_id=round_id,
        school_code=request.POST.get("school", ""),
        document=request.POST.get("document", ""),
    )
    return _("Proposed. A second, different person approves the school.")


def _approve(request: StaffRequest, round_id: int) -> str:
    score_school_approve(official=request.account, round_id=round_id, school_code=request.POST.get("school", ""))
    return _("Approved. The school ranks by score in this year and stage.")


ACTIONS: dict[str, Callable[[StaffRequest, int], str]] = {
    "propose": _propose,
    "approve": _approve,
}


@staff_page
@require_POST
def act(request: StaffRequest, round_id: int, action: str) -> HttpResponse:
    """One step; a refusal comes back on the same page."""
    refused = taken(request, ACTIONS, action, round_id)
    return _page(request, round_id, refused) if refused else redirect("lottery:scores", round_id)
