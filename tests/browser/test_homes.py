"""Registers name several homes: the parent picks one on a phone, with scripts and without, and files it."""

from typing import Any

import pytest

from enrollment.seasons.models import Application, Draft
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent, Person, believe_household

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OTHER = "武陵区滨湖路8号滨湖花园1幢1单元1202室"


def two_homes(parent: Parent, place: factories.World, who: Person) -> dict[str, Any]:
    """The register holds the family's home and one more; that one is answered."""
    believe_household(parent.site.city, place, who)
    first = factories.records(who.papers(place))["real_estate"][0]
    second = {**first, "certificate": factories.certificate(), "address": OTHER}
    parent.site.city.put("real_estate", second)
    return second


def at_the_homes(parent: Parent, who: Person) -> None:
    parent.sign_in_by_government(who)
    parent.go()
    for _page in range(4):
        if parent.page.url.endswith("/home/"):
            return
        parent.fill_in({"guardian_relation": "mother"})
        parent.go()
    raise AssertionError(parent.page.url)


@pytest.mark.parametrize("scripts", [True, False])
def test_one_of_two_homes_is_picked_and_filed(open_browser: Open, place: factories.World, scripts: bool) -> None:
    parent, who = open_browser(scripts=scripts), Person()
    second = two_homes(parent, place, who)
    at_the_homes(parent, who)
    page = parent.page
    assert page.locator("[data-qa=homes] input").count() == 3
    assert page.locator('[name="home_kind"]').count() == 0
    assert not parent.is_wider_than_the_screen()
    parent.tap(f'[data-qa=home][data-address="{OTHER}"]')
    parent.go()
    assert Draft.objects.get().answers["home_certificate"] == second["certificate"]
    parent.answer_pages(who)
    parent.declare()
    parent.go()
    filed = Application.objects.get(receipt=parent.receipt())
    answers = filed.versions.get().claims["answers"]
    assert (answers["home_address"], answers["home_certificate"]) == (OTHER, second["certificate"])


def test_another_home_asks_its_questions_and_a_picked_one_can_be_corrected(
    open_browser: Open, place: factories.World
) -> None:
    parent, who = open_browser(), Person()
    two_homes(parent, place, who)
    at_the_homes(parent, who)
    home = parent.page.url.removeprefix(parent.site.url)
    parent.tap(f'[data-qa=home][data-address="{OTHER}"]')
    parent.go()
    parent.open(home)
    assert parent.page.locator("[data-qa=known]:visible").count() >= 3
    parent.pick("home_pick", "another")  # what belongs to the picked home goes out of sight
    assert parent.page.locator("[data-qa=known]:visible").count() == 0
    parent.go()
    assert parent.page.url.endswith("/home/")
    parent.pick("home_kind", "none")
    parent.go()
    assert not parent.page.url.endswith("/home/")
    assert Draft.objects.get().answers["home_kind"] == "none"
