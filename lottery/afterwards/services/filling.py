"""Filling freed seats from the lists: a preview that tells nobody anything, two people, then every offer at once.

The confirmed digest is computed again before anything is offered: whatever changed since the preview (a family
answered, a seat became free) makes it out of date, and a new preview is looked at instead. A killed worker leaves the
row "confirmed"; the sweeper finds it and the same offers are made.
"""

from __future__ import annotations

import contextlib
from collections import Counter, deque
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.final_steps import WithPassword
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.guardians.services.decision_messages import to_guardians
from enrollment.outcome.services.offers import offer_again
from enrollment.seasons.days.deadlines import answer_until
from enrollment.seasons.models import Application, ApplicationState, Offer, Round
from enrollment.seasons.selectors import no_round_in_care
from enrollment.seasons.services.rounds import round_for
from enrollment.seasons.states import ApplicationEvent, RoundState
from foundation import clock
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.lanes import ring_on_commit
from foundation.progress import report
from lottery.admission.bound import NotBound, alarm, alarm_outside
from lottery.admission.models import AdmissionRun, Placement
from lottery.admission.services import LARGE_ROLL
from lottery.afterwards.models import FillRun, SeatEvent, SeatOffer, WaitingEntry
from lottery.afterwards.seats import HOLDING_STATES, free_seats, open_events, seats_lock, still_waiting
from lottery.afterwards.services.waiting import lists_check, seat_events_collect, seat_offers_lapse, waiting_lists_make
from lottery.ceremony.confirming import confirm
from lottery.ceremony.models import Draw
from lottery.ceremony.states import FinalStep
from lottery.engine.admission.entries import SHARED, real
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.messages import LotteryError
from lottery.refusals import refused
from notifications.services import Outgoing, messages_queue
from schools.models import School

if TYPE_CHECKING:
    from lottery.engine.admission.waiting import FillInputs, Waiter

PHASES = 4  # of a filling that a worker has in hand


def locked_round(official: Account, round_id: int, ability: Ability) -> Round:
    """The round and its season's seats, both locked, in the one order everybody keeps. Raises NotAllowed."""
    seen = Round.objects.filter(pk=round_id).select_related("season").first()
    if seen is None or not scope(official).may(ability, district=seen.season.district_id):
        raise no_round_in_care()
    if seen.state != RoundState.PUBLISHED:
        # Refused before any lock is taken: the freeze of a supplementary round holds its row and waits for the seats.
        raise _unpublished()
    seats_lock(seen)
    return round_for(official, round_id, ability)


def _unpublished() -> Refused:
    return Refused(_("Nothing is published in this round yet."), code="illegal_step")


def published_run(round_: Round) -> AdmissionRun:
    """The published run of a round. Raises Refused before publication."""
    run = AdmissionRun.objects.filter(round=round_, state=AdmissionRun.State.PUBLISHED).first()
    if run is None:
        raise _unpublished()
    run.round = round_
    return run


def waiter(row: WaitingEntry) -> Waiter:
    """A row of the lists as the pure core reads it."""
    # not at the top: it stands on numpy, which costs every start 0.1 s and 15 MB
    from lottery.engine.admission.waiting import Waiter

    school = row.school_id + (SHARED if row.shared else "")
    return Waiter(school, row.choice, row.position, str(row.application_id), row.group, row.wish)


def fill_inputs(round_: Round) -> FillInputs:
    """What a filling would read at this moment. Raises Refused before publication or after the lists are closed."""
    from lottery.engine.admission.waiting import FillInputs

    run = published_run(round_)
    draw = Draw.objects.get(round=round_)
    later = Draw.objects.filter(round__season=round_.season, round__stage=round_.stage, round__kind="supplementary")
    if round_.kind != Round.Kind.SUPPLEMENTARY and later.exists():
        raise Refused(_("The seats left are in the supplementary round now: these lists are closed."), code="closed")
    lists = waiting_lists_make(run_id=run.pk)
    lists.run = run
    seats = free_seats(round_)
    rows = still_waiting(lists).filter(school__in=seats)
    return FillInputs(
        number=FillRun.objects.filter(round=round_, state=FillRun.State.FILLED).count() + 1,
        seats=seats,
        shared=_shared_left(run, draw, seats),
        siblings=SiblingRule(draw.sibling_rule),
        waiters=tuple(sorted(waiter(row) for row in rows)),
    )


