"""The simulation and the scores in a browser: asked for, awaited, read, at both sizes and in both languages."""

import random
from uuid import uuid4

import pytest

from enrollment.models import Application, ApplicationVersion
from lottery import services
from schools.models import SeatPlan
from tests.browser.conftest import Open
from tests.browser.parent import Parent
from tests.browser.test_classes import enter_staff, look
from tests.lottery.factories import Ceremony, ceremony
from tests.lottery.test_scores import ART, DOCUMENT, everybody, table
from tests.waiting import milliseconds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def crowded() -> Ceremony:
    """Sixty children of four groups: the first school has too many, the second almost, the third too few."""
    one = ceremony(pupils=60, seats=18)
    SeatPlan.objects.filter(school_id="WL02").update(seats=25)
    chance = random.Random(1)
    for at, child in enumerate(Application.objects.filter(sibling_key="").order_by("receipt")):
        group = chance.choice((1, 2, 3, 4))
        first = chance.choice(("WL01", "WL01", "WL02", "WL03"))
        listed = [first, *(code for code in ("WL01", "WL02", "WL03") if code != first)]
        version = ApplicationVersion.objects.get(application=child)
        version.pk, version.number, version.choices, version.client_token = uuid4(), 2, listed, uuid4()
        version.save(force_insert=True)
        state = "in_review" if at % 9 == 0 else "approved"
        changed = {"group_code": f"class_{group}", "tier": group, "state": state, "version": 2, "order": []}
        Application.objects.filter(pk=child.pk).update(**changed)
    return one


def simulate(window: Parent, one: Ceremony, tongue: str) -> None:
    """Ask on the page and wait until the worker's result stands there by itself."""
    enter_staff(window, one.officials[0])
    window.open(f"/official/rounds/{one.round.pk}/whatif/")
    look(window, f"whatif-{tongue}-1-form")
    window.page.fill("#draws", "0")
    window.press(".whatif-form button")
    assert window.page.locator(".note.bad").count() == 1
    assert window.page.input_value("#draws") == "0"
    window.page.fill("#draws", "400")
    window.press(".whatif-form button")
    window.page.wait_for_selector(".whatif-school", timeout=milliseconds(60))
    summaries = window.page.locator("details > summary")
    for number in (0, summaries.count() - 1):
        summaries.nth(number).click()
    look(window, f"whatif-{tongue}-2-result")


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_an_official_simulates_a_round(open_browser: Open, language: str) -> None:
    one = crowded()
    window = open_browser(language=language)
    simulate(window, one, language[:2])
    bars = window.page.locator(".whatif-school svg rect").count()
    assert bars >= 6
    assert window.page.locator(".whatif-school h3").first.inner_text().strip() == "滨湖路小学"


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_the_scores_of_an_approved_school(open_browser: Open, language: str) -> None:
    one, tongue = ceremony(pupils=8), language[:2]
    window = open_browser(language=language)
    enter_staff(window, one.officials[0])
    window.open(f"/official/rounds/{one.round.pk}/scores/")
    window.page.select_option("#school", ART)
    window.page.fill("#document", DOCUMENT)
    look(window, f"scores-{tongue}-1-propose")
    window.press("form:has(#document) button")
    look(window, f"scores-{tongue}-2-proposed")
    services.score_school_approve(official=one.officials[1], round_id=one.round.pk, school_code=ART)
    window.page.reload()
    wrong = {"name": "成绩.csv", "mimeType": "text/csv", "buffer": table([("X-1", "80"), ("X-2", "many")])}
    window.page.set_input_files(f"#file-{ART}", wrong)  # type: ignore[arg-type]
    window.press(f"form:has(#file-{ART}) button")
    look(window, f"scores-{tongue}-3-refused")
    assert window.page.locator(".score-problems li").count() == 2
    right = {"name": "成绩.csv", "mimeType": "text/csv", "buffer": everybody(one)}
    window.page.set_input_files(f"#file-{ART}", right)  # type: ignore[arg-type]
    window.press(f"form:has(#file-{ART}) button")
    look(window, f"scores-{tongue}-4-imported")
    assert window.page.locator(".score-file").count() == 1
