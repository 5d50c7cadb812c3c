"""The pages of a class assignment in a browser: every step at both sizes and in both languages, nothing too wide."""

import os
from pathlib import Path

import pytest

from enrollment.seasons.models import Season
from lottery.classes.models import ClassRun
from lottery.classes.services import sibling_wish_set
from tests.browser.conftest import Open
from tests.browser.parent import Parent
from tests.lottery.classes.factories import BALLS, NONCES, TEACHERS, VALUE, Assignment, assignment
from tests.lottery.factories import token

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ((360, 740), (1280, 800))


def look(window: Parent, name: str) -> None:
    """The page fits at both sizes; pictures are kept where SCREENSHOTS says."""
    folder = os.environ.get("SCREENSHOTS", "")
    for width, height in SIZES:
        window.page.set_viewport_size({"width": width, "height": height})
        assert not window.is_wider_than_the_screen(), (name, width)
        if folder:
            window.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def confirm(window: Parent, one: Assignment) -> None:
    """Both people confirm on their own screens."""
    for account in (one.reviewer, one.notary):
        window.enter_as(account)
        window.page.reload()
        window.page.fill('[name="token"]', token(account))
        window.go()


def plan(window: Parent, one: Assignment, tongue: str) -> None:
    """From the list of schools to the announcement; a wrong line is refused on the way."""
    window.enter_as(one.reviewer)
    window.open("/official/classes/")
    look(window, f"{tongue}-1-list")
    window.go()
    for name, value in {"witnesses": "家长代表\n公证员", "balls": "01-33, 3", "classes": "3", "size": "12"}.items():
        window.page.fill(f"#{name}", value)
    window.page.fill("#teachers", TEACHERS.replace("合成丁,科任", "合成丁,校长"))
    window.page.fill("#public_value", "上证综指 2026-08-20")
    look(window, f"{tongue}-2-plan")
    window.go()
    assert (
        "5" in window.page.locator("[data-qa=errors]").inner_text()
    )  # the line is named, what was typed is still there
    assert "校长" in window.page.input_value("#teachers")
    look(window, f"{tongue}-3-refused")
    window.page.fill("#teachers", TEACHERS)
    window.go()
    look(window, f"{tongue}-4-announce")
    window.go()


def draw(window: Parent, one: Assignment, tongue: str) -> None:
    """From the hall to the sealed classes."""
    for at, nonce in enumerate(NONCES, 1):
        window.page.fill(f"#nonce-{at}", nonce)
    window.page.fill("#numbers", BALLS)
    look(window, f"{tongue}-5-hall")
    window.go()
    window.page.fill("#value", VALUE)
    window.go()
    look(window, f"{tongue}-6-confirm")
    window.page.fill("#token-class", token(one.reviewer))
    with window.page.expect_navigation():
        window.tap("form:has(#token-class) button")
    window.enter_as(one.notary)
    window.page.reload()
    window.page.fill("#token-class", token(one.notary))
    with window.page.expect_navigation():
        window.tap("form:has(#token-class) button")
    look(window, f"{tongue}-7-sealed")


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_a_school_draws_its_classes_and_a_family_reads_its_own(open_browser: Open, language: str) -> None:
    one = assignment(pupils=30)
    # at the same moment as the pages' own tests no season has a calendar: this one does
    Season.objects.update(
        calendar=[{"key": "checkin", "zh": "报到", "en": "Check-in", "starts": "2026-08-31", "ends": "2026-08-31"}]
    )
    sibling_wish_set(guardian=one.parent, application_id=one.pupils[-1].pk, wish="together")
    window, tongue = open_browser(language=language), language[:2]
    family = open_browser(language=language)
    family.enter_as(one.parent)
    family.open(f"/my/applications/{one.pupils[-1].pk}/class/")
    look(family, f"{tongue}-0-wish")
    family.pick("wish", "apart")
    family.go()
    plan(window, one, tongue)
    draw(window, one, tongue)
    family.open(f"/my/applications/{one.pupils[-1].pk}/class/")
    assert not family.page.locator("[data-qa=class]").count()
    confirm(window, one)
    confirm(window, one)
    run = ClassRun.objects.get()
    assert run.state == ClassRun.State.PUBLISHED
    look(window, f"{tongue}-8-published")
    window.open(f"/classes/{run.pk}/")
    look(window, f"{tongue}-9-public")
    window.open("/classes/")
    look(window, f"{tongue}-11-all")
    family.page.reload()
    number = one.pupils[-1].class_seat.number
    assert str(number) in family.page.locator("[data-qa=class]").inner_text()
    look(family, f"{tongue}-10-mine")
