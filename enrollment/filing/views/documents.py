"""What a family does with the documents of a draft; with each button the rest of the page is saved, too."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.pages import GuardianRequest, guardian_page, pressed
from enrollment.documents.services import (
    document_remove,
    document_reuse,
    document_turn,
)
from enrollment.documents.views import keep
from enrollment.filing.asked import questions_for
from enrollment.filing.drafts.services import draft_save
from enrollment.forms import posted
from enrollment.seasons.models import Draft
from enrollment.seasons.selectors import own_draft

TURNS = {"left": 3, "right": 1}


def _back(request: GuardianRequest, draft: Draft, kind: str = "") -> HttpResponse:
    """To the page the form stands on, at its card: the documents' page or the correction."""
    target = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = reverse("enrollment:documents", args=[draft.public_id])
    return redirect(f"{target}#material-{kind}" if kind else target)


def _keep_all(request: GuardianRequest, draft: Draft) -> None:
    """A button beside a page sends the whole form: what was typed and chosen elsewhere on it is not lost."""
    typed = posted.answers(request.POST, questions_for(draft))
    if "school" in request.POST:
        typed["choices"] = posted.schools(request.POST)
    if typed:
        draft_save(guardian=request.guardian, draft_id=draft.public_id, answers=typed)
    keep(request, draft)


def _act(request: GuardianRequest, draft_id: UUID, act: Callable[[], object], kind: str = "") -> HttpResponse:
    draft = own_draft(request.guardian, draft_id)

    def step() -> None:
        _keep_all(request, draft)
        act()

    pressed(request, step, None)
    return _back(request, draft, kind)


@guardian_page
@require_POST
def add(request: GuardianRequest, draft_id: UUID) -> HttpResponse:
    """Save what was chosen, and stay."""
    return _act(request, draft_id, lambda: None, request.POST.get("kind", ""))


@guardian_page
@require_POST
def reuse(request: GuardianRequest, draft_id: UUID, kind: str) -> HttpResponse:
    """Give again what was given before."""
    return _act(
        request,
        draft_id,
        lambda: document_reuse(guardian=request.guardian, draft_id=draft_id, kind=kind),
        kind,
    )


@guardian_page
@require_POST
def turn(request: GuardianRequest, draft_id: UUID, document_id: UUID, way: str) -> HttpResponse:
    """A quarter to the left or to the right."""
    quarters = TURNS.get(way, 0)
    return _act(
        request,
        draft_id,
        lambda: document_turn(guardian=request.guardian, document_id=document_id, quarters=quarters),
    )


@guardian_page
@require_POST
def remove(request: GuardianRequest, draft_id: UUID, document_id: UUID) -> HttpResponse:
    """Take a page back, before it is submitted."""
    return _act(
        request,
        draft_id,
        lambda: document_remove(guardian=request.guardian, document_id=document_id),
    )
