"""A decision counts after a moment; until then it can be taken back, and nothing has happened."""

from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from pytest_django import Settings

from enrollment.desk.services import case_hold
from enrollment.review.held import Decision, decision_make, decision_take_back, decisions_take_effect
from enrollment.review.models import HeldDecision, SecondReading
from enrollment.review.queue import Wanted, queue
from enrollment.seasons.models import AfterRules, Application, Transition
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db
WAIT = 120
APPROVE = Decision("approve", "经核对，以登记为准。", settled={"home.ownership_share": 0.5})


@pytest.fixture(autouse=True)
def hold(settings: Settings) -> None:
    settings.DECISION_HOLD = WAIT


@pytest.fixture
def open_case() -> Application:
    return factories.application("attention")


def later() -> AbstractContextManager[None]:
    return clock.at(clock.now() + timedelta(seconds=WAIT + 1))


def state(application: Application) -> str:
    return Application.objects.get(pk=application.pk).state


def test_a_decision_waits_and_then_counts(open_case: Application) -> None:
    official = factories.staff("official")
    told = Message.objects.count()
    decision_make(reviewer=official, application_id=open_case.pk, decision=APPROVE)
    assert (state(open_case), Message.objects.count()) == ("attention", told)
    assert not queue(official, Wanted()).exists()
    decisions_take_effect()
    assert state(open_case) == "attention"
    with later():
        decisions_take_effect()
        decisions_take_effect()
    assert state(open_case) == "approved"
    assert Message.objects.filter(template="approved").count() == 1
    step = Transition.objects.get(application=open_case, event="approve")
    assert (step.actor, step.reason) == (official, APPROVE.reason)
    assert open_case.versions.get().settled["home.ownership_share"]["value"] == 0.5
    assert not HeldDecision.objects.exists()


def test_what_was_taken_back_never_happened(open_case: Application) -> None:
    official, other = factories.staff("official"), factories.staff("official")
    decision_make(reviewer=official, application_id=open_case.pk, decision=APPROVE)
    assert decision_take_back(reviewer=other, application_ids=[open_case.pk]) == 0
    assert decision_take_back(reviewer=official, application_ids=[open_case.pk]) == 1
    with later():
        decisions_take_effect()
    assert state(open_case) == "attention"
    assert [one.pk for one in queue(official, Wanted())] == [open_case.pk]


def test_too_late_is_said(open_case: Application) -> None:
    official = factories.staff("official")
    decision_make(reviewer=official, application_id=open_case.pk, decision=APPROVE)
    with later():
        assert decision_take_back(reviewer=official, application_ids=[open_case.pk]) == 0
        decisions_take_effect()
    assert state(open_case) == "approved"


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (Decision("approve", "好"), "reason"),
        (Decision("return", "请补正房产份额", items=["nothing"], deadline="2030-01-01T10:00"), "items"),
        (Decision("return", "请补正房产份额", items=["home_share"], deadline="soon"), "deadline"),
        (Decision("nonsense", "请补正房产份额"), "decision"),
    ],
)
def test_what_stands_against_it_is_said_at_once(open_case: Application, decision: Decision, code: str) -> None:
    with pytest.raises(Refused) as refused:
        decision_make(reviewer=factories.staff("official"), application_id=open_case.pk, decision=decision)
    assert refused.value.code == code
    assert not HeldDecision.objects.exists()


def test_a_case_is_decided_once_and_by_who_has_it(open_case: Application) -> None:
    first, second = factories.staff("official"), factories.staff("official")
    case_hold(reviewer=first, application=open_case)
    with pytest.raises(Refused) as refused:
        decision_make(reviewer=second, application_id=open_case.pk, decision=APPROVE)
    assert refused.value.code == "held"
    decision_make(reviewer=first, application_id=open_case.pk, decision=APPROVE)
    with pytest.raises(Refused) as refused:
        decision_make(reviewer=second, application_id=open_case.pk, decision=APPROVE)
    assert refused.value.code == "decided"
    with pytest.raises(NotAllowed):
        decision_make(reviewer=factories.staff("supervisor"), application_id=open_case.pk, decision=APPROVE)


def test_what_changed_meanwhile_gives_the_case_back(open_case: Application) -> None:
    official = factories.staff("official")
    decision_make(reviewer=official, application_id=open_case.pk, decision=APPROVE)
    official.roles.all().delete()
    with later():
        decisions_take_effect()
    held = HeldDecision.objects.get()
    assert held.refused
    assert state(open_case) == "attention"
    other = factories.staff("official")
    assert [one.pk for one in queue(other, Wanted())] == [open_case.pk]
    decision_make(reviewer=other, application_id=open_case.pk, decision=APPROVE)
    with clock.at(clock.now() + timedelta(seconds=2 * WAIT)):
        decisions_take_effect()
    assert state(open_case) == "approved"


@pytest.mark.django_db(transaction=True)
def test_many_workers_carry_a_decision_out_once() -> None:
    case = factories.application("attention")
    decision_make(reviewer=factories.staff("official"), application_id=case.pk, decision=APPROVE)
    HeldDecision.objects.update(effective_at=clock.now() - timedelta(seconds=1))
    at_once([decisions_take_effect] * 4)
    assert state(case) == "approved"
    assert Transition.objects.filter(application=case, event="approve").count() == 1


@pytest.mark.parametrize(("percent", "drawn"), [(0, False), (100, True)])
def test_chance_draws_a_second_reading(open_case: Application, percent: int, drawn: bool) -> None:
    AfterRules.objects.create(season=open_case.round.season, sample_percent=percent)
    decision_make(reviewer=factories.staff("official"), application_id=open_case.pk, decision=APPROVE)
    with later():
        decisions_take_effect()
    assert SecondReading.objects.filter(application=open_case).exists() is drawn