def _shared_left(run: AdmissionRun, draw: Draw, seats: dict[str, int]) -> dict[str, int]:
    """How many children from outside its zone each school may still take, by the announced share."""
    limits = draw.commitment.get("shared_limits", {})
    here = {code: int(limits[code]) for code in seats if code in limits}
    taken = Placement.objects.filter(
        run=run, shared=True, school_code__in=list(here), application__state__in=HOLDING_STATES
    )
    used = Counter(taken.values_list("school_code", flat=True))
    entries = WaitingEntry.objects.filter(lists__run=run, shared=True)
    later = SeatOffer.objects.filter(school__in=list(here), state__in=SeatOffer.HOLDING, fill__round=run.round)
    outside = set(entries.filter(school__in=list(here)).values_list("application_id", "school_id"))
    used.update(school for pk, school in later.values_list("application_id", "school_id") if (pk, school) in outside)
    return {code: max(0, most - used[code]) for code, most in here.items()}


def _result(inputs: FillInputs) -> tuple[str, dict[str, Any]]:
    """(digest, what is kept): every offer with the child's place on the list at this moment."""
    from lottery.engine.admission.waiting import fill, places

    try:
        found = fill(inputs)
    except LotteryError as error:
        raise refused(error) from None
    line = places(inputs.waiters)
    wishes = {(str(real(one.school)), one.child): one.wish for one in inputs.waiters}
    given = [(child, str(real(name))) for child, name in found.offers.items()]
    offers = [
        {"application": child, "school": code, "place": line[code, child], "wish": wishes[code, child]}
        for child, code in given
    ]
    offers.sort(key=lambda one: (one["school"], one["place"], one["application"]))
    return found.digest, {"offers": offers, "added": dict(found.added)}


def fill_preview(*, official: Account, round_id: int) -> FillRun:
    """Compute who would be offered which freed seat; an earlier preview is discarded. Raises NotAllowed, Refused.

    Where roll, places or lists are not what the draw bound nothing is computed, and the log has an alarm.
    """
    with alarm_outside(round_id):
        return _preview(official, round_id)


@transaction.atomic
def _preview(official: Account, round_id: int) -> FillRun:
    round_ = locked_round(official, round_id, Ability.ROUND_RUN)
    _refuse_busy(round_)
    return _compute(FillRun(round=round_, started_by=official, started_at=clock.now()))


def _refuse_busy(round_: Round) -> None:
    if FillRun.objects.filter(round=round_, state=FillRun.State.CONFIRMED).exists():
        raise Refused(_("Seats of this round are being offered at this moment. Please wait."), code="busy")
    if FillRun.objects.filter(round=round_, state=FillRun.State.QUEUED).exists():
        raise Refused(_("A preview of this round is being computed at this moment. Please wait."), code="busy")


def _compute(made: FillRun) -> FillRun:
    """Compute a preview and store it. The round's seats are locked. Raises Refused."""
    name = fill_name(made.pk) if made.pk else ""
    report_fill(name, "collecting", 0)
    seat_events_collect(round_=made.round)
    report_fill(name, "checking", 1)
    lists_check(published_run(made.round))
    report_fill(name, "placing", 2)
    inputs = fill_inputs(made.round)
    digest, result = _result(inputs)
    if not result["offers"]:
        raise Refused(_("No free seat has anybody waiting for it. There is nothing to fill."), code="nothing")
    FillRun.objects.filter(round=made.round, state=FillRun.State.COMPUTED).update(state=FillRun.State.DISCARDED)
    made.state, made.number = FillRun.State.COMPUTED, inputs.number
    made.inputs_digest, made.digest, made.result = inputs.digest, digest, result
    made.inputs = {"seats": dict(inputs.seats), "shared": dict(inputs.shared), "siblings": inputs.siblings.value}
    made.save()
    _audit(made, made.started_by, "fill.preview")
    return made


def fill_name(fill_id: int) -> str:
    """Under which name a filling reports its progress."""
    return f"filling {fill_id}"


def report_fill(name: str, phase: str, done: int) -> None:
    """Note how far a filling is that a worker has in hand."""
    if name:
        report(name, phase, done, PHASES)


def is_large(round_: Round) -> bool:
    """Whether a filling is left to the workers: every place of the round is computed again for it."""
    return Draw.objects.filter(round=round_, roll_count__gt=LARGE_ROLL).exists()


@transaction.atomic
def fill_request(*, official: Account, round_id: int) -> FillRun:
    """Ask the workers for a preview of a large round. Raises NotAllowed, Refused (nothing published, one in hand)."""
    round_ = locked_round(official, round_id, Ability.ROUND_RUN)
    published_run(round_)
    _refuse_busy(round_)
    ring_on_commit("runs")
    return FillRun.objects.create(round=round_, state=FillRun.State.QUEUED, started_by=official, started_at=clock.now())


