"""The map and the search for a school in a browser: with scripts and without, on a phone; and its weight."""

import re

import pytest
from playwright.sync_api import Page, Response

from enrollment.seasons.lists.kinds import plan_of
from enrollment.seasons.models import Draft, Round
from portal.seasons.folder import read_folder
from schools.kinds import school_of
from schools.models import SeatPlan
from schools.services import map_store, schools_store, seat_plans_store, zones_store
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent
from tests.portal.test_load_season import EXAMPLE
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_WITH_MAP = 350_000


@pytest.fixture
def example(place: factories.World) -> None:
    """The example's schools, zones and map in the place of the small district's, whose round is open."""
    plan, district = read_folder(EXAMPLE), place.school.district
    SeatPlan.objects.all().delete()
    schools_store(schools=[school_of(district.pk, row["code"], row) for row in plan.schools])
    seat_plans_store(plans=[plan_of(plan.year, row) for row in plan.seats])
    zones_store(district=district, zones=plan.zones)
    map_store(district=district, year=plan.year, found=plan.map)


def shown(page: Page) -> list[str]:
    return [str(one.get_attribute("value")) for one in page.locator("[data-qa=suggested] button").all()]


def test_while_somebody_types_places_are_suggested_and_one_tap_answers(open_browser: Open, example: None) -> None:
    parent = open_browser()
    parent.open("/")
    page = parent.page
    page.locator("#address").press_sequentially("长庚示例")
    until(lambda: len(shown(page)) == 3, "three estates")
    page.click("[data-qa=suggested] button:has-text('长庚示例苑')")
    assert "您家在 七里桥街道示例小学 学区（长庚示例苑）" in parent.text()
    assert page.input_value("#address") == "长庚示例苑"
    assert page.locator("[data-qa=map-home]").count() == 1
    assert "长庚" not in page.url
    walks = [int(number) for number in re.findall(r"步行约(\d+)分钟", parent.text())]
    assert len(walks) == 6
    assert walks[1:] == sorted(walks[1:])


def test_the_map_can_be_moved_and_stays_light(open_browser: Open, example: None) -> None:
    parent = open_browser()
    received: list[Response] = []
    parent.page.on("response", lambda response: received.append(response))  # noqa: PLW0108 - Playwright marks it
    parent.open("/find-school/")
    assert not [one.url for one in received if "leaflet" in one.url or "/map/" in one.url]  # nobody asked for it yet
    page = parent.page
    page.click("[data-qa=map-open]")
    page.wait_for_selector("[data-qa=map-live] [data-qa=map-school]")
    until(lambda: page.locator("[data-qa=map-live] [data-qa=map-school]").count() == 20, "every school")
    assert page.locator("[data-qa=map]").is_hidden()
    page.click("[data-qa=map-live] .leaflet-control-zoom-in")
    assert sum(one.request.sizes()["responseBodySize"] for one in received) < MOST_WITH_MAP
    page.click("[data-qa=map-open]")
    assert page.locator("[data-qa=map]").is_visible()
    assert page.locator("[data-qa=map-live]").count() == 0


def test_without_scripts_the_drawing_and_the_list_say_everything(open_browser: Open, example: None) -> None:
    parent = open_browser(scripts=False, width=320)
    parent.open("/")
    parent.page.fill("#address", "启明路1603号")
    parent.page.click("form[action='/find-school/'] [data-qa=go]")
    assert "您家在 七里桥街道示例小学 学区（启明路 1601-1699 单号）" in parent.text()
    assert parent.page.locator("[data-qa=map-own]").count() == 1
    assert parent.page.locator("[data-qa=map-open]").count() == 0
    assert parent.page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.fixture
def choosing(open_browser: Open, place: factories.World, example: None) -> Parent:
    """A family from 启明路 1603号 on the page where it chooses schools."""
    one = factories.family(place)
    home = "湖南省常德市武陵区启明路1603号"
    Draft.objects.update(answers={**one.answers, "home_address": home, "household_address": home, "choices": ""})
    Round.objects.filter(pk=place.round.pk).update(state="open")
    parent = open_browser()
    parent.enter_as(one.guardian)
    parent.open(f"/my/apply/{one.draft.public_id}/choices/")
    return parent


def test_the_nearest_schools_come_first_and_more_can_be_searched(choosing: Parent) -> None:
    page = choosing.page
    assert page.locator("[data-qa=map-home]").count() == 1
    near = page.locator("[data-qa=nearest] [data-school]")
    assert near.count() == 6
    assert "您的学区" in near.first.inner_text()
    assert all("步行约" in text and "学位" in text for text in near.all_inner_texts())
    more = page.locator("[data-qa=more-schools] [data-school]")
    assert more.count() == 14
    page.click("[data-qa=more-schools] summary")
    page.fill("#more-words", "德山")
    until(lambda: more.locator("visible=true").count() == 1, "the one that fits")
    page.keyboard.press("Enter")
    assert page.url.endswith("/choices/")
    more.locator("visible=true").get_by_role("button").click()
    assert [text.split("\n")[1] for text in page.locator("[data-qa=ranks] li").all_inner_texts()] == [
        "1. 七里桥街道示例小学",
        "2. 德山街道示例小学",
    ]


def test_ranks_are_changed_by_dragging_as_by_the_arrows(choosing: Parent) -> None:
    page = choosing.page
    page.locator("[data-qa=nearest] [data-school]").nth(1).get_by_role("button").click()
    names = page.locator("[data-qa=ranks] [data-qa=rank-name]")
    first = [name.split(". ")[1] for name in names.all_inner_texts()]
    grip = page.locator("[data-qa=ranks] [data-qa=rank-grip]").first
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    row = page.locator("[data-qa=ranks] li").first.bounding_box()
    assert box is not None
    assert row is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, box["y"] + 5 + row["height"], steps=4)
    page.mouse.up()
    until(lambda: [name.split(". ")[1] for name in names.all_inner_texts()] == first[::-1], "the other order")
    assert page.locator("select[name=school]").evaluate_all("all => all.map(one => one.value)")[:2] != ["", ""]
    choosing.go()
    chosen = Draft.objects.get().answers["choices"].split(",")
    assert len(chosen) == 2
    assert chosen[1] == "430702P14"
