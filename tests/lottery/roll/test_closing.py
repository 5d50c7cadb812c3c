"""Closing a round early and freezing its roll: two officials, each with a one-time password, on the same day."""

from datetime import timedelta
from functools import partial

import pytest
from django.test import Client

from accounts.models import Account
from audit.models import Entry
from enrollment.seasons.models import Application, Round
from enrollment.seasons.services.rounds import round_step
from enrollment.seasons.states import RoundEvent
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.ceremony.models import Confirmation, Draw
from lottery.roll.selectors import closing_of
from lottery.roll.services import roll_freeze_confirm, round_close_confirm
from tests.entering import signed_in
from tests.factories import told
from tests.lottery.factories import Ceremony, ceremony, staff, token
from tests.lottery.rounds.test_pages import official_url
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def open_round(*, ends: timedelta = timedelta(days=3)) -> Ceremony:
    """A round that is open, with its announced end ahead."""
    one = ceremony(pupils=3)
    Round.objects.filter(pk=one.round.pk).update(state="open", closes_at=clock.now() + ends)
    one.round.refresh_from_db()
    return one


def close(one: Ceremony, who: Account) -> Round:
    return round_close_confirm(official=who, round_id=one.round.pk, token=token(who))


def freeze(one: Ceremony, who: Account) -> Draw | None:
    return roll_freeze_confirm(official=who, round_id=one.round.pk, token=token(who))


def test_two_officials_close_a_round_before_its_end() -> None:
    one = open_round()
    first, second, city = one.officials
    assert close(one, first).state == "open"
    with pytest.raises(Refused) as refused:
        close(one, first)
    assert refused.value.code == "same_person"
    with pytest.raises(NotAllowed):
        close(one, city)  # the city confirms results, it does not run a round
    assert close(one, second).state == "closed"
    entry = Entry.objects.get(action="round.close")
    assert (entry.actor_id, entry.details["second"]) == (second.pk, first.pk)
    assert entry.details["announced"] == one.round.closes_at.isoformat()
    assert Entry.objects.filter(action="close.confirm").count() == 2


@pytest.mark.parametrize("step", [close, freeze])
def test_a_wrong_one_time_password_confirms_nothing(step: object) -> None:
    one = open_round() if step is close else ceremony(pupils=2)
    act = round_close_confirm if step is close else roll_freeze_confirm
    with pytest.raises(Refused) as refused:
        act(official=one.officials[0], round_id=one.round.pk, token="000000")
    assert refused.value.field == "token"
    assert not Confirmation.objects.exists()


def test_after_the_announced_end_one_official_closes() -> None:
    one = open_round(ends=timedelta(minutes=-2))
    done = round_close_confirm(official=one.officials[0], round_id=one.round.pk)
    assert done.state == "closed"


def test_the_minute_of_the_announced_end_is_still_early() -> None:
    one = open_round(ends=timedelta())
    end = one.round.closes_at.replace(second=59, microsecond=0)
    with clock.at(end):
        found = closing_of(one.round)
        assert found is not None
        assert not found.alone
    with clock.at(end + timedelta(seconds=1)):
        found = closing_of(one.round)
        assert found is not None
        assert found.alone


def test_nobody_gets_past_the_service_with_one_person() -> None:
    one = open_round()
    first = one.officials[0]
    for event in (RoundEvent.CLOSE, RoundEvent.FREEZE):
        for second in (None, first, one.officials[2], one.reviewer):
            with pytest.raises(Refused) as refused:
                round_step(official=first, round_id=one.round.pk, event=event, second=second)
            assert refused.value.code == "two_people", event
        Round.objects.filter(pk=one.round.pk).update(state="closed")


def test_yesterdays_confirmation_and_that_of_an_earlier_closing_do_not_count() -> None:
    one = open_round()
    first, second, _city = one.officials
    close(one, first)
    with clock.at(clock.now() + timedelta(days=1)):
        assert close(one, second).state == "open"
        assert close(one, first).state == "closed"
        round_step(official=first, round_id=one.round.pk, event=RoundEvent.REOPEN)
        assert close(one, second).state == "open"
        assert close(one, first).state == "closed"


def test_two_officials_freeze_the_same_number_of_children() -> None:
    one = ceremony(pupils=4)
    first, second, _city = one.officials
    assert freeze(one, first) is None
    assert Round.objects.get(pk=one.round.pk).state == "closed"
    Application.objects.filter(pk=Application.objects.order_by("pk")[0].pk).update(state="withdrawn")
    assert freeze(one, second) is None  # another number than the first saw
    draw = freeze(one, first)
    assert draw is not None
    assert draw.roll_count == 3
    assert Entry.objects.get(action="roll.freeze").details["second"] == second.pk


def test_the_page_shows_date_families_and_who_confirmed() -> None:
    one = open_round()
    first, second = (signed_in(account) for account in one.officials[:2])
    text = page(first, one)
    assert f"{one.round.closes_at.astimezone(clock.SHANGHAI):%H:%M}" in text
    assert f"{clock.today().month}月{clock.today().day}日" in text
    assert 'name="token"' in text
    answer = first.post(official_url(one, "close"), {"token": token(one.officials[0])})
    assert answer.status_code == 302
    assert one.officials[0].username in page(second, one)
    assert second.post(official_url(one, "close"), {"token": token(one.officials[1])}).status_code == 302
    assert Round.objects.get(pk=one.round.pk).state == "closed"
    assert signed_in(staff("reviewer-9", "reviewer")).get(official_url(one)).status_code == 404


def page(client: Client, one: Ceremony) -> str:
    return str(client.get(official_url(one)).content.decode())


def test_a_paused_round_can_be_closed_from_its_page() -> None:
    one = open_round()
    Round.objects.filter(pk=one.round.pk).update(state="paused")
    assert 'name="token"' in page(signed_in(one.officials[0]), one)
    for who in one.officials[:2]:
        done: Round = close(one, who)
    assert done.state == "closed"


@pytest.mark.django_db(transaction=True)
def test_two_officials_at_once_close_once() -> None:
    one = open_round()
    tokens = [(who, token(who)) for who in one.officials[:2]]
    states = at_once(
        [partial(round_close_confirm, official=who, round_id=one.round.pk, token=code) for who, code in tokens]
    )
    assert sorted(getattr(state, "state", str(state)) for state in states) == ["closed", "open"]
    assert Entry.objects.filter(action="round.close").count() == 1


@pytest.mark.parametrize(
    ("state", "event"), [("planned", RoundEvent.OPEN), ("paused", RoundEvent.RESUME), ("closed", RoundEvent.REOPEN)]
)
def test_a_round_whose_announced_end_is_past_is_not_opened_in_name_only(state: str, event: RoundEvent) -> None:
    one = open_round(ends=timedelta(hours=-1))
    told()
    Round.objects.filter(pk=one.round.pk).update(state=state)
    with pytest.raises(Refused) as refused:
        round_step(official=one.officials[0], round_id=one.round.pk, event=event)
    assert refused.value.code == "over"
    Round.objects.filter(pk=one.round.pk).update(closes_at=clock.now() + timedelta(days=1))
    assert round_step(official=one.officials[0], round_id=one.round.pk, event=event).state == "open"
