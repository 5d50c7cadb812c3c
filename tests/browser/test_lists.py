"""An office names who guides its list, and a parent looks before applying: both in the browser."""

import pytest

from enrollment.judging.models import ListEntry
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Person, believe_household
from tests.browser.stack import Site
from tests.browser.test_classes import look
from tests.tables import brought, csv_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PLACE = f"{factories.DISTRICT}:{factories.YEAR}"


def test_an_office_names_who_guides_and_a_parent_reads_it_before_applying(
    open_browser: Open, running_site: Site, place: factories.World
) -> None:
    who = Person()
    believe_household(running_site.city, place, who)
    officer = factories.staff("department", department="talent")
    office = open_browser(width=1280)
    office.enter_as(officer)
    office.open("/official/lists/")
    look(office, "lists")
    office.press("main a[href$='/talent/']:has-text('指定联系人')")
    office.go()  # nothing typed: said at its field
    assert office.page.locator("[data-qa=errors]").is_visible()
    look(office, "list-guide")
    office.page.fill("[name=office]", "合成区人才服务中心")
    office.page.fill("[name=phone]", "0736-555 0001")
    office.page.fill("[name=hours]", "工作日 9:00-17:00")
    office.go()
    assert "合成区人才服务中心" in office.page.locator("[data-qa=guide]").inner_text()
    official = factories.staff("official")
    brought("talent", PLACE, csv_of([{"儿童证件号": who.child_id}]), by=officer, other=official)
    assert ListEntry.objects.count() == 1
    account = factories.assured(factories.guardian(), name=who.name, id_number=who.own_id)
    family = open_browser()
    family.enter_as(account)
    family.open("/my/")
    family.press("a[href='/my/lists/']")
    look(family, "my-lists")
    family.go()
    told = family.page.locator("[data-qa=entry]").inner_text()
    assert "0736-555 0001" in told
    assert "在名单内" in told
    look(family, "my-lists-found")
    family.press("main a[data-qa=go]")
    assert family.page.url.endswith("/my/")
    stranger = open_browser()
    stranger.enter_as(factories.guardian())
    stranger.open("/my/lists/")
    look(stranger, "my-lists-stranger")
    assert stranger.page.locator("[data-qa=entry], [data-qa=child]").count() == 0
