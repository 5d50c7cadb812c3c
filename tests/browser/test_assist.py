"""A clerk files with a family in one visit, and a helper on the telephone sees what is missing: both in Chromium."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from enrollment.assisted.models import AssistVisit
from enrollment.seasons.models import Application
from notifications.models import Message
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent, Person
from tests.enrollment.assisted.test_visits import clerk, scan
from tests.waiting import milliseconds, until

pytestmark = pytest.mark.browser


def begin(desk: Parent, who: Person, phone: str) -> None:
    desk.open("/assist/")
    desk.type("#place", "滨湖社区服务站")
    desk.type("#name", who.name)
    desk.type("#id_number", who.own_id)
    desk.type("#phone", phone)
    desk.go()
    if not phone:  # the signed paper is the way
        return
    desk.go()  # the code is sent
    found = re.search(r"\d{6}", Message.objects.get(template="assist_code").body)
    assert found is not None
    desk.type("#code", found.group())
    desk.go()


def test_a_family_files_in_one_visit(open_browser: Open, place: factories.World) -> None:
    desk, who = open_browser(width=1280), Person()
    desk.site.city.believe(who.papers(place))
    operator = clerk()
    desk.enter_as(operator)
    begin(desk, who, "19900004321")
    bar = desk.page.locator("[data-qa=acting]")
    desk.press("a[data-qa=go]")
    desk.page.wait_for_url("**/my/")
    assert who.name in bar.inner_text()
    desk.press("main a[href='/my/children/add/']")
    desk.page.wait_for_url("**/children/add/")
    desk.file(who)
    assert bar.is_visible()
    application = Application.objects.get(round=place.round)
    assert application.channel == "counter"
    assert application.versions.get().visit == AssistVisit.objects.get(operator=operator)
    assert any(operator.name in line for line in desk.steps())
    assert desk.open(f"/my/applications/{application.pk}/withdraw/").status == 403
    with desk.page.expect_navigation():
        bar.locator("button").click()
    assert application.receipt in desk.text()
    assert AssistVisit.objects.get().end_reason == "clerk"
    assert desk.open("/my/").status == 403
    desk.complaints = [one for one in desk.complaints if "403" not in one]


def test_a_signed_paper_opens_the_familys_pages_once_a_colleague_has_looked(
    open_browser: Open, place: factories.World, tmp_path: Path
) -> None:
    desk, second, who = open_browser(), open_browser(width=1280), Person()
    desk.enter_as(clerk())
    second.enter_as(clerk())
    begin(desk, who, "")
    photo = tmp_path / "paper.jpg"
    photo.write_bytes(scan())
    desk.page.set_input_files("#scan", photo)
    desk.page.click("button[value=paper]")
    desk.page.wait_for_selector("#waits")
    second.open("/assist/papers/")
    second.press("a[data-qa=row]")
    assert who.name in second.text()
    shown = "document.images.length > 0 && [...document.images].every(one => one.complete && one.naturalWidth > 0)"
    until(lambda: bool(second.page.evaluate(shown)), "the paper is shown")
    second.page.click("button[value=pass]")
    second.page.wait_for_url("**/assist/papers/")
    desk.page.wait_for_url("**/assist/visits/*/", timeout=milliseconds(30))  # by itself
    assert desk.open("/my/").status == 200
    for window in (desk, second):
        assert not window.page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_hint_from_afar_appears_beside_the_question(open_browser: Open, place: factories.World) -> None:
    family = factories.family(place)
    phone, desk = open_browser(), open_browser(width=1280)
    phone.enter_as(family.guardian)
    phone.open(f"/my/apply/{family.draft.public_id}/help/")
    phone.go()
    code = phone.page.locator("[data-qa=code]").inner_text()
    desk.enter_as(clerk(role="helper"))
    desk.open("/assist/help/")
    desk.type("#code", code)
    desk.go()
    assert factories.HOME not in desk.page.content()
    phone.open(f"/my/apply/{family.draft.public_id}/home/")
    desk.page.select_option("#field", "home_address")
    desk.type("#text", "请写到门牌号")
    desk.go()
    until(lambda: "请写到门牌号" in phone.page.locator("[data-qa=helped]").inner_text(), "the hint")
    assert not phone.is_wider_than_the_screen()
    errors: list[str] = []
    desk.page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    with phone.page.expect_navigation():
        phone.tap("[data-qa=helped] button")
    ended = desk.page.locator("#help-pages [data-qa=over]")
    ended.wait_for(timeout=milliseconds(20))  # the page asks by itself
    assert "协助已结束" in ended.inner_text()
    assert not desk.page.locator("#text").is_visible()
    with pytest.raises(PlaywrightTimeout), desk.page.expect_request("**/assist/help/**", timeout=6_000):
        pass  # it asked every four seconds, and asks no longer
    assert errors == []
    assert not desk.is_wider_than_the_screen()
    assert desk.open(desk.page.url.removeprefix(desk.site.url)).status == 404
