"""After publication on the real database: lists, freed seats, fillings by two people, and what families answer."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from enrollment.outcome.services.offers import lapse_sweep, offer_answer
from enrollment.outcome.services.reminders import places_look
from enrollment.seasons.models import Application, Offer
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.admission.models import AdmissionRun
from lottery.afterwards import selectors as reads
from lottery.afterwards.models import FillRun, SeatEvent, SeatOffer, WaitingEntry
from lottery.afterwards.seats import free_seats
from lottery.afterwards.services import (
    afterwards_sweep,
    fill_carry_out,
    fill_confirm,
    fill_preview,
    seat_offer_answer,
    seat_offers_lapse,
    waiting_lists_make,
)
from notifications.models import Message
from tests.lottery.factories import Ceremony, ceremony, staff, token
from tests.threads import at_once

HOLDING = ("offered", "accepted", "enrolled")


def accept_all() -> None:
    for one in Application.objects.filter(state="offered"):
        offer_answer(guardian=one.guardian, application_id=one.pk, answer="accept")


def placed_at(school: str) -> Application:
    """Some child holding a place by choice at the school, not one of the twins."""
    rows = Application.objects.filter(offer__school=school, offer__kind="choice", sibling_key="", state__in=HOLDING)
    return rows.order_by("pk")[0]


def decline(one: Application) -> None:
    if one.state != "offered":
        Application.objects.filter(pk=one.pk).update(state="offered")
    offer_answer(guardian=one.guardian, application_id=one.pk, answer="decline")


def preview(one: Ceremony) -> FillRun:
    return fill_preview(official=one.officials[0], round_id=one.round.pk)


def confirmed(one: Ceremony, fill: FillRun) -> FillRun:
    for official in one.officials[:2]:
        fill = fill_confirm(official=official, fill_id=fill.pk, token=token(official))
    return fill


def holders(school: str) -> int:
    return sum(
        1
        for one in Application.objects.filter(state__in=HOLDING)
        if one.offer is not None and one.offer.school_id == school
    )


@pytest.mark.django_db
def test_the_lists_hold_everybody_who_would_rather_be_elsewhere_in_the_published_order() -> None:
    one = ceremony(pupils=20, seats=6)
    run = one.published()
    lists = waiting_lists_make(run_id=run.pk)
    assert waiting_lists_make(run_id=run.pk).pk == lists.pk
    line = reads.waiting_list(run, "WL01")
    ranks = [(row.shared, row.choice, row.position) for row in line]
    assert ranks == sorted(ranks)
    seated = set(Offer.objects.filter(school="WL01").values_list("application_id", flat=True))
    assert seated.isdisjoint(row.application_id for row in line)
    last = run.result["schools"]["WL01"]["last"]["position"]
    assert all(row.position > last for row in line)
    assert reads.list_lengths(run)["WL01"] == len(line)
    for row in line:
        found = {place.school.pk: place.place for place in reads.waiting_places(row.application)}
        assert 1 <= found["WL01"] <= len(line)


@pytest.mark.django_db
def test_a_declined_place_is_offered_to_the_first_of_the_list_and_to_nobody_else() -> None:
    one = ceremony(pupils=20, seats=6)
    run = one.published()
    afterwards_sweep()
    first = reads.waiting_list(run, "WL01")[0]
    decline(placed_at("WL01"))
    fill = preview(one)
    assert free_seats(one.round) == {"WL01": 1}
    assert [(row["application"], row["school"]) for row in fill.result["offers"]] == [
        (str(first.application_id), "WL01")
    ]
    assert not SeatOffer.objects.exists()  # a preview tells nobody anything
    assert Message.objects.filter(template="waiting_offer").count() == 0
    done = confirmed(one, fill)
    assert done.state == "filled"
    offer = SeatOffer.objects.get()
    assert (offer.application_id, offer.seat.cause, offer.place) == (first.application_id, "declined", 1)
    assert Message.objects.filter(template="waiting_offer").count() == 1
    assert free_seats(one.round) == {}
    told = reads.seat_offer_words(offer)
    assert "候补第1位" in told.zh
    assert "放弃" in told.zh
    with pytest.raises(Refused) as refused:
        preview(one)
    assert refused.value.code == "nothing"


@pytest.mark.django_db
def test_a_child_with_a_place_moves_only_when_the_family_takes_it_and_frees_the_old_place_then() -> None:
    one = ceremony(pupils=20, seats=6)
    run = one.published()
    afterwards_sweep()
    accept_all()
    mover = next(row.application for row in reads.waiting_list(run, "WL01") if row.application.state == "accepted")
    old = mover.offer
    assert old is not None
    # everybody before it on the list has left
    ahead = [row.application_id for row in reads.waiting_list(run, "WL01") if row.application_id != mover.pk]
    Application.objects.filter(pk__in=ahead).update(state="enrolled")
    decline(placed_at("WL01"))
    confirmed(one, preview(one))
    mover.refresh_from_db()
    assert (mover.state, mover.offer) == ("accepted", old)
    seat_offer_answer(guardian=mover.guardian, application_id=mover.pk, answer="take")
    mover.refresh_from_db()
    newest = mover.offer
    assert newest is not None
    assert (mover.state, newest.school_id, newest.kind) == ("accepted", "WL01", "waiting_list")
    assert SeatEvent.objects.get(offer=old).cause == "moved"
    assert holders("WL01") == 6
    with pytest.raises(Refused) as refused:
        seat_offer_answer(guardian=mover.guardian, application_id=mover.pk, answer="take")
    assert refused.value.code == "answered"
    assert not reads.waiting_places(mover)


@pytest.mark.django_db
def test_who_keeps_the_old_place_frees_the_new_seat_for_the_next() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    afterwards_sweep()
    accept_all()
    Application.objects.filter(state="waiting").update(state="withdrawn")
    decline(placed_at("WL01"))
    confirmed(one, preview(one))
    offer = SeatOffer.objects.get(state="open")
    seat_offer_answer(guardian=offer.application.guardian, application_id=offer.application_id, answer="keep")
    offer.application.refresh_from_db()
    assert offer.application.state == "accepted"
    again = preview(one)
    assert again.number == 2
    assert str(offer.application_id) not in {row["application"] for row in again.result["offers"]}
    confirmed(one, again)
    assert SeatOffer.objects.filter(seat=offer.seat).count() == 2


@pytest.mark.django_db
def test_a_late_answer_changes_nothing_and_the_seat_lapses() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    afterwards_sweep()
    accept_all()
    Application.objects.filter(state="waiting").update(state="withdrawn")
    decline(placed_at("WL01"))
    confirmed(one, preview(one))
    offer = SeatOffer.objects.get()
    child = offer.application
    answer = partial(seat_offer_answer, guardian=child.guardian, application_id=child.pk)
    with clock.at(clock.now() + timedelta(days=4)):
        with pytest.raises(Refused) as refused:
            answer(answer="take")
        assert refused.value.code == "late"
        assert seat_offers_lapse() == 1
        assert seat_offers_lapse() == 0
    offer.refresh_from_db()
    offer.application.refresh_from_db()
    assert (offer.state, offer.application.state) == ("lapsed", "accepted")
    with pytest.raises(Refused) as refused:
        answer(answer="maybe")
    assert refused.value.code == "answer"


@pytest.mark.django_db
def test_places_nobody_answered_become_free_by_the_sweep() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    with clock.at(clock.now() + timedelta(days=8)):
        assert lapse_sweep() == 0  # nobody has looked
        waiting = list(Application.objects.filter(state="offered").values_list("pk", flat=True))
        places_look(official=staff("looks", "official"), applications=waiting, note="三次致电无人接听（示例）")
        assert lapse_sweep() == 18
        afterwards_sweep()
        afterwards_sweep()
    assert Counter(SeatEvent.objects.values_list("cause", flat=True)) == {"lapsed": 18}
    assert sum(free_seats(one.round).values()) == 18
    fill = confirmed(one, preview(one))
    assert len(fill.result["offers"]) == Application.objects.filter(offer__kind="waiting_list").count() == 2


@pytest.mark.django_db
def test_a_preview_is_out_of_date_when_somebody_answers_before_it_is_confirmed() -> None:
    one = ceremony(pupils=20, seats=6)
    run = one.published()
    afterwards_sweep()
    decline(placed_at("WL01"))
    fill = preview(one)
    first = reads.waiting_list(run, "WL01")[0].application
    if first.state == "waiting":
        from enrollment.filing.submission.services import application_withdraw

        application_withdraw(guardian=first.guardian, application_id=first.pk)
    else:
        decline(first)
    done = confirmed(one, fill)
    assert (done.state, SeatOffer.objects.count()) == ("stale", 0)
    with pytest.raises(Refused) as refused:
        fill_confirm(official=one.officials[2], fill_id=fill.pk, token="000000")
    assert refused.value.code == "stale"
    assert confirmed(one, preview(one)).state == "filled"


@pytest.mark.django_db
def test_the_same_inputs_give_the_same_digest_and_a_new_preview_replaces_the_old() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    decline(placed_at("WL01"))
    first, second = preview(one), preview(one)
    first.refresh_from_db()
    assert (first.inputs_digest, first.digest, first.state) == (second.inputs_digest, second.digest, "discarded")


@pytest.mark.django_db
def test_one_person_twice_a_wrong_password_or_a_foreign_official_fills_nothing() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    decline(placed_at("WL01"))
    fill, first = preview(one), one.officials[0]
    with pytest.raises(Refused) as refused:
        fill_confirm(official=first, fill_id=fill.pk, token="abcdef")
    assert refused.value.field == "token"
    from tests.lottery.ceremony.test_draw import unlock

    unlock(first)
    fill_confirm(official=first, fill_id=fill.pk, token=token(first))
    with pytest.raises(Refused) as refused:
        fill_confirm(official=first, fill_id=fill.pk, token=token(first))
    assert refused.value.code == "same_person"
    foreign = staff("foreign-1", "official")
    foreign.roles.update(district_code="430103")
    with pytest.raises(NotAllowed):
        fill_confirm(official=foreign, fill_id=fill.pk, token=token(foreign))
    with pytest.raises(NotAllowed):
        fill_preview(official=foreign, round_id=one.round.pk)
    with pytest.raises(NotAllowed):
        fill_preview(official=one.reviewer, round_id=one.round.pk)
    assert not SeatOffer.objects.exists()


@pytest.mark.django_db
def test_nothing_is_filled_before_publication() -> None:
    one = ceremony(pupils=6)
    with pytest.raises(Refused) as refused:
        preview(one)
    assert refused.value.code == "illegal_step"


@pytest.mark.django_db
def test_another_family_answers_nothing() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    decline(placed_at("WL01"))
    confirmed(one, preview(one))
    offer = SeatOffer.objects.get()
    stranger = Application.objects.exclude(pk=offer.application_id)[0].guardian
    with pytest.raises(NotAllowed):
        seat_offer_answer(guardian=stranger, application_id=offer.application_id, answer="take")


@pytest.mark.django_db
def test_the_database_itself_refuses_a_seat_given_twice_and_a_changed_past() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    decline(placed_at("WL01"))
    confirmed(one, preview(one))
    offer = SeatOffer.objects.get()
    other = Application.objects.filter(state="offered").exclude(pk=offer.application_id)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatOffer.objects.create(
            fill=offer.fill,
            application=other,
            school_id="WL01",
            seat=offer.seat,
            place=2,
            wish=0,
            offered_at=offer.offered_at,
            answer_by=offer.answer_by,
        )
    for table in ("seatevent", "waitingentry", "waitinglists", "fillrun", "seatoffer"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM lottery_{table}")
    with pytest.raises(IntegrityError), transaction.atomic():
        FillRun.objects.update(digest="sha256:0")


@pytest.mark.django_db(transaction=True)
def test_two_officials_pressing_at_once_offer_each_seat_once() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    decline(placed_at("WL01"))
    fill, pair = preview(one), one.officials[:2]
    tokens = {official.pk: token(official) for official in pair}
    jobs = [partial(fill_confirm, official=official, fill_id=fill.pk, token=tokens[official.pk]) for official in pair]
    at_once(jobs)
    fill.refresh_from_db()
    assert (fill.state, SeatOffer.objects.count()) == ("filled", 1)
    assert Message.objects.filter(template="waiting_offer").count() == 1
    results = at_once([partial(fill_carry_out, fill_id=fill.pk)] * 3)
    assert results == [None, None, None]


@pytest.mark.django_db(transaction=True)
def test_a_family_accepts_its_old_place_while_the_filling_runs() -> None:
    one = ceremony(pupils=20, seats=6)
    run = one.published()
    afterwards_sweep()
    Application.objects.filter(state="waiting").update(state="withdrawn")
    mover = reads.waiting_list(run, "WL01")[0].application
    decline(placed_at("WL01"))
    fill = preview(one)
    FillRun.objects.filter(pk=fill.pk).update(state="confirmed", confirmed_by=one.officials[1])
    at_once(
        [
            partial(fill_carry_out, fill_id=fill.pk),
            partial(offer_answer, guardian=mover.guardian, application_id=mover.pk, answer="accept"),
        ]
    )
    mover.refresh_from_db()
    offer = SeatOffer.objects.get()
    assert (mover.state, offer.state, offer.application_id) == ("accepted", "open", mover.pk)
    taken = partial(seat_offer_answer, guardian=mover.guardian, application_id=mover.pk, answer="take")
    kept = partial(seat_offer_answer, guardian=mover.guardian, application_id=mover.pk, answer="keep")
    answers = at_once([taken, kept, taken])
    assert sum(isinstance(one, Refused) for one in answers) == 2
    assert AdmissionRun.objects.filter(state="published").count() == 1
    assert holders("WL01") <= 6


@pytest.mark.django_db
def test_twins_on_a_list_are_offered_together() -> None:
    one = ceremony(pupils=20, seats=6)
    Application.objects.filter(sibling_key="twins").update(tier=9)
    run = one.published()
    afterwards_sweep()
    waiting = WaitingEntry.objects.filter(lists__run=run, application__sibling_key="twins")
    assert waiting.filter(school="WL01").count() == 2
    school = "WL01"
    ahead = [row.application_id for row in reads.waiting_list(run, school) if row.application.sibling_key != "twins"]
    Application.objects.filter(pk__in=ahead, state="waiting").update(state="withdrawn")
    Application.objects.filter(pk__in=ahead, state="offered").update(state="enrolled")
    decline(placed_at(school))
    fill = confirmed(one, preview(one))
    assert {row["application"] for row in fill.result["offers"]} == {
        str(pk) for pk in Application.objects.filter(sibling_key="twins").values_list("pk", flat=True)
    }
    assert fill.result["added"] == {school: 1}
    assert Counter(SeatEvent.objects.values_list("cause", flat=True)) == {"declined": 1, "sibling": 1}
