"""Filling freed seats from the lists: a preview that tells nobody anything, two people, then every offer at once.

The confirmed digest is computed again before anything is offered: whatever changed since the preview (a family
answered, a seat became free) makes it out of date, and a new preview is looked at instead. A killed worker leaves the
row "confirmed"; the sweeper finds it and the same offers are made.
"""

from collections import Counter, deque
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from accounts.services import totp_confirm
from audit.services import record
from enrollment.models import Application, Offer, Round
from enrollment.services.offers import offer_again
from enrollment.services.rounds import round_for
from enrollment.services.telling import to_guardians
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.lanes import ring_on_commit
from lottery.engine.draw import SiblingRule
from lottery.engine.entries import SHARED, real
from lottery.engine.messages import LotteryError
from lottery.engine.waiting import FillInputs, Waiter, fill, places
from lottery.models import AdmissionRun, Draw, FillRun, Placement, SeatEvent, SeatOffer, WaitingEntry
from lottery.services.afterwards import (
    HOLDING_STATES,
    free_seats,
    open_events,
    seat_events_collect,
    seat_offers_lapse,
    seats_lock,
    still_waiting,
    waiting_lists_make,
)
from lottery.services.common import confirm, refused
from notifications.services import Outgoing, messages_queue
from schools.models import School

SEAT_ANSWER_DAYS = 3


def locked_round(official: Account, round_id: int, ability: str) -> Round:
    """The round and its season's seats, both locked, in the one order everybody keeps. Raises NotAllowed."""
    seen = Round.objects.filter(pk=round_id).select_related("season").first()
    if seen is None or not scope(official).may(ability, district=seen.season.district_id):
        raise NotAllowed(_("There is no such round in your care."))
    if seen.state != "published":
        # before any lock: the freeze of a supplementary round holds its row and waits for the seats
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
    school = row.school_id + (SHARED if row.shared else "")
    return Waiter(school, row.choice, row.position, str(row.application_id), row.group, row.wish)


def fill_inputs(round_: Round) -> FillInputs:
    """What a filling would read at this moment. Raises Refused before publication or after the lists are closed."""
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
    try:
        found = fill(inputs)
    except LotteryError as error:
        raise refused(error) from None
    line = places(inputs.waiters)
    wishes = {(str(real(one.school)), one.child): one.wish for one in inputs.waiters}
    offers = [
        {"application": child, "school": code, "place": line[code, child], "wish": wishes[code, child]}
        for child, name in found.offers.items()
        for code in [str(real(name))]
    ]
    offers.sort(key=lambda one: (one["school"], one["place"], one["application"]))
    return found.digest, {"offers": offers, "added": dict(found.added)}


@transaction.atomic
def fill_preview(*, official: Account, round_id: int) -> FillRun:
    """Compute who would be offered which freed seat; an earlier preview is discarded. Raises NotAllowed, Refused."""
    round_ = locked_round(official, round_id, "round.run")
    if FillRun.objects.filter(round=round_, state=FillRun.State.CONFIRMED).exists():
        raise Refused(_("Seats of this round are being offered at this moment. Please wait."), code="busy")
    seat_events_collect(round_=round_)
    inputs = fill_inputs(round_)
    digest, result = _result(inputs)
    if not result["offers"]:
        raise Refused(_("No free seat has anybody waiting for it. There is nothing to fill."), code="nothing")
    FillRun.objects.filter(round=round_, state=FillRun.State.COMPUTED).update(state=FillRun.State.DISCARDED)
    made = FillRun.objects.create(
        round=round_,
        number=inputs.number,
        inputs_digest=inputs.digest,
        digest=digest,
        inputs={"seats": dict(inputs.seats), "shared": dict(inputs.shared), "siblings": inputs.siblings.value},
        result=result,
        started_by=official,
        started_at=clock.now(),
    )
    _audit(made, official, "fill.preview")
    return made


def _audit(made: FillRun, actor: Account, action: str) -> None:
    record(
        actor=actor,
        action=action,
        object_type="fill_run",
        object_id=made.pk,
        district=made.round.season.district_id,
        details={"digest": made.digest, "inputs": made.inputs_digest, "offers": len(made.result["offers"])},
    )


def _computed(official: Account, fill_id: int) -> FillRun:
    round_id = FillRun.objects.filter(pk=fill_id).values_list("round_id", flat=True).first()
    if round_id is None:
        raise NotAllowed(_("There is no such filling in your care."))
    round_ = round_for(official, round_id, "round.confirm")
    made = FillRun.objects.select_for_update().get(pk=fill_id)
    made.round = round_
    reasons = {
        FillRun.State.CONFIRMED: _("These seats are being offered at this moment."),
        FillRun.State.FILLED: _("These seats are offered already."),
        FillRun.State.DISCARDED: _("This preview was replaced by a newer one. Look at the newest."),
        FillRun.State.STALE: _("Something changed after this preview. Compute it again."),
    }
    if made.state in reasons:
        raise Refused(reasons[FillRun.State(made.state)], code=made.state)
    return made


def confirm_subject(made: FillRun) -> str:
    """What the two people confirm: this preview and what it read."""
    return f"{made.pk}:{made.inputs_digest.removeprefix('sha256:')}"


def fill_confirm(*, official: Account, fill_id: int, token: str) -> FillRun:
    """Confirm a preview; the second, different person's confirmation offers the seats. Raises NotAllowed, Refused.

    A preview that is out of date by then offers nothing and comes back as "stale".
    """
    with transaction.atomic():
        _computed(official, fill_id)
    totp_confirm(account=official, token=token)  # outside: a wrong try must be counted even though nothing follows
    with transaction.atomic():
        made = _computed(official, fill_id)
        if not confirm(round_=made.round, step="fill", subject=confirm_subject(made), official=official):
            return made
        made.state, made.confirmed_by = FillRun.State.CONFIRMED, official
        made.save(update_fields=["state", "confirmed_by"])
        ring_on_commit("runs")
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
    # from here on no family of the filling can answer anything until all is offered
    locked = Application.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    applications = {one.pk: one for one in locked.select_related("child", "guardian", "round__season")}
    try:
        inputs = fill_inputs(made.round)
        stale = inputs.digest != made.inputs_digest or _result(inputs)[0] != made.digest
    except Refused:
        stale = True
    made.state = FillRun.State.STALE if stale else FillRun.State.FILLED
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
    answer_by = (now + timedelta(days=SEAT_ANSWER_DAYS)).replace(second=0, microsecond=0)
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
            seat = _added(made, application, school)
        without = application.state == "waiting"
        if without:
            offer_again(
                application=application,
                school=school,
                kind=Offer.Kind.WAITING_LIST,
                run_id=run.pk,
                event="offer",
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


def _added(made: FillRun, application: Application, school: str) -> SeatEvent:
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
    for round_ in Round.objects.filter(state="published"):
        done += seat_events_collect(round_=round_)
    return done + fills_go_on()


def fills_go_on() -> int:
    """Carry out every confirmed filling, found by its state; how many were."""
    confirmed = FillRun.objects.filter(state=FillRun.State.CONFIRMED).values_list("pk", flat=True)
    return sum(fill_carry_out(fill_id=pk) is not None for pk in confirmed)
