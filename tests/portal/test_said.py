"""No name of a state or an event reaches a Chinese reader as the code writes it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.utils import translation

from enrollment.appeals.staff import EVENTS
from enrollment.appeals.states import APPEAL
from enrollment.privacy.accesses import ACCESSES, STEPS
from enrollment.seasons.states import APPLICATION, ROUND
from enrollment.seasons.words import ROUND_EVENTS, ROUND_STATES
from foundation import clock
from helpdesk.models import PageViews
from helpdesk.page_names import PAGE_NAMES
from lottery.ceremony.states import DrawEvent
from lottery.witnesses.selectors import event_name
from notifications.names import NAMES
from notifications.templates import TEMPLATES
from tests import factories
from tests.entering import signed_in

ROOT = Path(__file__).resolve().parent.parent.parent
CHINESE = re.compile(r"[\u3400-\u9fff]")
COUNTED = re.findall(r'counted\("([^"]+)"\)', "".join(path.read_text() for path in ROOT.glob("enrollment/**/*.py")))
OURS = ("accounts", "enrollment", "helpdesk", "imports", "lottery", "notifications", "schools", "verification")


def choices() -> Iterator[type[models.Choices]]:
    """Every enum of ours that a model stores and a page shows."""
    for base in (models.TextChoices, models.IntegerChoices):
        yield from (one for one in base.__subclasses__() if one.__module__.split(".")[0] in OURS)


def chinese(words: object) -> bool:
    with translation.override("zh-hans"):
        return bool(CHINESE.search(str(words)))


def test_every_member_of_every_enum_has_a_chinese_label() -> None:
    found = list(choices())
    assert len(found) > 30
    assert [f"{one.__qualname__}.{member.name}" for one in found for member in one if not chinese(member.label)] == []


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (ROUND_STATES, ROUND.states()),
        (ROUND_EVENTS, [step.event for step in ROUND.steps]),
        (STEPS, [step.event for step in APPLICATION.steps]),
        (EVENTS, [*(step.event for step in APPEAL.steps), "file"]),
        (NAMES, TEMPLATES),
        (
            PAGE_NAMES,
            re.findall(r'counted\("([^"]+)"\)', "".join(p.read_text() for p in ROOT.glob("enrollment/**/*.py"))),
        ),
    ],
    ids=["round states", "round events", "steps", "appeal events", "messages", "pages"],
)
def test_a_table_names_everything_there_is_in_chinese(table: dict[str, Any], names: Any) -> None:
    assert set(table) == set(names)
    assert [name for name, words in table.items() if not chinese(words)] == []


def test_the_events_of_a_ceremony_are_words() -> None:
    with translation.override("zh-hans"):
        assert [event for event in DrawEvent if not CHINESE.search(event_name(event))] == []


def recorded() -> Iterator[str]:
    """The actions that code writes into the log of access about an application."""
    for path in (path for room in OURS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            given = {one.arg: one.value for one in call.keywords}
            about, action = given.get("object_type"), given.get("action")
            if isinstance(about, ast.Constant) and about.value == "application" and action is not None:
                texts = [one.value for one in ast.walk(action) if isinstance(one, ast.Constant)]
                yield from (text for text in texts if isinstance(text, str) and "." in text)


def test_what_the_log_says_of_an_application_is_words() -> None:
    names = set(recorded()) - {"application.", "protection.order."}
    assert {"receipt.read", "statements.read", "binding.refuse"} <= names
    assert names <= set(ACCESSES)
    assert [name for name, words in ACCESSES.items() if not chinese(words)] == []


def read(path: str) -> str:
    """What an official reads there in Chinese."""
    page = signed_in(factories.staff("official"), "zh-hans").get(path)
    assert page.status_code == 200
    return page.text


@pytest.mark.django_db
@pytest.mark.parametrize("state", ROUND.states())
def test_the_list_of_rounds_names_the_state(state: str) -> None:
    round_ = factories.world().round
    type(round_).objects.update(state=state)
    with translation.override("zh-hans"):
        name = str(ROUND_STATES[state])
    for path in ("", f"?state={state}", f"{round_.pk}/change/"):
        text = read(f"/admin/enrollment/round/{path}")
        assert name in text
        assert not re.search(rf">\s*{state}\s*<", text)


@pytest.mark.django_db
def test_the_lists_of_messages_and_page_views_speak_chinese() -> None:
    factories.application("approved")
    text = read("/admin/notifications/message/?template=approved")
    assert "审核通过" in text
    assert not re.search(r">\s*(approved|received)\s*<", text)
    PageViews.objects.create(day=clock.today(), page="find-school", views=3)
    text = read("/admin/helpdesk/pageviews/?page=find-school")
    assert "查学区" in text
    assert not re.search(r">\s*find-school\s*<", text)
