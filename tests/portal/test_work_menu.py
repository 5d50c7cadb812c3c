"""The menu of who works here: no line leads to a closed door, and each number of the day opens what it counts."""

import re
from html.parser import HTMLParser
from typing import Final

import pytest
from django.test import Client
from django.urls import reverse

from accounts.departments import Department
from accounts.models import Account, Role
from accounts.scopes import scope
from portal.shell import MENU, groups
from tests import factories
from tests.entering import signed_in

pytestmark = pytest.mark.django_db
ROLES = list(Role.Name.values)


def worker(role: str) -> Account:
    """Somebody with the role; an officer is one of a department."""
    return factories.staff(role, department="natural_resources" if role == Role.Name.DEPARTMENT else "")


@pytest.mark.parametrize(
    ("role", "department"), [(role, "") for role in ROLES] + [("department", one) for one in Department.values]
)
def test_no_line_leads_to_a_closed_door(role: str, department: str) -> None:
    factories.application("attention")
    account = factories.staff(role, department=department) if department else worker(role)
    client = signed_in(account, "zh-hans")
    for _title, entries in groups(scope(account)):
        for entry in entries:
            page = client.get(entry.link(), follow=True)
            assert page.status_code == 200, (role, entry.view)


@pytest.mark.parametrize(("department", "shown"), [("talent", True), ("housing", False)])
def test_only_a_department_that_keeps_a_list_is_led_to_it(department: str, shown: bool) -> None:
    lines = [
        one.view for _t, found in groups(scope(factories.staff("department", department=department))) for one in found
    ]
    assert ("enrollment:lists" in lines, "imports:front" in lines) == (shown, shown)


def test_every_line_is_shown_to_somebody() -> None:
    shown = {entry.view for role in ROLES for _t, lines in groups(scope(worker(role))) for entry in lines}
    assert shown == {entry.view for _title, entries in MENU for entry in entries}


@pytest.mark.parametrize("page", ["/official/desk/", "/admin/", "/staff/me/"])
def test_the_menu_stands_on_every_page_of_staff(page: str) -> None:
    text = signed_in(factories.staff("official"), "zh-hans").get(page).text
    for address in ("/official/desk/", "/official/rounds/", "/official/season/", "/staff/people/"):
        assert f'href="{address}"' in text, address


def test_no_menu_of_work_stands_on_a_familys_page() -> None:
    text = signed_in(factories.staff("official"), "zh-hans").get("/calendar/").text
    assert "work-menu" not in text
    factories.world()
    assert "work-menu" not in Client().get("/calendar/").text


def test_each_number_of_the_day_is_the_number_of_rows_it_opens() -> None:
    place = factories.world()
    for _ in range(3):
        factories.application("attention", place=place)
    client = signed_in(factories.staff("official"), "zh-hans")
    day = {task.link: task.many for task in client.get("/admin/").context["today"]}
    desk = reverse("enrollment:desk")
    assert day[desk] == 3
    for link in (desk, f"{desk}?due=over", f"{desk}?due=today", f"{desk}?mine=1"):
        rows = re.findall('data-qa="row"', client.get(link).text)
        assert len(rows) == day[link], link


@pytest.mark.parametrize("role", ["clerk", "witness", "notary", "department", "helper"])
def test_a_number_that_a_role_may_not_see_is_no_zero(role: str) -> None:
    factories.application("attention")
    page = signed_in(factories.staff(role), "zh-hans").get("/admin/")
    assert page.context["cards"] == []
    assert "报名人数" not in page.text
    assert page.context["sees_families"] is False


# names of formats and systems that are the same in Chinese, and what is made of letters: receipts, codes, user names
SAME: Final = frozenset({"csv", "xlsx", "JSON", "PDF", "ICS", "English", "SHA", "TOTP", "PIN", "esc", "CSV"})
LATIN: Final = re.compile(r"(?<![\w./@:%-])[A-Za-z][a-z]{2,}(?![\w./@:-])|(?<![\w./@:%-])[A-Z]{3,}(?![\w-])")


class Reader(HTMLParser):
    """What somebody reads of a page: no scripts, no icons, nothing that says itself that it is English."""

    SILENT: Final = frozenset({"script", "style", "svg", "noscript", "template"})
    VOID: Final = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._skips: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.VOID:
            return
        has = dict(attrs)
        classes = has.get("class") or ""
        self._skips.append(
            tag in self.SILENT
            or has.get("lang") == "en"
            or "material-symbols" in classes
            or "mono" in classes.split()
            or "readonly" in classes.split()
        )

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and self._skips:
            self._skips.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._skips):
            self.words += LATIN.findall(data)


def latin(page: str) -> set[str]:
    """The Latin words that somebody reads on a page."""
    reader = Reader()
    reader.feed(page)
    return set(reader.words) - SAME


@pytest.mark.parametrize("role", ROLES)
def test_a_chinese_page_of_staff_has_no_latin_words(role: str) -> None:
    place = factories.world()
    application = factories.application("attention", place=place)
    factories.application("appealed", place=place)
    account = worker(role)
    client = signed_in(account, "zh-hans")
    links = [entry.link() for _title, entries in groups(scope(account)) for entry in entries]
    links.append(f"/admin/enrollment/application/{application.pk}/change/")
    names = {account.username, *Account.objects.values_list("username", flat=True)}
    known = {part for name in names for part in re.split(r"\W|\d", name)}
    for link in links:
        page = client.get(link, follow=True)
        if page.status_code == 200:
            assert latin(page.text) - known - {"changde"} == set(), link


def test_refusals_of_staff_pages_are_chinese() -> None:
    client = signed_in(factories.staff("clerk"), "zh-hans")
    for link in ("/official/desk/", "/admin/enrollment/application/", "/official/nothing/", "/admin/nothing/"):
        page = client.get(link)
        assert page.status_code in {403, 404}
        assert latin(page.text) - {"clerk"} == set(), link
