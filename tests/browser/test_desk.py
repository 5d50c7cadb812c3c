"""A day at the desk in a real browser: plain cases by two keys each, a return by one more, a decision taken back."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from enrollment.review.held import Decision, decision_make, decisions_take_effect
from enrollment.seasons.models import Application
from tests import factories
from tests.browser.conftest import Open
from tests.waiting import milliseconds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CASES = 4


class Keys:
    """A reviewer who leaves the mouse alone; counts what is pressed."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        self.pressed += 1
        self.page.keyboard.press(key)

    def on(self, key: str) -> None:
        """A key that leads to another page."""
        with self.page.expect_navigation():
            self.press(key)


def test_plain_cases_are_decided_by_two_keys_each(open_browser: Open, place: factories.World) -> None:
    for _ in range(CASES):
        factories.judged(factories.family(place), real_estate=factories.HALF)
    desk = open_browser(width=1280)
    desk.enter_as(factories.staff("official"))
    desk.open("/official/desk/")
    assert desk.page.locator("[data-qa=row]").count() == CASES
    desk.press("[data-qa=row]")
    keys = Keys(desk.page)
    for left in range(CASES, 0, -1):
        fits = "() => document.querySelector('[data-qa=register]').getBoundingClientRect().bottom <= innerHeight"
        assert desk.page.evaluate(fits), "the decision is below the first screen"
        keys.press("a")
        keys.on("Enter")
        assert Application.objects.filter(state="attention").count() == left - 1
    assert keys.pressed == 2 * CASES
    assert desk.page.url.endswith("/official/desk/")
    assert desk.page.locator("[data-qa=empty]").is_visible()
    for version in Application.objects.get(pk=Application.objects.values("pk")[:1]).versions.all():
        assert version.settled["home.ownership_share"]["value"] == 0.5


def test_a_return_asks_for_what_disagrees_and_next_goes_on(open_browser: Open, place: factories.World) -> None:
    first, second = (factories.judged(factories.family(place), real_estate=factories.HALF) for _ in range(2))
    desk = open_browser(width=1280)
    desk.enter_as(factories.staff("official"))
    desk.open("/official/desk/")
    desk.press("[data-qa=row]")
    keys = Keys(desk.page)
    keys.on("n")
    assert str(second.pk) in desk.page.url
    keys.press("r")
    ticked = desk.page.eval_on_selector_all("[name=items]:checked", "all => all.map(one => one.value)")
    assert ticked == ["home_share"]
    keys.on("Enter")
    second.refresh_from_db()
    assert second.state == "returned"
    assert second.returns.get().items == ["home_share"]
    assert str(first.pk) in desk.page.url


def test_a_reason_that_no_carrier_delivers_is_told_at_once(open_browser: Open, place: factories.World) -> None:
    factories.judged(factories.family(place), real_estate=factories.HALF)
    desk = open_browser(width=1280)
    desk.enter_as(factories.staff("official"))
    desk.open("/official/desk/")
    desk.press("[data-qa=row]")
    desk.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    desk.page.locator("#reason-refuse").press_sequentially("见 https://a.cn/b")
    said = expect(desk.page.locator("[data-qa=carrier]"))
    said.to_contain_text("https://", timeout=milliseconds(10))
    desk.page.locator("#reason-refuse").fill("房产份额不足")
    said.to_have_text("", timeout=milliseconds(10))


def test_a_decision_is_taken_back(open_browser: Open, place: factories.World, settings: Settings) -> None:
    settings.DECISION_HOLD = 120  # of this process; the site's own counts at once
    official = factories.staff("official")
    case = factories.judged(factories.family(place), real_estate=factories.HALF)
    desk, colleague = open_browser(width=1280), open_browser(width=360)
    desk.enter_as(official)
    colleague.enter_as(factories.staff("official"))
    address = f"/admin/enrollment/application/{case.pk}/change/"
    desk.open(address)
    colleague.open(address)
    assert colleague.page.locator("[data-qa=elsewhere]").is_visible()
    assert not colleague.is_wider_than_the_screen()
    settled = {"home.ownership_share": 0.5}
    decision_make(
        reviewer=official, application_id=case.pk, decision=Decision("approve", "经核对，以登记为准。", settled=settled)
    )
    desk.open(address)
    assert desk.page.locator("[data-qa=register]").count() == 0
    desk.press("[data-qa=held] button")
    assert desk.page.locator("[data-qa=register]").is_visible()
    decisions_take_effect()
    case.refresh_from_db()
    assert case.state == "attention"