def fill_work(*, fill_id: int) -> FillRun | None:
    """Compute a requested preview; None when there is nothing to do. Killed at any moment it begins again.

    Why one could not be computed stands on it and is raised as Refused; data that was changed is an alarm.
    """
    try:
        return _work(fill_id)
    except Refusal as problem:
        queued = FillRun.objects.filter(pk=fill_id, state=FillRun.State.QUEUED)
        queued.update(state=FillRun.State.FAILED, reason=problem.message)
        if isinstance(problem, NotBound):
            alarm(FillRun.objects.values_list("round_id", flat=True).get(pk=fill_id), problem)
        raise


@transaction.atomic
def _work(fill_id: int) -> FillRun | None:
    queued = FillRun.objects.filter(pk=fill_id, state=FillRun.State.QUEUED)
    found = queued.select_related("started_by", "round__season", "round__policy").first()
    if found is None:
        return None
    seats_lock(found.round)
    if not FillRun.objects.select_for_update().filter(pk=fill_id, state=FillRun.State.QUEUED).exists():
        return None  # another worker has just computed it
    return _compute(found)


def _audit(made: FillRun, actor: Account, action: str) -> None:
    record(
        actor=actor,
        action=action,
        object_type="fill_run",
        object_id=made.pk,
        district=made.round.season.district_id,
        details={"digest": made.digest, "inputs": made.inputs_digest, "offers": len(made.result["offers"])},
    )


def _preview_to_confirm(official: Account, fill_id: int) -> FillRun:
    round_id = FillRun.objects.filter(pk=fill_id).values_list("round_id", flat=True).first()
    if round_id is None:
        raise NotAllowed(_("There is no such filling in your care."))
    round_ = round_for(official, round_id, Ability.ROUND_CONFIRM)
    made = FillRun.objects.select_for_update().get(pk=fill_id)
    made.round = round_
    reasons = {
        FillRun.State.CONFIRMED: _("These seats are being offered at this moment."),
        FillRun.State.FILLED: _("These seats are offered already."),
        FillRun.State.DISCARDED: _("This preview was replaced by a newer one. Look at the newest."),
        FillRun.State.STALE: _("Something changed after this preview. Compute it again."),
        FillRun.State.QUEUED: _("This preview is still being computed. Please wait."),
        FillRun.State.FAILED: _("This preview was stopped. Compute it again."),
    }
    if made.state in reasons:
        raise Refused(reasons[FillRun.State(made.state)], code=made.state)
    return made


def confirm_subject(made: FillRun) -> str:
    """What the two people confirm: this preview and what it read."""
    return f"{made.pk}:{made.inputs_digest.removeprefix('sha256:')}"


def fill_confirm(*, official: Account, fill_id: int, token: str) -> FillRun:
    """Confirm a preview; the second, different person's confirmation offers the seats. Raises NotAllowed, Refused.

    A preview that is out of date by then offers nothing and comes back as "stale". Those of a large round are offered
    by the workers: it then comes back as "confirmed".
    """
    with WithPassword(lambda: _preview_to_confirm(official, fill_id), person=official, token=token) as made:
        if not confirm(round_=made.round, step=FinalStep.FILL, subject=confirm_subject(made), official=official):
            return made
        made.state, made.confirmed_by = FillRun.State.CONFIRMED, official
        made.save(update_fields=["state", "confirmed_by"])
        ring_on_commit("runs")
        if is_large(made.round):
            return made
    return fill_carry_out(fill_id=fill_id) or FillRun.objects.get(pk=fill_id)


