"""Measured: a prefilled family in under a minute; and the ways beside the straight one."""

import time
from datetime import timedelta

import pytest

from enrollment.seasons.models import Application, ApplicationVersion
from foundation import clock
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent, Person, believe_household
from tests.waiting import slowness

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SECONDS_A_TAP, CHARACTERS_A_SECOND = 0.8, 5
MOST_TAPS, MOST_PAGES, MOST_SECONDS = 12, 6, 60


def test_a_prefilled_family_needs_less_than_a_minute(parent: Parent, place: factories.World) -> None:
    """Taps and seconds are counted from the page that offers the ways to sign in, the government's own page included.
    Pages are counted behind the sign-in, which takes two of its own.
    """
    who = Person()
    believe_household(parent.site.city, place, who)
    started = time.monotonic()
    parent.sign_in_by_government(who, counted=True)
    assert who.child in parent.text()
    assert who.child_id not in parent.page.content()
    parent.go()
    parent.answer_pages(who)
    assert parent.page.locator("input[type=file]").count() == 0
    parent.declare()
    parent.go()
    assert len(parent.receipt()) > 8
    waited = (time.monotonic() - started) / slowness()  # as on a quick machine
    seconds = waited + parent.taps * SECONDS_A_TAP + parent.typed / CHARACTERS_A_SECOND
    asked = [page for page in parent.pages[:-1] if not page.startswith("/sign-in/")]
    assert parent.taps <= MOST_TAPS
    assert len(asked) <= MOST_PAGES, asked
    assert seconds < MOST_SECONDS


def test_what_a_family_can_expect_takes_four_taps(parent: Parent, place: factories.World) -> None:
    parent.open("/eligibility/")
    parent.page.fill("#year", "2018")
    parent.page.fill("#month", "5")
    parent.page.fill("#day", "4")
    parent.pick("round", str(place.round.pk))
    parent.pick("household", "zone")
    parent.pick("home", "deed")
    parent.go()
    assert parent.taps == 4
    assert parent.page.locator("[data-standing=yes]").count() == 1
    assert not parent.is_wider_than_the_screen()


def test_the_order_of_schools_is_changed_by_buttons_and_kept(parent: Parent, place: factories.World) -> None:
    who = Person()
    parent.site.city.believe(who.papers(place))
    parent.sign_in()
    parent.name_child(who)
    parent.answer_pages(who)
    parent.open(parent.page.url.removeprefix(parent.site.url).replace("/check/", "/choices/?back=check"))
    assert parent.page.locator("select:visible").count() == 0
    assert parent.page.locator("[data-qa=map] circle").count() == 2
    parent.tap("[data-school=WL02] button")
    parent.tap("[data-qa=ranks] li:nth-child(2) button:not([disabled])")
    parent.go()
    assert parent.page.url.endswith("/check/")
    shown = parent.page.locator("section:has(#section-choices) dd").first.inner_text()
    assert shown.index("朗州路小学") < shown.index("滨湖路小学")


def test_a_change_in_another_window_is_shown_before_it_is_filed(parent: Parent, place: factories.World) -> None:
    who = Person()
    believe_household(parent.site.city, place, who)
    parent.sign_in_by_government(who)
    parent.go()
    parent.answer_pages(who)
    other = parent.context.new_page()
    other.goto(parent.page.url.replace("/check/", "/guardian/?back=check"))
    other.locator("[data-qa=known]:has([name=guardian_relation]) summary").click()
    other.locator('label:has([value="father"])').first.click()
    with other.expect_navigation():
        other.locator("main button[data-qa=go]").first.click()
    other.close()
    parent.declare()
    parent.go()
    assert "另一个窗口" in parent.text()
    assert Application.objects.count() == 0
    parent.declare()
    parent.go()
    assert len(parent.receipt()) > 8
    assert ApplicationVersion.objects.get().claims["answers"]["guardian_relation"] == "father"


def test_a_phone_with_a_wrong_clock_counts_down_by_the_server(open_browser: Open, place: factories.World) -> None:
    parent, who = open_browser(), Person()
    type(place.round).objects.filter(pk=place.round.pk).update(closes_at=clock.now() + timedelta(hours=2))
    parent.page.clock.install(time="2031-01-01T00:00:00")  # the phone is years ahead
    parent.sign_in()
    parent.name_child(who)
    text = parent.page.locator("[data-left]").inner_text()
    assert text.startswith("还剩 ")
    assert text.split()[1].split(":")[0] in {"1", "2"}
