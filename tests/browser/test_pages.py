"""What holds on every page: nobody else's data, both languages, small screens, own files only; and the staff's door."""

import re

import pytest
from django.urls import reverse

from enrollment.seasons.models import Application
from rehearsal.staff import next_token
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent, Person
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PUBLIC = ("/", f"/find-school/?stage=primary&address={factories.HOME}", "/sign-in/", "/staff/sign-in/", "/not-there/")


def lottery_pages(place: factories.World) -> list[str]:
    return [reverse("lottery:results"), reverse("lottery:verify"), reverse("lottery:round", args=[place.round.pk])]


def test_another_guardian_sees_nothing(parent: Parent, place: factories.World) -> None:
    theirs = factories.family(place)
    application = theirs.submit()
    parent.enter_as(factories.guardian())
    for path in (
        f"/my/applications/{application.pk}/",
        f"/my/applications/{application.pk}/correct/",
        f"/my/apply/{theirs.draft.public_id}/guardian/",
        f"/my/apply/{theirs.draft.public_id}/check/",
    ):
        answer = parent.open(path)
        assert answer.status == 404, path
        for secret in (theirs.child.name, theirs.child.id_number, application.receipt, factories.HOME):
            assert secret not in answer.text(), path
    parent.open("/my/")
    assert theirs.child.name not in parent.text()
    tried = parent.page.request.post(
        f"{parent.site.url}/my/children/{theirs.child.public_id}/apply/{place.round.pk}/",
        headers={"X-CSRFToken": csrf(parent), "Referer": parent.site.url},
    )
    assert tried.status == 404


def csrf(parent: Parent) -> str:
    return next(str(cookie.get("value")) for cookie in parent.context.cookies() if cookie.get("name") == "csrftoken")


def test_a_stranger_is_asked_to_sign_in(parent: Parent, place: factories.World) -> None:
    application = factories.family(place).submit()
    parent.open(f"/my/applications/{application.pk}/")
    assert "/sign-in/" in parent.page.url


def test_the_language_can_be_changed_on_any_page_and_back(parent: Parent) -> None:
    parent.open("/sign-in/")
    assert parent.page.locator("html").get_attribute("lang") == "zh-hans"
    parent.tap("button[name=language]")
    parent.page.wait_for_selector("html[lang=en]")
    assert parent.page.url.endswith("/sign-in/")
    assert parent.page.locator("h1").inner_text() == "Sign in"
    assert not re.search("[\u4e00-\u9fff]", parent.text())
    parent.tap("button[name=language]")
    parent.page.wait_for_selector("html[lang=zh-hans]")
    assert parent.page.locator("h1").inner_text() == "登录"


def test_no_page_is_wider_than_a_small_phone(open_browser: Open, place: factories.World) -> None:
    parent, who, wide = open_browser(width=320), Person(), []

    def look() -> None:
        if parent.is_wider_than_the_screen():
            wide.append(parent.page.url)

    for path in (*PUBLIC, *lottery_pages(place)):
        parent.open(path)
        look()
    parent.site.city.believe(who.papers(place))
    parent.sign_in()
    look()
    parent.name_child(who)
    parent.answer_pages(who, look)
    for page in ("household", "home"):
        parent.page.goto(re.sub("[a-z]+/$", f"{page}/", parent.page.url))
        look()
    parent.page.goto(re.sub("[a-z]+/$", "check/", parent.page.url))
    parent.declare()
    parent.go()
    parent.wait_for_state("审核通过")
    parent.page.locator("summary").first.click()
    look()
    parent.open("/my/")
    look()
    assert wide == []


SMALL_OR_NAMELESS = """() => {
  const wrong = [];
  for (const control of document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")) {
    if (control.getAttribute("href") === "#content" || !control.checkVisibility()) { continue; }
    const text = control.labels && control.labels.length ? control.labels[0].innerText : control.innerText;
    const target = (control.closest("label") || control).getBoundingClientRect();
    const inSentence = control.tagName === "A" && getComputedStyle(control).display === "inline";
    if (!text.trim() && !control.getAttribute("aria-label")) { wrong.push("nameless " + control.outerHTML); }
    if (target.height < 43.5 && !inSentence) { wrong.push(`${Math.round(target.height)} px: ${control.outerHTML}`); }
  }
  return wrong;
}"""


def test_every_control_has_a_name_and_is_large_enough_to_tap(parent: Parent, place: factories.World) -> None:
    """44 px, as the rules for elder-friendly pages and WCAG 2.5.5 ask; links inside a sentence are exempt."""
    one = factories.family(place)
    application = one.submit()
    parent.enter_as(one.guardian)
    drafts = [f"/my/apply/{one.draft.public_id}/{page}/" for page in ("guardian", "home", "choices", "check")]
    wrong = {}
    for path in (*PUBLIC, "/my/", "/my/children/add/", *drafts, f"/my/applications/{application.pk}/"):
        parent.open(path)
        wrong[path] = parent.page.evaluate(SMALL_OR_NAMELESS)
    assert {path: found for path, found in wrong.items() if found} == {}


def test_the_keyboard_reaches_the_content_first_and_sees_where_it_is(parent: Parent) -> None:
    parent.open("/sign-in/")
    parent.page.keyboard.press("Tab")
    assert parent.page.locator(":focus").get_attribute("href") == "#content"
    assert parent.page.locator(":focus").bounding_box()["x"] >= 0  # type: ignore[index]
    parent.page.keyboard.press("Enter")
    parent.page.keyboard.press("Tab")
    assert parent.page.locator(":focus").get_attribute("id") == "phone"
    assert parent.page.locator(":focus").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_no_page_asks_another_site_or_breaks_its_own_policy(
    open_browser: Open, place: factories.World, language: str
) -> None:
    """The check itself is in the fixture: it holds for every test here. This one visits what the others do not."""
    parent, one = open_browser(width=1280, language=language), factories.family(place)
    application = one.submit()
    parent.enter_as(one.guardian)
    drafts = [
        f"/my/apply/{one.draft.public_id}/{page}/" for page in ("guardian", "household", "home", "work", "choices")
    ]
    for path in (*PUBLIC, *lottery_pages(place), "/my/", *drafts, f"/my/applications/{application.pk}/"):
        answer = parent.open(path)
        assert answer.status == (404 if path == "/not-there/" else 200), path
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert parent.page.locator("h1").count() == 1
    assert Application.objects.count() == 1


def test_staff_enter_only_with_a_one_time_password(parent: Parent) -> None:
    official = factories.staff("official")
    parent.open("/admin/")
    assert "/staff/sign-in/" in parent.page.url
    parent.page.fill("#username", official.username)
    parent.page.fill("#password", factories.PASSWORD)
    parent.page.fill("#token", "000000")
    parent.go()
    assert parent.page.locator("[data-qa=errors]").is_visible()
    assert parent.open("/admin/").url.partition("?")[0].endswith("/staff/sign-in/")
    parent.enter_as(official, second_factor=False)  # as if the one-time password had been skipped
    assert "/staff/sign-in/" in parent.open("/admin/").url
    parent.context.clear_cookies()
    parent.open("/staff/sign-in/?next=/admin/")

    def entered() -> bool:
        """A wrong token delays the next try by a second: a person would try again."""
        parent.page.fill("#username", official.username)
        parent.page.fill("#password", factories.PASSWORD)
        parent.page.fill("#token", next_token(official.username))
        parent.go()
        return parent.page.url == f"{parent.site.url}/admin/"

    until(entered, "the workplace")
