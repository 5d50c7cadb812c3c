"""Rounds begin and end at their minute, once, and not while anything is missing."""

from datetime import datetime, timedelta

import pytest

from audit.models import Entry
from enrollment.seasons.lists.services import lists_keep
from enrollment.seasons.models import Round
from enrollment.seasons.readiness import lacks
from enrollment.seasons.selectors import open_rounds
from enrollment.seasons.services.phases import rounds_move_on
from enrollment.seasons.services.rounds import round_step
from enrollment.seasons.services.seasons import policy_store
from enrollment.seasons.states import RoundEvent
from foundation import clock
from foundation.errors import Refused
from schools.models import SeatPlan
from tests import factories
from tests.enrollment.judging.eleven import ITEMS, eleven_text
from tests.enrollment.judging.on_lists import LOCAL
from tests.threads import at_once
from verification.item_services import ItemRow, items_store

START = datetime(2026, 6, 20, 8, 0, tzinfo=clock.SHANGHAI)
END = datetime(2026, 7, 5, 17, 0, tzinfo=clock.SHANGHAI)


def planned(*, ready: bool = True) -> Round:
    """A round that is announced for the summer."""
    round_ = factories.world().round
    dates = {"opens_at": START, "closes_at": END, "results_at": END + timedelta(days=20)}
    Round.objects.filter(pk=round_.pk).update(state="planned", **dates)
    if ready:
        with clock.at(START - timedelta(days=1)):
            factories.told()
        for role in ("official", "official", "notary"):
            factories.staff(role)
    return round_


def state(round_: Round) -> str:
    return str(Round.objects.values_list("state", flat=True).get(pk=round_.pk))


@pytest.mark.django_db
def test_a_round_opens_and_closes_by_itself_at_its_minute() -> None:
    round_ = planned()
    for moment, expected in (
        (START - timedelta(seconds=1), "planned"),
        (START, "open"),
        (END + timedelta(seconds=59), "open"),
        (END + timedelta(seconds=60), "closed"),
    ):
        with clock.at(moment):
            rounds_move_on()
            assert rounds_move_on() == 0
            assert state(round_) == expected, moment
            assert open_rounds().exists() == (expected == "open")
    steps = Entry.objects.filter(action__in=("round.open", "round.close")).order_by("pk")
    assert [(one.action, one.actor_id) for one in steps] == [("round.open", None), ("round.close", None)]


@pytest.mark.django_db
def test_a_paused_round_closes_and_a_closed_one_stays_closed() -> None:
    round_ = planned()
    Round.objects.filter(pk=round_.pk).update(state="paused")
    with clock.at(END + timedelta(minutes=2)):
        assert rounds_move_on() == 1
        assert state(round_) == "closed"
    with clock.at(START + timedelta(days=1)):  # closed early by two people: nothing opens it again
        assert rounds_move_on() == 0
        assert state(round_) == "closed"


@pytest.mark.django_db
def test_what_is_missing_keeps_it_shut_and_is_named() -> None:
    round_ = planned(ready=False)
    official = factories.staff("official")
    with clock.at(START + timedelta(minutes=5)):
        assert rounds_move_on() == 0
        assert state(round_) == "planned"
        with pytest.raises(Refused) as refused:
            round_step(official=official, round_id=round_.pk, event=RoundEvent.OPEN)
        assert refused.value.code == "not_ready"
        for word in lacks(Round.objects.select_related("season__district", "policy").get(pk=round_.pk)):
            assert word in refused.value.message
        factories.told()
        for role in ("official", "notary"):
            factories.staff(role)
        assert rounds_move_on() == 1
        assert state(round_) == "open"


@pytest.mark.django_db
def test_a_policy_of_all_data_items_opens_where_the_catalogue_has_them() -> None:
    round_ = planned()
    district = round_.season.district
    items_store(division=district.pk, rows=[ItemRow(agency) for agency in ITEMS])
    lists_keep(district=district, kinds=LOCAL)
    policy = policy_store(district=district, code="eleven", text=eleven_text())
    Round.objects.filter(pk=round_.pk).update(policy=policy)
    with clock.at(START):
        assert lacks(Round.objects.select_related("season__district", "policy").get(pk=round_.pk)) == []
        assert rounds_move_on() == 1
        assert state(round_) == "open"


@pytest.mark.django_db
def test_seats_and_minute_are_asked_before_it_is_opened_by_hand() -> None:
    round_ = planned()
    official = factories.staff("official")
    with clock.at(START - timedelta(minutes=1)), pytest.raises(Refused) as refused:
        round_step(official=official, round_id=round_.pk, event=RoundEvent.OPEN)
    assert refused.value.code == "early"
    SeatPlan.objects.update(seats=0)
    with clock.at(START), pytest.raises(Refused) as refused:
        round_step(official=official, round_id=round_.pk, event=RoundEvent.OPEN)
    assert refused.value.code == "not_ready"
    SeatPlan.objects.update(seats=1)
    with clock.at(START):
        assert round_step(official=official, round_id=round_.pk, event=RoundEvent.OPEN).state == "open"


@pytest.mark.django_db(transaction=True)
def test_two_workers_open_it_once() -> None:
    round_ = planned()
    now = clock.now()
    Round.objects.filter(pk=round_.pk).update(
        opens_at=now - timedelta(minutes=1), closes_at=now + timedelta(days=1), results_at=now + timedelta(days=2)
    )
    assert sorted(map(str, at_once([rounds_move_on] * 4))) == ["0", "0", "0", "1"]
    assert Entry.objects.filter(action="round.open").count() == 1
