"""Pages of what follows publication: an official's, a school's check-in list, and a family's answer."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import GuardianRequest, StaffRequest, guardian_page, pressed, staff_page, taken
from enrollment.seasons.models import Round
from foundation.errors import Refusal, Refused
from foundation.posted import number
from foundation.progress import progress
from lottery.afterwards import selectors
from lottery.afterwards.models import FillRun, FollowUp
from lottery.afterwards.services import (
    check_in_mark,
    correction_approve,
    correction_propose,
    fill_confirm,
    fill_preview,
    fill_request,
    follow_up,
    seat_offer_answer,
    taking_back_approve,
    taking_back_propose,
)
from lottery.afterwards.services.filling import fill_name, is_large

KEPT = ("receipt", "school", "reason")  # what was typed comes back after an error; a one-time password does not


@staff_page
@require_safe
def page(request: StaffRequest, round_id: int) -> HttpResponse:
    """Freed seats, lists, the filling in preparation, corrections."""
    return _page(request, round_id)


def _page(request: StaffRequest, round_id: int, refused: Refusal | None = None, action: str = "") -> HttpResponse:
    found = selectors.afterwards_page(request.account, round_id)
    context = {
        "page": found,
        **_progress(found),
        "refused": refused.message if refused else "",
        "failed": action,
        "field": refused.field if refused else "",
        "token_failed": action if refused and refused.field == "token" else "",
        "typed": {name: request.POST.get(name, "") for name in KEPT},
    }
    return render(request, "lottery/afterwards/freed.html", context, status=422 if refused else 200)


def _progress(found: selectors.AfterwardsPage) -> dict[str, Any]:
    """How far the filling is that a worker has in hand, with its phase in words."""
    now = progress(fill_name(found.working.pk)) if found.working else None
    words = {
        "collecting": _("Noting the freed seats"),
        "checking": _("Checking places and lists against the draw"),
        "placing": _("Going down the lists"),
        "offering": _("Making the offers"),
    }
    return {"progress": now, "phase": words.get(now.phase, "") if now else ""}


@staff_page
@require_safe
def fill_progress(request: StaffRequest, round_id: int) -> HttpResponse:
    """The fragment that asks for itself again; without work in hand it asks the browser to load the page anew."""
    found = selectors.afterwards_page(request.account, round_id)
    if found.working is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "lottery/afterwards/_fill_progress.html", {"page": found, **_progress(found)})


def _preview(request: StaffRequest, round_id: int) -> str:
    if is_large(Round(pk=round_id)):
        fill_request(official=request.account, round_id=round_id)
        return _("The preview is being computed. This page shows how far it is.")
    made = fill_preview(official=request.account, round_id=round_id)
    return _("Computed: %(count)d offers. Nobody is told anything yet.") % {"count": len(made.result["offers"])}


def _confirm(request: StaffRequest, round_id: int) -> str:
    del round_id
    made = fill_confirm(
        official=request.account,
        fill_id=number(request.POST.get("fill", "")),
        token=request.POST.get("token", ""),
    )
    if made.state == FillRun.State.STALE:
        raise Refused(_("Something changed after this preview. Nobody was offered anything. Compute it again."))
    if made.state == FillRun.State.CONFIRMED:
        return _("Confirmed twice. The seats are being offered; this page shows how far it is.")
    if made.state == FillRun.State.FILLED:
        return _("Confirmed twice. The seats are offered and the families have their messages.")
    return _("Confirmed. A second, different person must confirm now.")


def _propose(request: StaffRequest, round_id: int) -> str:
    correction_propose(
        official=request.account,
        round_id=round_id,
        receipt=request.POST.get("receipt", ""),
        school_code=request.POST.get("school", ""),
        reason=request.POST.get("reason", ""),
        token=request.POST.get("token", ""),
    )
    return _("Proposed. A second, different person must approve it now.")


def _approve(request: StaffRequest, round_id: int) -> str:
    del round_id
    correction_approve(
        official=request.account,
        correction_id=number(request.POST.get("correction", "")),
        token=request.POST.get("token", ""),
    )
    return _("Approved. The seat is added, the family has a message, and the correction is public.")


def _take_back(request: StaffRequest, round_id: int) -> str:
    taking_back_propose(
        official=request.account,
        round_id=round_id,
        receipt=request.POST.get("receipt", ""),
        reason=request.POST.get("reason", ""),
        token=request.POST.get("token", ""),
    )
    return _("Proposed. A second, different person must approve it now.")


def _approve_taking(request: StaffRequest, round_id: int) -> str:
    del round_id
    taking_back_approve(
        official=request.account,
        taking_back_id=number(request.POST.get("taking", "")),
        token=request.POST.get("token", ""),
    )
    return _("Approved. The place is taken back, its seat is free, and the reason is public.")


ACTIONS: dict[str, Callable[[StaffRequest, int], str]] = {
    "preview": _preview,
    "confirm": _confirm,
    "propose": _propose,
    "approve": _approve,
    "take-back": _take_back,
    "approve-taking": _approve_taking,
}


@staff_page
@require_POST
def act(request: StaffRequest, round_id: int, action: str) -> HttpResponse:
    """One step; a refusal comes back on the same page with what was typed."""
    refused = taken(request, ACTIONS, action, round_id)
    return _page(request, round_id, refused, action) if refused else redirect("lottery:afterwards", round_id)


@staff_page
@require_safe
def check_in_schools(request: StaffRequest) -> HttpResponse:
    """The schools whose check-in list this person keeps; who keeps one goes straight to it."""
    schools = selectors.check_in_schools(request.account)
    if len(schools) == 1:
        return redirect("lottery:check-in", schools[0].pk)
    return render(request, "lottery/afterwards/check_in_schools.html", {"schools": schools})


@staff_page
@require_safe
def check_in(request: StaffRequest, school: str) -> HttpResponse:
    """The children who accepted a place at the school, each with one tap for each mark."""
    return _check_in(request, school, request.GET)


def _check_in(
    request: StaffRequest, school: str, asked: Mapping[str, str], refused: Refusal | None = None, at: str = ""
) -> HttpResponse:
    page = selectors.check_in_page(request.account, school, asked.get("receipt", ""), asked.get("answer", ""))
    answers = {"": _("All"), "yes": _("Will come"), "no": _("Will not come"), "none": _("No answer yet")}
    context = {
        "page": page,
        "answers": [(value, label, page.said[value] if value else page.total) for value, label in answers.items()],
        "refused": refused.message if refused else "",
        "ways": FollowUp.Way.choices,
        "typed": request.POST,
        "at": at,
    }
    response = render(request, "lottery/afterwards/check_in.html", context, status=422 if refused else 200)
    response["Cache-Control"] = "no-store"
    return response


@staff_page
@require_POST
def mark_child(request: StaffRequest, school: str, application_id: UUID, mark: str) -> HttpResponse:
    """Note one mark and come back to the same list."""
    try:
        if mark == "follow-up":
            way, words = request.POST.get("way", ""), request.POST.get("words", "")
            follow_up(staff=request.account, application_id=application_id, way=way, words=words)
        else:
            check_in_mark(staff=request.account, application_id=application_id, mark=mark.replace("-", "_"))
    except Refused as refused:
        return _check_in(request, school, request.POST, refused, str(application_id))
    target = redirect("lottery:check-in", school)
    asked = {name: request.POST[name] for name in ("receipt", "answer") if request.POST.get(name)}
    if asked:
        target["Location"] += f"?{urlencode(asked)}"
    return target


@guardian_page
@require_POST
def seat_answer(request: GuardianRequest, application_id: UUID, answer: str) -> HttpResponse:
    """Take a seat from the waiting list or keep what the child has; a refusal is shown on the application's page."""
    done = _("The new place is yours.") if answer == "take" else _("You keep what you had.")
    mine: dict[str, Any] = {"guardian": request.guardian, "application_id": application_id}
    pressed(request, lambda: seat_offer_answer(**mine, answer=answer), done)
    return redirect("enrollment:application", application_id)
