"""The officials' and witnesses' pages of a round: where it stands, what comes next, who has to do it."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import StaffRequest, staff_page, taken
from enrollment.seasons.services.rounds import round_step
from enrollment.seasons.states import RoundEvent, RoundState
from foundation import clock
from foundation.errors import Refusal, Refused
from foundation.lanes import ring
from foundation.wording import content_language
from lottery.admission.models import AdmissionRun
from lottery.admission.services import (
    LARGE_ROLL,
    published_early,
    run_compute,
    run_publish_confirm,
    run_request,
)
from lottery.ceremony.models import Draw
from lottery.ceremony.services import (
    ceremony_plan,
    draw_confirm,
    entropy_close,
    public_value_enter,
    public_value_fallback,
)
from lottery.ceremony.states import DrawState
from lottery.roll.services import roll_freeze_confirm, round_close_confirm
from lottery.rounds.selectors.official import OfficialPage, official_page, official_rounds, only_looks_on
from lottery.rounds.views.progress import progress_context
from lottery.witnesses import views as witness
from lottery.witnesses.views import draw_id

TIMES = ("starts_at", "commit_by", "reveal_by", "value_by")
KEPT = ("value", "reason", "text", "sign")  # what was typed comes back after an error; a one-time password does not


@staff_page
@require_safe
def rounds(request: StaffRequest) -> HttpResponse:
    """The rounds in which this person has something to do."""
    return render(request, "lottery/rounds/official_rounds.html", {"rounds": official_rounds(request.account)})


@staff_page
@require_safe
def round_(request: StaffRequest, round_id: int) -> HttpResponse:
    """Where the round stands and what comes next; who only supervises is shown the log."""
    if only_looks_on(request.account, round_id):
        return redirect("lottery:witness", round_id)
    return _page(request, round_id)


def _page(request: StaffRequest, round_id: int, refused: Refusal | None = None, action: str = "") -> HttpResponse:
    page = official_page(request.account, round_id, content_language())
    typed = {name: request.POST.get(name, "") for name in KEPT}
    context = {
        "page": page,
        "form": page.form.typed(request.POST.dict()) if page.form and action == "plan" else page.form,
        "next_step": next_step(page),
        "refused": refused.message if refused else "",
        "failed": action,
        "typed": typed,
        "early": published_early(page.round),
        **progress_context(page),
        "busy_with_large_roll": page.draw is not None and page.draw.roll_count > LARGE_ROLL,
    }
    return render(request, "lottery/rounds/official.html", context, status=422 if refused else 200)


def next_step(page: OfficialPage) -> str:
    """What comes next, and who does it."""
    if page.draw is None:
        first: dict[str, str] = {
            RoundState.PLANNED: _("A district official opens the round; families can then apply."),
            RoundState.OPEN: _("Families are applying. After the deadline a district official closes the round."),
            RoundState.CLOSED: _(
                "When every application is decided, two district officials freeze the roll and publish it."
            ),
        }
        return first.get(page.round.state, "")
    if page.draw.state == DrawState.DRAWN:
        if page.working:
            return _("A worker has the run in hand. Nothing need be done.")
        if page.run is None or page.run.state == AdmissionRun.State.FAILED:
            return _("A district official computes the places. Nothing is published by that.")
        return _("Two different people look at the preview and confirm the publication.")
    return {
        DrawState.FROZEN: _("The witnesses commit: each enters the SHA-256 of a secret of their own."),
        DrawState.WITNESSING: _("The other witnesses commit; then a district official closes the commitments."),
        DrawState.REVEALING: _("The witnesses reveal their secrets; then a district official enters the public value."),
        DrawState.READY: _("Two different people confirm the draw with their one-time passwords. The second makes it."),
        DrawState.PUBLISHED: _("Published. Families answer their offers; the notary certifies the draw."),
        DrawState.CERTIFIED: _("Certified. The minutes are public; families answer their offers."),
    }[DrawState(page.draw.state)]


def _run_id(round_id: int) -> int:
    newest = AdmissionRun.objects.filter(round_id=round_id).order_by("-id").values_list("pk", flat=True).first()
    if newest is None:
        raise Refused(_("Compute the places first."), code="illegal_step")
    return newest


def _step(request: StaffRequest, round_id: int, event: RoundEvent) -> str:
    round_step(official=request.account, round_id=round_id, event=event)
    return _("Done.")


def _close(request: StaffRequest, round_id: int) -> str:
    token = request.POST.get("token", "")
    round_ = round_close_confirm(official=request.account, round_id=round_id, token=token)
    if round_.state == RoundState.CLOSED:
        return _("The round is closed.")
    return _("Confirmed. A second, different official must confirm today.")


def _freeze(request: StaffRequest, round_id: int) -> str:
    token = request.POST.get("token", "")
    draw = roll_freeze_confirm(official=request.account, round_id=round_id, token=token)
    if draw is None:
        return _("Confirmed. A second, different official must confirm today.")
    return _("The roll of %(count)d children is frozen and published.") % {"count": draw.roll_count}


def _moment(text: str, field: str) -> datetime | None:
    """A time typed as Beijing time to the minute; empty means none is named."""
    if not text.strip():
        return None
    try:
        return datetime.strptime(text.strip()[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        raise Refused(_("Write the time as 2027-07-20T09:30."), code="time", field=field) from None


def _plan(request: StaffRequest, round_id: int) -> str:
    typed = {name: request.POST.get(name, "") for name in ("place", "public_value", "fallback", "method")}
    times = {name: _moment(request.POST.get(name, ""), name) for name in TIMES}
    given = request.POST.dict().items()
    duties = {name.removeprefix("duty-"): str(duty) for name, duty in given if name.startswith("duty-") and duty}
    ceremony_plan(
        official=request.account,
        round_id=round_id,
        place=typed["place"],
        starts_at=times["starts_at"],
        commit_by=times["commit_by"],
        reveal_by=times["reveal_by"],
        value_by=times["value_by"],
        public_value=typed["public_value"],
        fallback=typed["fallback"],
        method=typed["method"],
        witnesses=duties,
    )
    return _("The plan is kept. It is published with the roll and cannot be changed after that.")


def _fallback(request: StaffRequest, round_id: int) -> str:
    public_value_fallback(
        official=request.account,
        draw_id=draw_id(round_id),
        value=request.POST.get("value", ""),
        reason=request.POST.get("reason", ""),
    )
    return _("The fallback value is entered with its reason. Two people can confirm the draw now.")


def _close_commits(request: StaffRequest, round_id: int) -> str:
    entropy_close(official=request.account, draw_id=draw_id(round_id))
    return _("The commitments are closed. The witnesses reveal now.")


def _value(request: StaffRequest, round_id: int) -> str:
    value = request.POST.get("value", "")
    public_value_enter(official=request.account, draw_id=draw_id(round_id), value=value)
    return _("The public value is entered. Two people can confirm the draw now.")


def _draw(request: StaffRequest, round_id: int) -> str:
    token = request.POST.get("token", "")
    draw = draw_confirm(official=request.account, draw_id=draw_id(round_id), token=token)
    return _("The draw was made.") if draw.seed else _("Confirmed. A second, different person must confirm now.")


def _compute(request: StaffRequest, round_id: int) -> str:
    draw = Draw.objects.filter(pk=draw_id(round_id)).only("roll_count").get()
    if draw.roll_count > LARGE_ROLL:
        run_request(official=request.account, round_id=round_id)
        ring("runs")
        return _("The places are being computed. This page shows how far it is.")
    run = run_compute(official=request.account, round_id=round_id)
    return _("Computed: %(digest)s. Nothing is published yet.") % {"digest": run.digest[:19]}


def _publish(request: StaffRequest, round_id: int) -> str:
    token = request.POST.get("token", "")
    reason = request.POST.get("reason", "")
    run = run_publish_confirm(official=request.account, run_id=_run_id(round_id), token=token, reason=reason)
    if run.state == AdmissionRun.State.PUBLISHED:
        return _("Published. Every family has its result.")
    if run.state == AdmissionRun.State.PUBLISHING:
        return _("Confirmed twice. The places are being published; this page shows how far it is.")
    return _("Confirmed. A second, different person must confirm now.")


ACTIONS: dict[str, Callable[[StaffRequest, int], str]] = {
    "open": lambda request, round_id: _step(request, round_id, RoundEvent.OPEN),
    "close": _close,
    "reopen": lambda request, round_id: _step(request, round_id, RoundEvent.REOPEN),
    "freeze": _freeze,
    "plan": _plan,
    "commit": witness.commit,
    "close-commits": _close_commits,
    "reveal": witness.reveal,
    "value": _value,
    "fallback": _fallback,
    "reply": witness.reply,
    "draw": _draw,
    "compute": _compute,
    "publish": _publish,
}


@staff_page
@require_POST
def act(request: StaffRequest, round_id: int, action: str) -> HttpResponse:
    """One step of the round; a refusal comes back on the same page with what was typed."""
    refused = taken(request, ACTIONS, action, round_id)
    if refused is None:
        return redirect("lottery:official-round", round_id)
    page = witness.page if action in {"commit", "reveal"} else _page
    return page(request, round_id, refused, action)
