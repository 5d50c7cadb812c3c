"""The factory reaches every state it names, by steps that the table of the application knows."""

import pytest

from enrollment.seasons.models import Transition
from enrollment.seasons.states import APPLICATION
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", factories.WAYS)
def test_one_call_reaches_a_state_by_legal_steps(state: str) -> None:
    application = factories.application(state)
    assert application.state == state
    steps = Transition.objects.filter(application=application).order_by("pk")
    assert [APPLICATION.target(step.source, step.event) for step in steps] == [step.target for step in steps]
    assert [step.source for step in steps][1:] == [step.target for step in steps][:-1]


def test_every_state_of_the_table_is_reached_or_passed_at_once() -> None:
    assert set(APPLICATION.states()) - set(factories.WAYS) == {"draft", "submitted", "verifying"}


def test_two_families_of_one_place_reach_two_states() -> None:
    place = factories.world()
    assert factories.application("accepted", place=place).state == "accepted"
    assert factories.application("waiting", place=place).state == "waiting"
