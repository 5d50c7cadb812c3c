"""Pages of what follows publication: an official's, a school's check-in list, and a family's answer."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import GuardianRequest, StaffRequest, guardian_page, staff_page
from foundation.errors import NotAllowed, Refused
from lottery import services
from lottery.models import FillRun
from lottery.selectors import afterwards as selectors

KEPT = ("receipt", "school", "reason")  # what was typed comes back after an error; a one-time password does not


@staff_page
@require_safe
def page(request: StaffRequest, round_id: int) -> HttpResponse:
    """Freed seats, lists, the filling in preparation, corrections."""
    return _page(request, round_id)


def _page(request: StaffRequest, round_id: int, refused: Refused | None = None, action: str = "") -> HttpResponse:
    context = {
        "page": selectors.after_page(request.account, round_id),
        "refused": refused.message if refused else "",
        "failed": action,
        "field": refused.field if refused else "",
        "token_failed": action if refused and refused.field == "token" else "",
        "typed": {name: request.POST.get(name, "") for name in KEPT},
    }
    return render(request, "lottery/freed.html", context, status=422 if refused else 200)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _preview(request: StaffRequest, round_id: int) -> str:
    made = services.fill_preview(official=request.account, round_id=round_id)
    return _("Computed: %(count)d offers. Nobody is told anything yet.") % {"count": len(made.result["offers"])}


def _confirm(request: StaffRequest, round_id: int) -> str:
    del round_id
    made = services.fill_confirm(
        official=request.account,
        fill_id=_number(request.POST.get("fill", "")),
        token=request.POST.get("token", ""),
    )
    if made.state == FillRun.State.STALE:
        raise Refused(_("Something changed after this preview. Nobody was offered anything. Compute it again."))
    if made.state == FillRun.State.FILLED:
        return _("Confirmed twice. The seats are offered and the families have their messages.")
    return _("Confirmed. A second, different person must confirm now.")


def _propose(request: StaffRequest, round_id: int) -> str:
    services.correction_propose(
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
    services.correction_approve(
        official=request.account,
        correction_id=_number(request.POST.get("correction", "")),
        token=request.POST.get("token", ""),
    )
    return _("Approved. The seat is added, the family has a message, and the correction is public.")


ACTIONS: dict[str, Callable[[StaffRequest, int], str]] = {
    "preview": _preview,
    "confirm": _confirm,
    "propose": _propose,
    "approve": _approve,
}


@staff_page
@require_POST
def act(request: StaffRequest, round_id: int, action: str) -> HttpResponse:
    """One step; a refusal comes back on the same page with what was typed."""
    if action not in ACTIONS:
        raise Http404
    try:
        done = ACTIONS[action](request, round_id)
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, round_id, refused, action)
    messages.success(request, done, extra_tags="good")
    return redirect("lottery:afterwards", round_id)


@staff_page
@require_safe
def check_in_schools(request: StaffRequest) -> HttpResponse:
    """The schools whose check-in list this person keeps; who keeps one goes straight to it."""
    schools = selectors.check_in_schools(request.account)
    if len(schools) == 1:
        return redirect("lottery:check-in", schools[0].pk)
    return render(request, "lottery/checkin_schools.html", {"schools": schools})


@staff_page
@require_safe
def check_in(request: StaffRequest, school: str) -> HttpResponse:
    """The children who accepted a place at the school, each with one tap for each mark."""
    return _check_in(request, school, request.GET)


def _check_in(
    request: StaffRequest, school: str, asked: Mapping[str, str], refused: Refused | None = None
) -> HttpResponse:
    page = selectors.check_in_page(request.account, school, asked.get("receipt", ""), asked.get("answer", ""))
    answers = {"": _("All"), "yes": _("Will come"), "no": _("Will not come"), "none": _("No answer yet")}
    context = {
        "page": page,
        "answers": [(value, label, page.said[value] if value else page.total) for value, label in answers.items()],
        "refused": refused.message if refused else "",
    }
    response = render(request, "lottery/checkin.html", context, status=422 if refused else 200)
    response["Cache-Control"] = "no-store"
    return response


@staff_page
@require_POST
def check_in_mark(request: StaffRequest, school: str, application_id: UUID, mark: str) -> HttpResponse:
    """Note one mark and come back to the same list."""
    try:
        services.check_in_mark(staff=request.account, application_id=application_id, mark=mark.replace("-", "_"))
    except NotAllowed:
        raise
    except Refused as refused:
        return _check_in(request, school, request.POST, refused)
    target = redirect("lottery:check-in", school)
    asked = {name: request.POST[name] for name in ("receipt", "answer") if request.POST.get(name)}
    if asked:
        target["Location"] += f"?{urlencode(asked)}"
    return target


@guardian_page
@require_POST
def seat_answer(request: GuardianRequest, application_id: UUID, answer: str) -> HttpResponse:
    """Take a seat from the waiting list or keep what the child has; a refusal is shown on the application's page."""
    try:
        services.seat_offer_answer(guardian=request.guardian, application_id=application_id, answer=answer)
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="bad")
    else:
        done = _("The new place is yours.") if answer == "take" else _("You keep what you had.")
        messages.success(request, done, extra_tags="good")
    return redirect("enrollment:application", application_id)
