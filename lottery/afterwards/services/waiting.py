"""After publication: the lists, the seats that become free, and what a family answers to a seat from the lists.

What frees a seat is found by its state (an ended application whose place is not yet noted), not by being told: whoever
is killed between an answer and its note loses nothing.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.outcome.services.offers import offer_again
from enrollment.seasons.models import Application, ApplicationState, Offer, Round, Transition
from enrollment.seasons.selectors import no_such_application
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.bulk import copy_in, stored_alike
from foundation.errors import Refused
from foundation.locks import lock
from lottery.admission.bound import bound_only
from lottery.admission.inputs import rules
from lottery.admission.models import AdmissionRun
from lottery.admission.services import placements_check
from lottery.afterwards.models import SeatEvent, SeatOffer, WaitingEntry, WaitingLists
from lottery.afterwards.seats import seats_lock
from lottery.ceremony.models import Draw
from lottery.engine.admission.entries import SHARED, entry, real
from lottery.engine.drawing.bound import check_same
from schools.selectors import schools_by_code

FREEING = {ApplicationEvent.DECLINE: SeatEvent.Cause.DECLINED, ApplicationEvent.NO_SHOW: SeatEvent.Cause.NO_SHOW}
ENDED_STATES = (ApplicationState.DECLINED, ApplicationState.LAPSED)
BATCH = 5000
COLUMNS = 'lists_id, application_id, school_id, shared, choice, position, "group", wish'
NEXT = "SELECT nextval(pg_get_serial_sequence('lottery_waitinglists', 'id'))"

# Who has a place at the first choice waits for no school, so that most of the roll is not read.
WAITING = """
SELECT place.application_id, place.school_code, place.coordinated, place.positions, roll.group_id, roll.facts
FROM lottery_placement AS place
JOIN lottery_rollentry AS roll ON roll.draw_id = %s AND roll.application_id = place.application_id
WHERE place.run_id = %s
AND (place.coordinated OR place.school_code IS DISTINCT FROM (roll.facts::jsonb -> 'choices' -> 0 ->> 0))
ORDER BY place.application_id
"""


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
    # The entries name their lists by this number before the row exists; the foreign key is checked at the commit.
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        number = cursor.fetchone()[0]
    count = copy_in(WaitingEntry._meta.db_table, COLUMNS, _entries(run, number))
    return WaitingLists.objects.create(pk=number, run=run, count=count, made_at=clock.now())


def lists_check(run: AdmissionRun) -> None:
    """Hold the stored places and lists of a published run against what its draw bound. Raises NotBound."""
    placements_check(run)
    lists = waiting_lists_make(run_id=run.pk)
    rows, only = _entries(run, lists.pk), f"lists_id = {lists.pk:d}"
    with bound_only():
        check_same("the waiting lists", stored_alike(WaitingEntry._meta.db_table, COLUMNS, rows, only=only), True)


def _entries(run: AdmissionRun, number: int) -> Iterator[Sequence[str]]:
    """The lists as fields of COPY's text form: a province has more entries than objects would fit into memory."""
    # not at the top: it stands on numpy, which costs every start 0.1 s and 15 MB
    from lottery.engine.admission.waiting import waiting_at

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


@transaction.atomic
def seat_events_collect(*, round_: Round) -> int:
    """Note every place of the round that ended and is not noted yet; returns how many."""
    ended = Offer.objects.filter(
        application__round=round_, application__state__in=ENDED_STATES, school__isnull=False, freed=None
    )
    last = Transition.objects.filter(application=OuterRef("application"), target__in=ENDED_STATES)
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


@transaction.atomic
def seat_offer_answer(*, guardian: Account, application_id: UUID, answer: str) -> SeatOffer:
    """Take or decline a seat from the lists. Raises NotAllowed, Refused (nothing is offered, too late, unknown answer).

    Taking it gives the old place back in the same transaction; declining it keeps the old place.
    """
    round_ = Round.objects.filter(applications=application_id, applications__guardian=guardian).first()
    if round_ is None:
        raise no_such_application()
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
        event=ApplicationEvent.TAKE,
        actor=guardian,
    )
    note_freed_place(application, old, SeatEvent.Cause.MOVED)
    return _settle(offer, SeatOffer.State.TAKEN)


def note_freed_place(application: Application, offer: Offer | None, cause: SeatEvent.Cause) -> None:
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
    for pk in list(waiting.filter(answer_by__lt=clock.running_minute()).values_list("pk", flat=True)):
        with transaction.atomic():
            one = waiting.select_for_update(skip_locked=True).filter(pk=pk).first()
            if one is not None and clock.deadline_passed(one.answer_by):
                _settle(one, SeatOffer.State.LAPSED)
                changed += 1
    return changed
