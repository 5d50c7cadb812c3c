"""The simulation and the scores in a browser: asked for, awaited, read, at both sizes and in both languages."""

import random
from uuid import uuid4

import pytest

from enrollment.seasons.models import Application, ApplicationVersion
from imports.models import Import
from lottery.scores.services import score_school_approve
from schools.models import SeatPlan
from tests.browser.conftest import Open
from tests.browser.parent import GO, Parent
from tests.browser.test_classes import look
from tests.lottery.factories import Ceremony, ceremony, token
from tests.lottery.scores.test_scores import ART, DOCUMENT, everybody, table
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
    window.enter_as(one.officials[0])
    window.open(f"/official/rounds/{one.round.pk}/whatif/")
    look(window, f"whatif-{tongue}-1-form")
    window.page.fill("#draws", "0")
    window.press("form:has(#draws) button")
    assert window.page.locator("[data-qa=errors]").count() == 1
    assert window.page.input_value("#draws") == "0"
    window.page.fill("#draws", "400")
    window.press("form:has(#draws) button")
    window.page.wait_for_selector("[data-qa=school]", timeout=milliseconds(60))
    summaries = window.page.locator("main details > summary")
    for number in (0, summaries.count() - 1):
        summaries.nth(number).click()
    look(window, f"whatif-{tongue}-2-result")


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_an_official_simulates_a_round(open_browser: Open, language: str) -> None:
    one = crowded()
    window = open_browser(language=language)
    simulate(window, one, language[:2])
    bars = window.page.locator("[data-qa=school] svg rect").count()
    assert bars >= 6
    assert window.page.locator("[data-qa=school] h3").first.inner_text().strip() == "滨湖路小学"


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_an_official_reads_who_applies(open_browser: Open, language: str) -> None:
    one = crowded()
    Application.objects.filter(round=one.round, group_code="class_4").update(household_here=False)
    window = open_browser(language=language)
    window.enter_as(one.officials[0])
    window.open(f"/official/rounds/{one.round.pk}/")
    window.press("a[href$='/mix/']")
    look(window, f"mix-{language[:2]}")
    assert window.page.locator("[data-qa=schools] [data-qa=need]").count() >= 2
    first = window.page.locator("[data-qa=schools] [data-qa=need]").first.inner_text()
    assert "滨湖路小学" in first


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_the_scores_of_an_approved_school(open_browser: Open, language: str) -> None:
    one, tongue = ceremony(pupils=8), language[:2]
    window = open_browser(language=language)
    window.enter_as(one.officials[0])
    window.open(f"/official/rounds/{one.round.pk}/scores/")
    window.page.select_option("#school", ART)
    window.page.fill("#document", DOCUMENT)
    look(window, f"scores-{tongue}-1-propose")
    window.press("form:has(#document) button")
    look(window, f"scores-{tongue}-2-proposed")
    score_school_approve(official=one.officials[1], round_id=one.round.pk, school_code=ART)
    window.page.reload()
    window.press("[data-qa=import]")
    bring(window, table([("X-1", "80"), ("X-2", "many")]))
    window.page.wait_for_selector("[data-qa=problems]")
    look(window, f"scores-{tongue}-3-refused")
    assert window.page.locator("[data-qa=problems] li").count() == 2
    window.open("/official/imports/scores/")
    bring(window, everybody(one))
    window.page.wait_for_selector("[data-qa=counts]")
    second = open_browser(language=language)
    second.enter_as(one.officials[1])
    second.open(window.page.url.removeprefix(window.site.url))
    second.page.fill("[name=token]", token(one.officials[1]))
    second.press(GO)
    second.page.wait_for_selector("[data-qa=progress]", state="detached")
    assert Import.objects.latest("pk").state == "applied", second.page.inner_text("main")
    window.open(f"/official/rounds/{one.round.pk}/scores/")
    look(window, f"scores-{tongue}-4-imported")
    assert window.page.locator("[data-qa=file]").count() == 1


def bring(window: Parent, content: bytes) -> None:
    """Give a table to the importer, whose worker the site runs."""
    if window.page.locator("select[name=place]").count():
        value = window.page.locator("select[name=place] option[value]:not([value=''])").last.get_attribute("value")
        window.page.select_option("select[name=place]", value)
    window.page.set_input_files("#file", {"name": "成绩.csv", "mimeType": "text/csv", "buffer": content})
    window.press(GO)
