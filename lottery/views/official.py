"""The officials' and witnesses' pages of a round: where it stands, what comes next, who has to do it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import StaffRequest, staff_page
from enrollment.services import round_step
from foundation.errors import NotAllowed, Refused
from foundation.tasks import send
from lottery import selectors, services
from lottery.models import AdmissionRun, Draw
from lottery.views.http import language_of

KEPT = ("commitment", "value")  # what was typed comes back after an error; a one-time password does not


@staff_page
@require_safe
def rounds(request: StaffRequest) -> HttpResponse:
    """The rounds in which this person has something to do."""
    return render(request, "lottery/official_rounds.html", {"rounds": selectors.official_rounds(request.account)})


@staff_page
@require_safe
def round_(request: StaffRequest, round_id: int) -> HttpResponse:
    return _page(request, round_id)


def _page(request: StaffRequest, round_id: int, refused: Refused | None = None, action: str = "") -> HttpResponse:
    page = selectors.official_page(request.account, round_id, language_of(request))
    context = {
        "page": page,
        "next_step": next_step(page),
        "refused": refused.message if refused else "",
        "failed": action,
        "typed": {name: request.POST.get(name, "") for name in KEPT},
        "busy_with_large_roll": page.draw is not None and page.draw.roll_count > services.LARGE_ROLL,
    }
    return render(request, "lottery/official_round.html", context, status=422 if refused else 200)


def next_step(page: selectors.OfficialPage) -> str:
    """What comes next, and who does it."""
    if page.draw is None:
        return {
            "planned": _("A district official opens the round; families can then apply."),
            "open": _("Families are applying. After the deadline a district official closes the round."),
            "closed": _("When every application is decided, a district official freezes the roll and publishes it."),
        }.get(page.round.state, "")
    if page.draw.state == "drawn":
        if page.run is None:
            return _("A district official computes the places. Nothing is published by that.")
        return _("Two different people look at the preview and confirm the publication.")
    return {
        "frozen": _("The witnesses commit: each enters the SHA-256 of a secret of their own."),
        "witnessing": _("The other witnesses commit; then a district official closes the commitments."),
        "revealing": _("The witnesses reveal their secrets; then a district official enters the public value."),
        "ready": _("Two different people confirm the draw with their one-time passwords. The second makes it."),
        "published": _("Published. Nothing can be changed any more; families answer their offers."),
    }[page.draw.state]


def _draw_id(round_id: int) -> int:
    found = Draw.objects.filter(round_id=round_id).values_list("pk", flat=True).first()
    if found is None:
        raise Refused(_("The roll of this round is not frozen yet."), code="illegal_step")
    return found


def _run_id(round_id: int) -> int:
    newest = AdmissionRun.objects.filter(round_id=round_id).order_by("-id").values_list("pk", flat=True).first()
    if newest is None:
        raise Refused(_("Compute the places first."), code="illegal_step")
    return newest


def _step(request: StaffRequest, round_id: int, event: str) -> str:
    round_step(official=request.account, round_id=round_id, event=event)
    return _("Done.")


def _freeze(request: StaffRequest, round_id: int) -> str:
    draw = services.roll_freeze(official=request.account, round_id=round_id)
    return _("The roll of %(count)d children is frozen and published.") % {"count": draw.roll_count}


def _commit(request: StaffRequest, round_id: int) -> str:
    commitment = request.POST.get("commitment", "")
    services.nonce_commit(witness=request.account, draw_id=_draw_id(round_id), commitment=commitment)
    return _("Your commitment is published. Keep your secret: you need it to reveal.")


def _close_commits(request: StaffRequest, round_id: int) -> str:
    services.entropy_close(official=request.account, draw_id=_draw_id(round_id))
    return _("The commitments are closed. The witnesses reveal now.")


def _reveal(request: StaffRequest, round_id: int) -> str:
    value = request.POST.get("value", "")
    services.nonce_reveal(witness=request.account, draw_id=_draw_id(round_id), value=value)
    return _("Revealed: it is what you committed to.")


def _value(request: StaffRequest, round_id: int) -> str:
    value = request.POST.get("value", "")
    services.public_value_enter(official=request.account, draw_id=_draw_id(round_id), value=value)
    return _("The public value is entered. Two people can confirm the draw now.")


def _draw(request: StaffRequest, round_id: int) -> str:
    token = request.POST.get("token", "")
    draw = services.draw_confirm(official=request.account, draw_id=_draw_id(round_id), token=token)
    return _("The draw was made.") if draw.seed else _("Confirmed. A second, different person must confirm now.")


def _compute(request: StaffRequest, round_id: int) -> str:
    draw = Draw.objects.filter(pk=_draw_id(round_id)).only("roll_count").get()
    if draw.roll_count > services.LARGE_ROLL:
        from lottery.tasks import compute_run

        # with the workers away the sweeper finds the run by its state
        send(compute_run, services.run_request(official=request.account, round_id=round_id).pk)
        return _("The places are being computed. This page shows how far it is.")
    run = services.run_compute(official=request.account, round_id=round_id)
    return _("Computed: %(digest)s. Nothing is published yet.") % {"digest": run.digest[:19]}


def _publish(request: StaffRequest, round_id: int) -> str:
    token = request.POST.get("token", "")
    run = services.run_publish_confirm(official=request.account, run_id=_run_id(round_id), token=token)
    if run.state == AdmissionRun.State.PUBLISHED:
        return _("Published. Every family has its result.")
    if run.state == AdmissionRun.State.PUBLISHING:
        return _("Confirmed twice. The places are being published; this page shows how far it is.")
    return _("Confirmed. A second, different person must confirm now.")


ACTIONS: dict[str, Callable[[StaffRequest, int], str]] = {
    "open": lambda request, round_id: _step(request, round_id, "open"),
    "close": lambda request, round_id: _step(request, round_id, "close"),
    "reopen": lambda request, round_id: _step(request, round_id, "reopen"),
    "freeze": _freeze,
    "commit": _commit,
    "close-commits": _close_commits,
    "reveal": _reveal,
    "value": _value,
    "draw": _draw,
    "compute": _compute,
    "publish": _publish,
}


@staff_page
@require_POST
def act(request: StaffRequest, round_id: int, action: str) -> HttpResponse:
    """One step of the round; a refusal comes back on the same page with what was typed."""
    if action not in ACTIONS:
        raise Http404
    try:
        done = ACTIONS[action](request, round_id)
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(request, round_id, refused, action)
    messages.success(request, done, extra_tags="good")
    return redirect("lottery:official-round", round_id)
