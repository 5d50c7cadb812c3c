"""The public pages in a browser: without scripts, on the narrowest phone, light, and with a countdown that runs."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Response

from enrollment.seasons.models import Round
from foundation import clock
from schools.models import School
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NARROW, MOST_BYTES = 320, 120_000
PAGES = (
    "/",
    "/find-school/",
    "/help/",
    "/schools/",
    "/schools/WL01/",
    "/contacts/",
    "/guides/",
    "/guides/how-to-apply/",
    "/notices/",
    "/calendar/",
    "/policies/",
    "/check/",
    "/status/",
    "/about/privacy/",
    "/about/decisions/",
)


def test_a_family_without_scripts_finds_its_school_and_its_telephone(open_browser: Open) -> None:
    School.objects.filter(pk="WL01").update(phone="0736-5550101")
    parent = open_browser(width=NARROW, scripts=False)
    parent.open("/find-school/")
    parent.page.fill("[name=address]", factories.HOME)
    parent.page.click("main button[data-qa=go]")
    assert "滨湖路学区" in parent.text()
    assert factories.HOME not in parent.page.url
    assert parent.page.input_value("[name=address]") == factories.HOME
    parent.page.click("main [data-qa=school] a:has-text('滨湖路小学')")
    assert parent.page.locator("h1").inner_text() == "滨湖路小学"
    assert parent.page.locator("a[href='tel:07365550101']").bounding_box()["height"] >= 44  # type: ignore[index]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_public_page_fits_the_narrowest_phone_and_is_light(open_browser: Open, language: str) -> None:
    parent = open_browser(width=NARROW, language=language)
    received: list[Response] = []
    parent.page.on("response", lambda response: received.append(response))  # noqa: PLW0108 - Playwright marks it
    for path in PAGES:
        received.clear()
        answer = parent.open(path)
        assert answer.status == 200, path
        page = parent.page
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW, path
        assert page.locator("h1").count() == 1, path
        assert sum(one.request.sizes()["responseBodySize"] for one in received) < MOST_BYTES, path


def below(what: Locator) -> float:
    """Where something ends on the screen."""
    box = what.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_the_bar_at_the_foot_of_a_phone_hides_nothing_and_a_wide_screen_has_none(open_browser: Open) -> None:
    parent = open_browser()
    parent.open("/guides/how-to-apply/")
    bar = parent.page.locator("[data-qa=bottom-bar]")
    box = bar.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == parent.page.viewport_size["height"]  # type: ignore[index] # it has one
    last = parent.page.locator("footer a").last
    last.focus()  # the last control of the page is seen above the bar
    until(lambda: below(last) <= below(bar) - box["height"], "the page to scroll to it")
    parent.press("[data-qa=bottom-bar] a[href='/results/']")
    assert parent.page.url.endswith("/results/")
    parent.page.set_viewport_size({"width": 1280, "height": 800})
    assert not bar.is_visible()
    assert parent.page.locator("header a[href='/calendar/']").last.is_visible()


def test_the_menu_of_a_phone_opens_without_scripts(open_browser: Open) -> None:
    parent = open_browser(width=NARROW, scripts=False)
    parent.open("/")
    parent.tap("header summary")
    parent.press("header details a[href='/calendar/']")
    assert parent.page.url.endswith("/calendar/")


def test_the_countdown_of_the_first_page_runs_on_the_servers_clock(parent: Parent) -> None:
    Round.objects.update(closes_at=clock.now() + timedelta(hours=3))
    parent.open("/")
    line = parent.page.locator("[data-left]").first
    seen = line.inner_text()
    assert "2:5" in seen or "3:0" in seen
    until(lambda: line.inner_text() != seen, "the next second")
