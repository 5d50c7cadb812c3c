"""A county of twelve schools from an empty database to an open round, through the pages (docs/getting-started.md).

Two officials at their screens. Each page, tap and typed character is counted and timed as a person would need for it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from accounts.models import Account
from enrollment.seasons.models import Round, Season
from enrollment.seasons.services.phases import rounds_move_on
from foundation import clock
from policy import scheme_text
from schools.models import District
from tests import factories
from tests.browser.stack import Site
from tests.entering import signed_in
from tests.lottery.factories import token
from tests.tables import book_of
from tests.waiting import milliseconds, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GO = "main button[data-qa=go]"
PAGE_SECONDS, TAP_SECONDS, KEY_SECONDS = 12.0, 2.5, 0.5  # to read a page, to press something, to type a character
MOST_MINUTES = 30
CODES = [f"430702P{at:02d}" for at in range(1, 13)]


class Desk:
    """One official's window, with a counter of what a person would have done."""

    def __init__(self, site: Site, context: BrowserContext, who: Account) -> None:
        self.site, self.who, self.page = site, who, context.new_page()
        self.pages = self.taps = self.keys = 0
        self.complaints: list[str] = []
        self.page.on(
            "console",
            lambda said: (
                self.complaints.append(said.text) if said.type == "error" and "status of 4" not in said.text else None
            ),
        )
        self.page.on("load", lambda _page: self._loaded())

    def _loaded(self) -> None:
        self.pages += 1

    @property
    def seconds(self) -> float:
        return self.pages * PAGE_SECONDS + self.taps * TAP_SECONDS + self.keys * KEY_SECONDS

    def open(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def press(self, what: str) -> None:
        self.taps += 1
        with self.page.expect_navigation():
            self.page.locator(what).first.click()

    def type(self, name: str, text: str) -> None:
        self.keys += len(text)
        self.taps += 1
        self.page.fill(f'[name="{name}"]', text)

    def choose(self, name: str, value: str) -> None:
        self.taps += 2
        self.page.select_option(f'[name="{name}"]', value)

    def give(self, what: str, path: Path) -> None:
        self.taps += 4  # the dialogue of files
        self.page.set_input_files(what, path)

    @property
    def number(self) -> str:
        found = re.search(r"/no/(\d+)/", self.page.url)
        assert found, self.page.url
        return found.group(1)


@pytest.fixture
def desk(running_site: Site, transactional_db: None, chromium: Browser) -> Iterator[Callable[[Account], Desk]]:
    opened: list[tuple[BrowserContext, Desk]] = []

    def one(who: Account) -> Desk:
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
        context.set_default_timeout(milliseconds(10))
        cookie = signed_in(who).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": running_site.url}])
        opened.append((context, Desk(running_site, context, who)))
        return opened[-1][1]

    yield one
    wide = [
        one.page.url for _c, one in opened if one.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    ]
    complaints = [said for _context, one in opened for said in one.complaints]
    for context, _one in opened:
        context.close()
    assert (complaints, wide) == ([], [])


def tables(year: int, folder: Path) -> dict[str, Path]:
    """What the bureau has in its spreadsheets (made up)."""
    schools: list[Sequence[str]] = [("学校代码", "学校名称", "办学性质", "地址", "经度", "纬度", "电话")]
    seats: list[Sequence[str]] = [("学校", "学段", "招生计划", "班额")]
    zones: list[Sequence[str]] = [("学区", "年份", "学段", "学校", "方式", "类型", "名称")]
    for at, code in enumerate(CODES, start=1):
        point = (f"111.{600000 + at * 4000}", f"29.0{at:02d}")
        schools.append((code, f"示例第{at}小学", "公办", f"示例路{at}号", *point, f"0736-55501{at:02d}"))
        seats.append((code, "小学", "45", "45"))
        zones.append((f"示例第{at}小学学区", str(year), "小学", code, "包含", "小区", f"示例{at}号苑"))
    found = {}
    for name, rows in {"schools": schools, "seats": seats, "zones": zones}.items():
        found[name] = folder / f"{name}.xlsx"
        found[name].write_bytes(book_of(rows))
    found["rules"] = folder / "changde.yaml"
    found["rules"].write_text(scheme_text("changde"), encoding="utf-8")
    return found


def bring(first: Desk, second: Desk, kind: str, place: str, path: Path) -> None:
    """A table by one person, checked by the worker, taken by the other."""
    first.open(f"/official/imports/{kind}/")
    if first.page.locator("select[name=place]").count():
        first.choose("place", place)
    first.give("#file", path)
    first.press(GO)
    at = f"/official/imports/no/{first.number}/"
    first.page.wait_for_selector("[data-qa=counts]")
    second.open(at)
    if second.page.locator("[name=token]").count():  # schools touch nobody's rights: no password
        second.type("token", token(second.who))
    second.press(GO)
    second.page.wait_for_selector("[data-qa=progress]", state="detached")


def minute(after: int) -> str:
    return (clock.now() + timedelta(minutes=after)).strftime("%Y-%m-%dT%H:%M")


def say_and_keep_rules(first: Desk, at: str, rules: Path) -> None:
    """A notice, a service point, the lists that are kept, and the rules."""
    first.open(at)
    first.press("[data-qa=step-notices] a")
    first.type("title", "义务教育学校招生公告（示例）")
    first.type("body", "报名时间、范围和办法见本站。")
    first.press("form[data-qa=article-form] button[data-qa=go]")
    for name, text in {
        "name": "教育局（示例）",
        "phone": "0736-5550001",
        "address": "示例路1号",
        "hours": "工作日",
    }.items():
        first.type(name, text)
    first.press("form[data-qa=point-form] button[data-qa=go]")
    first.open(at)
    first.press("[data-qa=step-rules] a")
    for box in first.page.locator("input[name=lists]").all():
        box.check()
        first.taps += 1
    first.press("[data-qa=keep]")
    first.type("code", "changde")
    first.give("#file", rules)
    first.press("form[data-qa=upload] button[data-qa=go]")


def test_a_county_is_set_up_through_the_pages(desk: Callable[[Account], Desk], tmp_path: Path) -> None:
    year, place = clock.today().year, factories.DISTRICT
    assert not District.objects.exists()
    first, second = (desk(factories.staff("official")) for _at in range(2))
    for role in ("notary", "reviewer"):
        factories.staff(role)
    files, at = tables(year, tmp_path), f"/official/season/{place}/{year}/"
    first.open("/official/season/")
    first.press(f'a[href="{at}"]')
    assert first.page.locator("[data-qa=steps] [data-state=ready]").count() < 4
    # a round without rules begins the county; everything else is filled in around it
    first.press("[data-qa=step-dates] a")
    first.press("[data-qa=add]")
    bring(first, second, "schools", place, files["schools"])
    bring(first, second, "seats", f"{place}:{year}", files["seats"])
    bring(first, second, "zones", f"{place}:{year}:primary", files["zones"])
    say_and_keep_rules(first, at, files["rules"])
    # dates that contradict one another are refused at the field, and stay typed
    first.open(f"{at}dates/")
    first.choose("rounds.0.policy", "changde:1")
    first.type("rounds.0.opens_at", minute(2))
    first.type("rounds.0.closes_at", minute(1))
    first.type("rounds.0.results_at", minute(180))
    first.press(GO)
    assert first.page.locator("[name='rounds.0.closes_at'][aria-invalid=true]").count() == 1
    first.type("rounds.0.opens_at", minute(1))
    first.type("rounds.0.closes_at", minute(120))
    first.press("[data-qa=preview]")
    first.press(GO)
    assert not Season.objects.exists()  # public only when a second person says so
    second.open(f"{at}change/")
    second.type("token", token(second.who))
    second.press(GO)
    assert second.page.locator("[data-qa=done][data-state=all]").count() == 1, second.page.locator(
        "[data-qa=steps]"
    ).inner_text()
    round_ = Round.objects.get()
    until(lambda: rounds_move_on() == 1, "the minute has come", seconds=90)
    round_.refresh_from_db()
    assert round_.state == "open"
    second.open("/")
    assert "示例" in second.page.content() or "报名" in second.page.content()
    minutes = (first.seconds + second.seconds) / 60
    assert minutes < MOST_MINUTES, minutes
