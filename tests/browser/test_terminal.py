"""A shared terminal in Chromium: large targets, and nothing of one person is left for the next."""

import pytest

from enrollment.assisted.terminals.services import terminal_make
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent, Person

pytestmark = pytest.mark.browser
SMALLEST = 60  # CSS pixels of a target on a terminal


def stand_up(browser: Parent) -> None:
    """Pair a browser by the code of the staff page."""
    _terminal, code = terminal_make(
        official=factories.staff("official"), name="政务服务大厅", district=factories.DISTRICT
    )
    browser.open("/terminal/pair/")
    browser.type("#code", code)
    browser.go()
    assert browser.page.url.endswith("/terminal/")


def test_the_back_button_shows_nothing_of_the_person_before(open_browser: Open, place: factories.World) -> None:
    kiosk, who = open_browser(width=1280), Person()
    kiosk.site.city.believe(who.papers(place))
    stand_up(kiosk)
    sizes = kiosk.page.locator("[data-qa=start], [data-qa=tile], header nav > ul a, header button").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => Math.min(box.width, box.height))"
    )
    assert min(sizes) >= SMALLEST
    with kiosk.page.expect_navigation():
        kiosk.tap("[data-qa=start]")
    kiosk.sign_in()
    receipt = kiosk.file(who)
    assert kiosk.page.locator("input:not([type=hidden])").evaluate_all(
        "all => all.every(one => one.autocomplete === 'off')"
    )
    kiosk.page.evaluate("localStorage.setItem('left', 'behind')")
    with kiosk.page.expect_navigation():
        kiosk.tap("[data-qa=terminal] [data-qa=go]")
    assert kiosk.page.url.endswith("/terminal/?over=1")
    for _step in range(3):
        kiosk.page.go_back()
        kiosk.page.wait_for_load_state()
        assert receipt not in kiosk.page.content()
        assert who.child not in kiosk.page.content()
    kiosk.open("/my/")
    assert kiosk.page.url.endswith("/terminal/")
    assert kiosk.page.evaluate("localStorage.getItem('left')") is None


def test_a_terminal_that_nobody_taps_clears_itself(open_browser: Open, place: factories.World) -> None:
    family = factories.family(place)
    kiosk = open_browser(width=1280)
    stand_up(kiosk)
    kiosk.page.clock.install()
    kiosk.enter_as(family.guardian)
    kiosk.open("/my/")
    assert family.child.name in kiosk.text()
    kiosk.page.clock.run_for(110_000)
    assert not kiosk.page.locator("[data-qa=ending]").is_visible()
    kiosk.page.clock.run_for(15_000)
    assert kiosk.page.locator("[data-qa=ending]").is_visible()  # a minute before
    with kiosk.page.expect_navigation():
        kiosk.page.clock.run_for(60_000)
    kiosk.page.wait_for_url("**/terminal/?over=1")
    kiosk.page.go_back()
    kiosk.page.wait_for_load_state()
    assert family.child.name not in kiosk.page.content()
