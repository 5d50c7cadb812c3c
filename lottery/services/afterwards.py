"""After publication: the lists, the seats that become free, and what a family answers to a seat from the lists.

What frees a seat is found by its state (an ended application whose place is not yet noted), not by being told: whoever
is killed between an answer and its note loses nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.models import Application, Offer, Round, Transition
from enrollment.services.offers import offer_again
from foundation import clock
from foundation.bulk import copy_in
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock
from lottery.engine.entries import SHARED, entry, real
from lottery.engine.waiting import waiting_at
from lottery.models import AdmissionRun, Draw, SeatEvent, SeatOffer, WaitingEntry, WaitingLists
from lottery.services.inputs import rules
from schools.selectors import schools_by_code, seat_plan

HOLDING_STATES = ("offered", "accepted", "enrolled")
FREEING = {"decline": SeatEvent.Cause.DECLINED, "no_show": SeatEvent.Cause.NO_SHOW}
BATCH = 5000
COLUMNS = 'lists_id, application_id, school_id, shared, choice, position, "group", wish'
NEXT = "SELECT nextval(pg_get_serial_sequence('lottery_waitinglists', 'id'))"

# whoever got the first choice waits nowhere: most of a roll need not be read
WAITING = """
SELECT place.application_id, place.school_code, place.coordinated, place.positions, roll.group_id, roll.facts
FROM lottery_placement AS place
JOIN lottery_rollentry AS roll ON roll.draw_id = %s AND roll.application_id = place.application_id
WHERE place.run_id = %s
AND (place.coordinated OR place.school_code IS DISTINCT FROM (roll.facts::jsonb -> 'choices' -> 0 ->> 0))
ORDER BY place.application_id
"""


def seats_lock(round_: Round) -> None:
    """Everything that gives or frees a seat of one season and stage happens one after the other.

    Taken before any row of a round or an application is locked: two orders would wait for each other.
    """
    lock(f"seats:{round_.season_id}:{round_.stage}")


@transaction.atomic
def waiting_lists_make(*, run_id: int) -> WaitingLists:
    """The lists of a published run, made once; a second call finds them. Raises Refused before publication."""
    lock(f"waiting lists {run_id}")
    made = WaitingLists.objects.filter(run_id=run_id).first()
    if made is not None:
        return made
    run = AdmissionRun.objects.select_related("round__policy", "round__season").get(pk=run_id)
    if run.state != AdmissionRun.State.PUBLISHED:
        raise Refused(_("The lists are made when the places are published."), code="illegal_step")
    # the entries name their lists before these exist: the constraint looks at the end of the transaction
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        number = cursor.fetchone()[0]
    count = copy_in(WaitingEntry._meta.db_table, COLUMNS, _entries(run, number))
    return WaitingLists.objects.create(pk=number, run=run, count=count, made_at=clock.now())


def _entries(run: AdmissionRun, number: int) -> Iterator[Sequence[str]]:
    """The lists as fields of COPY's text form: a province has more entries than objects would fit into memory."""
    draw = Draw.objects.get(round=run.round)
    draw.round = run.round
    read = rules(draw, schools_by_code(sorted(draw.seats)))
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [draw.pk, run.pk])
        rows = cursor.fetchall()
    for pk, held, coordinated, ranks, group, facts in rows:
        for one in waiting_at(read, entry(str(pk), group, facts), ranks, held or None, coordinated=coordinated):
            shared = "t" if one.school.endswith(SHARED) else "f"
            fields = (number, pk, real(one.school), shared, one.choice, one.position, group, one.wish)
            yield tuple(map(str, fields))


def still_waiting(lists: WaitingLists) -> QuerySet[WaitingEntry]:
    """The entries of a run's lists that still count, in no order.

    A child leaves all lists with an ended or checked-in application, and with a place from a list or by correction; it
    leaves the list of a school whose seat it declined. While a seat is offered it waits only for schools listed higher.
    """
    again = Offer.objects.filter(kind__in=[Offer.Kind.WAITING_LIST, Offer.Kind.CORRECTION])
    past = SeatOffer.objects.filter(
        application=OuterRef("application"),
        school=OuterRef("school"),
        state__in=[SeatOffer.State.DECLINED, SeatOffer.State.LAPSED],
    )
    open_now = SeatOffer.objects.filter(application=OuterRef("application"), state=SeatOffer.State.OPEN)
    return (
        WaitingEntry.objects.filter(lists=lists, application__state__in=["waiting", "offered", "accepted"])
        .exclude(application_id__in=again.filter(application__round=lists.run.round_id).values("application_id"))
        .annotate(open_wish=Subquery(open_now.values("wish")[:1]))
        .filter(Q(open_wish=None) | Q(wish__lt=F("open_wish")))
        .exclude(Exists(past))
    )


@transaction.atomic
def seat_events_collect(*, round_: Round) -> int:
    """Note every place of the round that ended and is not noted yet; returns how many."""
    ended = Offer.objects.filter(
        application__round=round_, application__state__in=["declined", "lapsed"], school__isnull=False, freed=None
    )
    last = Transition.objects.filter(application=OuterRef("application"), target__in=["declined", "lapsed"])
    how = Subquery(last.order_by("-id").values("event")[:1])
    rows = ended.select_related("application", "school").annotate(how=how)
    events = [
        SeatEvent(
            round=round_,
            school=one.school,
            cause=FREEING.get(one.how, SeatEvent.Cause.LAPSED),
            application=one.application,
            offer=one,
            at=one.application.state_at,
        )
        for one in rows.order_by("application__state_at", "pk")
    ]
    SeatEvent.objects.bulk_create(events, ignore_conflicts=True, batch_size=BATCH)
    return len(events)