@transaction.atomic
def fill_carry_out(*, fill_id: int) -> FillRun | None:
    """Offer the seats of a confirmed filling, all or none; None when there is nothing to do. May be repeated."""
    found = FillRun.objects.filter(pk=fill_id, state=FillRun.State.CONFIRMED).select_related("round__season").first()
    if found is None:
        return None
    seats_lock(found.round)
    made = FillRun.objects.select_for_update().filter(pk=fill_id, state=FillRun.State.CONFIRMED).first()
    if made is None:
        return None
    made.round, official = found.round, found.confirmed_by
    assert official is not None  # noqa: S101 - the state is entered together with the name
    wanted = [UUID(one["application"]) for one in made.result["offers"]]
    # These locks keep the families of the filling from answering anything until all seats are offered.
    locked = Application.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    applications = {one.pk: one for one in locked.select_related("child", "guardian", "round__season")}
    report_fill(fill_name(made.pk), "checking", 1)
    try:
        lists_check(published_run(made.round))
        report_fill(fill_name(made.pk), "placing", 2)
        inputs = fill_inputs(made.round)
        stale = inputs.digest != made.inputs_digest or _result(inputs)[0] != made.digest
    except NotBound as problem:
        stale = True
        alarm(made.round_id, problem)  # the next preview says in words what does not fit
    except Refusal:
        stale = True
    made.state = FillRun.State.STALE if stale else FillRun.State.FILLED
    report_fill(fill_name(made.pk), "offering", 3)
    if not stale:
        _offer(made, applications, official)
        made.filled_at = clock.now()
        _audit(made, official, "fill.carry_out")
    made.save(update_fields=["state", "filled_at"])
    return made


def _seats(made: FillRun) -> dict[str, deque[SeatEvent]]:
    """The free seats by school, oldest first: each is given to one child."""
    found: dict[str, deque[SeatEvent]] = {}
    for event in open_events(made.round):
        found.setdefault(event.school_id, deque()).append(event)
    return found


def _offer(made: FillRun, applications: dict[UUID, Application], official: Account) -> None:
    now = clock.now()
    answer_by = answer_until(made.round.seat_days, now)
    free, run = _seats(made), published_run(made.round)
    given: Counter[str] = Counter()
    SeatOffer.objects.filter(application__in=applications, state=SeatOffer.State.OPEN).update(
        state=SeatOffer.State.REPLACED, answered_at=now
    )
    messages = []
    names = dict(School.objects.filter(pk__in=made.inputs["seats"]).values_list("pk", "name"))
    for one in made.result["offers"]:
        application, school = applications[UUID(one["application"])], one["school"]
        given[school] += 1
        if given[school] <= made.inputs["seats"][school]:
            seat = free[school].popleft()
        else:
            seat = _add_seat(made, application, school)
        without = application.state == ApplicationState.WAITING
        if without:
            offer_again(
                application=application,
                school=school,
                kind=Offer.Kind.WAITING_LIST,
                run_id=run.pk,
                event=ApplicationEvent.OFFER,
                actor=official,
                answer_by=answer_by,
            )
        SeatOffer.objects.create(
            fill=made,
            application=application,
            school_id=school,
            seat=seat,
            place=one["place"],
            wish=one["wish"],
            state=SeatOffer.State.GIVEN if without else SeatOffer.State.OPEN,
            offered_at=now,
            answer_by=answer_by,
        )
        messages.append((application, _message(made, application, names[school], answer_by)))
    messages_queue(to_guardians(messages))


def _add_seat(made: FillRun, application: Application, school: str) -> SeatEvent:
    """A seat the announced rule adds so that siblings stay together."""
    return SeatEvent.objects.create(
        round=made.round,
        school_id=school,
        cause=SeatEvent.Cause.SIBLING,
        application=application,
        at=clock.now(),
    )


def _message(made: FillRun, application: Application, school: str, answer_by: datetime) -> Outgoing:
    return Outgoing(
        key=f"waiting_offer:{made.pk}:{application.pk}",
        template="waiting_offer",
        params={
            "child": application.child.name,
            "receipt": application.receipt,
            "school": school,
            "deadline": clock.written(answer_by),
        },
        account=application.guardian,
        district=application.district_code,
        deadline=answer_by,
    )


def afterwards_sweep() -> int:
    """Go on with whatever was left after publication, found by its state; returns how many things were done."""
    done = seat_offers_lapse()
    published = AdmissionRun.objects.filter(state=AdmissionRun.State.PUBLISHED)
    for pk in published.filter(waiting_lists=None).values_list("pk", flat=True):
        waiting_lists_make(run_id=pk)
        done += 1
    for round_ in Round.objects.filter(state=RoundState.PUBLISHED):
        done += seat_events_collect(round_=round_)
    return done + fills_go_on()


def fills_go_on() -> int:
    """Compute every requested preview and carry out every confirmed filling, found by its state; how many were.

    Why a preview could not be computed stands on it.
    """
    done = 0
    for pk, state in FillRun.objects.filter(state__in=FillRun.WORKING).values_list("pk", "state"):
        work = fill_work if state == FillRun.State.QUEUED else fill_carry_out
        with contextlib.suppress(Refused):
            done += work(fill_id=pk) is not None
    return done
