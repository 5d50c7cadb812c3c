"""The log in words: every table of steps has them, and an action without any is noticed where it is written."""

import pytest
from django.urls import get_resolver
from django.utils import translation

from accounts.admin_base import ScopedAdmin
from accounts.staff_site import staff_site
from audit.services import entry
from audit.words import action_words, unworded
from enrollment.appeals.states import APPEAL
from enrollment.cases.states import ENQUIRY, JOINT_CASE
from enrollment.false_declarations.states import CASE
from enrollment.seasons.states import APPLICATION, ROUND
from foundation.transitions import TransitionTable
from imports.states import IMPORT
from lottery.ceremony.states import DRAW
from lottery.classes.states import CLASS_RUN


@pytest.mark.parametrize(
    ("head", "table"),
    [
        ("application", APPLICATION),
        ("round", ROUND),
        ("appeal", APPEAL),
        ("draw", DRAW),
        ("declaration", CASE),
        ("joint_case", JOINT_CASE),
        ("joint_case", ENQUIRY),
        ("import", IMPORT),
        ("classes", CLASS_RUN),
    ],
)
def test_every_step_has_words(head: str, table: TransitionTable) -> None:
    events = {event for state in table.states() for event in table.events(state)}
    assert [unworded(f"{head}.{event}") for event in sorted(events) if unworded(f"{head}.{event}")] == []


def test_every_row_of_the_staff_site_has_words() -> None:
    get_resolver().url_patterns  # noqa: B018 - registers them
    shown = {page.object_type for page in staff_site._registry.values() if isinstance(page, ScopedAdmin)}
    assert len(shown) > 10
    assert [word for name in sorted(shown) for act in ("view", "list") for word in unworded(f"{name}.{act}")] == []


def test_an_action_is_said_from_the_object_to_the_act() -> None:
    with translation.override("en"):
        assert action_words("application.approve") == "Application · approved"
        assert action_words("classes.draw.confirm") == "Classes · drawn · confirmed"
        assert action_words("sign_in") == "Sign-in"


def test_an_action_nobody_gave_words_is_noticed() -> None:
    with pytest.warns(UserWarning, match="fly"):
        entry(actor=None, action="application.fly", object_type="application", object_id=1)