def open_events(round_: Round) -> QuerySet[SeatEvent]:
    """Noted seats nobody is offered, oldest first. A seat added for siblings is not given to others afterwards."""
    held = SeatOffer.objects.filter(state__in=SeatOffer.HOLDING)
    events = SeatEvent.objects.filter(round=round_).exclude(cause=SeatEvent.Cause.SIBLING)
    return events.exclude(pk__in=held.values("seat_id")).order_by("at", "pk")


def seats_left(round_: Round) -> dict[str, int]:
    """By school the seats of the season and stage that nobody holds or is offered, in any round; never below 0.

    A correction brought its own seat. An extra seat of siblings did not: it ends with the first place that ends there.
    """
    season, stage = round_.season, round_.stage
    same = {"application__round__season": season, "application__stage": stage}
    plan = seat_plan(season.district_id, season.year, stage)
    for draw in Draw.objects.filter(round__season=season, round__stage=stage).exclude(round__kind="supplementary"):
        plan |= draw.seats
    newest = Offer.objects.filter(application=OuterRef("application")).order_by("-pk").values("pk")[:1]
    live = Offer.objects.filter(**same, application__state__in=HOLDING_STATES, school__isnull=False)
    places = live.filter(pk=Subquery(newest)).exclude(kind=Offer.Kind.CORRECTION)
    held = Counter(places.values_list("school", flat=True))
    held.update(SeatOffer.objects.filter(**same, state=SeatOffer.State.OPEN).values_list("school", flat=True))
    return {school: max(0, count - held[school]) for school, count in sorted(plan.items())}


def free_seats(round_: Round) -> dict[str, int]:
    """By school the seats that became free after publication and can be filled; schools without any are left out."""
    left = seats_left(round_)
    freed = Counter(open_events(round_).values_list("school", flat=True))
    found = {school: min(count, left.get(school, 0)) for school, count in sorted(freed.items())}
    return {school: count for school, count in found.items() if count}


@transaction.atomic
def seat_offer_answer(*, guardian: Account, application_id: UUID, answer: str) -> SeatOffer:
    """Take or decline a seat from the lists. Raises NotAllowed, Refused (nothing is offered, too late, unknown answer).

    Taking it gives the old place back in the same transaction; declining it keeps the old place.
    """
    round_ = Round.objects.filter(applications=application_id, applications__guardian=guardian).first()
    if round_ is None:
        raise NotAllowed(_("There is no such application in your account."))
    seats_lock(round_)
    application = Application.objects.select_for_update(of=("self",)).get(pk=application_id)
    if answer not in {"take", "keep"}:
        raise Refused(_("Please take the new place or keep what you have."), code="answer", field="answer")
    offer = SeatOffer.objects.select_for_update().filter(application=application, state=SeatOffer.State.OPEN).first()
    if offer is None:
        raise Refused(_("No place from the waiting list waits for your answer."), code="answered")
    if clock.deadline_passed(offer.answer_by):
        raise Refused(_("The time to answer is over. What you had before stays as it was."), code="late")
    if answer == "keep":
        return _settle(offer, SeatOffer.State.DECLINED)
    old = application.offer
    offer_again(
        application=application,
        school=offer.school_id,
        kind=Offer.Kind.WAITING_LIST,
        run_id=AdmissionRun.objects.get(round=round_, state=AdmissionRun.State.PUBLISHED).pk,
        event="take",
        actor=guardian,
    )
    place_ended(application, old, SeatEvent.Cause.MOVED)
    return _settle(offer, SeatOffer.State.TAKEN)


def place_ended(application: Application, offer: Offer | None, cause: SeatEvent.Cause) -> None:
    """Note that a place is free; a place that was noted before stays one seat."""
    if offer is None or offer.school_id is None:
        return
    fields = {
        "round": application.round,
        "school_id": offer.school_id,
        "cause": cause,
        "application": application,
        "at": clock.now(),
    }
    SeatEvent.objects.get_or_create(offer=offer, defaults=fields)


def _settle(offer: SeatOffer, state: SeatOffer.State) -> SeatOffer:
    offer.state, offer.answered_at = state, clock.now()
    offer.save(update_fields=["state", "answered_at"])
    return offer


def seat_offers_lapse() -> int:
    """Let seats lapse that a family did not answer in time; what the child had stays. Returns how many."""
    changed, waiting = 0, SeatOffer.objects.filter(state=SeatOffer.State.OPEN)
    for pk in list(waiting.filter(answer_by__lt=clock.now()).values_list("pk", flat=True)):
        with transaction.atomic():
            one = waiting.select_for_update(skip_locked=True).filter(pk=pk).first()
            if one is not None and clock.deadline_passed(one.answer_by):
                _settle(one, SeatOffer.State.LAPSED)
                changed += 1
    return changed


def supplementary_seats(round_: Round) -> dict[str, int]:
    """The seats a supplementary round announces: what the other rounds of its season and stage left. Call inside a
    transaction. Raises Refused while one of them is not published."""
    seats_lock(round_)
    others = Round.objects.filter(season=round_.season, stage=round_.stage).exclude(pk=round_.pk)
    for one in others:
        if one.state != "published":
            text = _("First publish the round “%(round)s”: the supplementary round gives the seats it leaves.")
            raise Refused(text % {"round": one.get_kind_display()}, code="too_early")
    return seats_left(round_)
