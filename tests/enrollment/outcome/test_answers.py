"""What a family hears of the agencies' comparisons: what to do only while something can still be done."""

from typing import Any

import pytest

from enrollment.outcome.answers import UNDECIDED, agency_answers
from enrollment.seasons.models import Application
from enrollment.seasons.selectors import version_of
from enrollment.seasons.states import APPLICATION
from tests import factories
from verification.words import family_words

pytestmark = pytest.mark.django_db
DECIDED = ("approved", "in_pool", "offered", "accepted", "enrolled", "waiting", "declined", "lapsed", "not_eligible")


@pytest.fixture
def attention() -> Application:
    return factories.application("attention")


def said(application: Application) -> list[str]:
    return [text for answer in agency_answers(application, version_of(application).pk) for text in answer.todo]


@pytest.mark.parametrize("state", UNDECIDED)
def test_until_a_decision_the_family_hears_what_to_do(attention: Any, state: str) -> None:
    attention.state = state
    assert said(attention)
    assert set(said(attention)) <= {family_words(row) for row in ("home_address", "home_share", "household_address")}


@pytest.mark.parametrize("state", DECIDED)
def test_after_it_there_is_nothing_to_mend_and_the_comparison_stays(attention: Any, state: str) -> None:
    attention.state = state
    assert said(attention) == []
    assert any(answer.tone == "warn" for answer in agency_answers(attention, version_of(attention).pk))


def test_every_state_is_one_or_the_other() -> None:
    assert {*UNDECIDED, *DECIDED, "draft", "withdrawn"} == set(APPLICATION.states())
