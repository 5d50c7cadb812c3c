"""Forty cases an hour: a reviewer who reads every word of each page and decides by keys, at a person's pace."""

import pytest

from enrollment.seasons.models import Application
from tests import factories
from tests.browser.conftest import Open
from tests.browser.pace import Hand

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CASES = 10
PROMISED = 40  # an hour; the page before the desk allowed 16 (docs/desk.md)
MACHINE = 2.0  # seconds of the machine a case, as promised; `make bench` measures them


def test_forty_plain_cases_an_hour_at_a_persons_pace(open_browser: Open, place: factories.World) -> None:
    for _ in range(CASES):
        factories.judged(factories.family(place), real_estate=factories.HALF)
    desk = open_browser(width=1280, language="zh-CN")
    desk.enter_as(factories.staff("official"))
    desk.open("/official/desk/")
    hand = Hand(desk.page)
    hand.click("[data-qa=row]")
    for _ in range(CASES):
        hand.read()
        hand.key("a")
        hand.key("Enter", leads=True)
    assert Application.objects.filter(state="approved").count() == CASES
    assert hand.pressed == 1 + 2 * CASES
    assert hand.an_hour(CASES, machine=MACHINE) >= PROMISED, f"{hand.characters / CASES:.0f} characters a case"
