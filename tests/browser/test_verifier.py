"""The verifier in the browser: on the site, from files, saved to disk, at a phone's width, in both languages."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from lottery.ceremony.models import Draw, RollEntry
from tests.browser.stack import Site
from tests.lottery.factories import ceremony
from tests.waiting import milliseconds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FILES = ("transcript.json", "roll.csv", "announcement.json")


@dataclass(slots=True)
class Drawn:
    """A drawn round on the running site, its public files and one family's own file on disk."""

    draw: Draw
    folder: Path
    entry: RollEntry

    def choose(self, page: Page, *names: str) -> None:
        for name in names:
            page.set_input_files(f"#check-{name.split('.')[0]}", self.folder / name)


@pytest.fixture
def drawn(running_site: Site, transactional_db: None, tmp_path: Path) -> Drawn:
    draw = ceremony(pupils=12).drawn()
    client = Client()
    for name in FILES:
        path = reverse(f"lottery:{name.split('.')[0]}", args=[draw.round_id])
        (tmp_path / name).write_bytes(client.get(path).content)
    entry = RollEntry.objects.filter(draw=draw).select_related("application__guardian").order_by("position")[3]
    client.force_login(entry.application.guardian)
    mine = client.get(reverse("lottery:my-ticket-json", args=[draw.round_id]))
    (tmp_path / "mine.json").write_bytes(mine.content)
    return Drawn(draw, tmp_path, entry)


Show = Callable[..., Page]


@pytest.fixture
def show(chromium: Browser) -> Iterator[Show]:
    """Opens a page; it may log no error, and afterwards asked nobody but its own site."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def one(address: str, *, width: int = 360, language: str = "zh-CN", scripts: bool = True) -> Page:
        height = 740 if width == 360 else 800
        size = {"width": width, "height": height}
        context = chromium.new_context(viewport=size, locale=language, java_script_enabled=scripts)  # type: ignore[arg-type]
        context.set_default_timeout(milliseconds(15))
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.goto(address)
        return page

    yield one
    for context in contexts:
        context.close()
    assert complaints == []


def picture(page: Page, name: str) -> None:
    folder = Path(settings.VAR_DIR) / "screenshots"
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"verifier-{name}.png", full_page=True)


def check_address(site: Site) -> str:
    return site.url + reverse("lottery:check")


def answer(page: Page, name: str, kind: str) -> str:
    return page.locator(f'[data-answer="{name}"] [data-qa={kind}]').inner_text()


@pytest.mark.parametrize(("language", "width", "told"), [("zh-CN", 360, "核对通过"), ("en", 1280, "Verified")])
def test_the_files_of_the_site_are_loaded_and_verified(
    drawn: Drawn, running_site: Site, show: Show, language: str, width: int, told: str
) -> None:
    page = show(check_address(running_site), language=language, width=width)
    page.click("[data-fill]")
    page.locator("[data-loaded]", has_text="roll").wait_for()
    page.fill(
        "#check-noted", json.loads((drawn.folder / "transcript.json").read_bytes())["announcement_digest"]["sha256"]
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click("[data-run]")
    assert told in answer(page, "draw", "good")
    page.fill("#check-receipt", drawn.entry.application.receipt)
    page.fill("#check-salt", drawn.entry.salt)
    page.click("[data-run-mine]")
    assert told in answer(page, "mine", "good")
    assert asked == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"verified-{language}-{width}")


def test_files_from_disk_are_verified_by_keyboard_and_the_salt_is_checked(
    drawn: Drawn, running_site: Site, show: Show
) -> None:
    page = show(check_address(running_site), language="en")
    drawn.choose(page, "transcript.json", "mine.json")
    page.focus("[data-run-mine]")
    page.keyboard.press("Enter")
    assert "Verified" in answer(page, "mine", "good")
    lines = page.locator('[data-answer="mine"] li').all_inner_texts()
    assert any("Line 4 of 12: the proof of 4 steps" in line for line in lines)
    assert sum("The ticket at WL0" in line for line in lines) == 2


def test_every_wrong_file_is_told_apart(drawn: Drawn, running_site: Site, show: Show) -> None:
    page = show(check_address(running_site), language="en")
    page.click("[data-run]")
    assert "Choose transcript.json first" in answer(page, "draw", "warn")
    whole = (drawn.folder / "transcript.json").read_bytes()
    for content, kind, told in (
        (whole[:-40], "warn", "cut off"),
        (whole.replace(b'"seed":"', b'"seed":"0'), "bad", "seed is wrong"),
        ((drawn.folder / "announcement.json").read_bytes(), "warn", "another kind of file"),
        (b"\x1f\x8b\x08", "warn", "compressed"),
        (b"", "warn", "cut off"),
    ):
        (drawn.folder / "other.json").write_bytes(content)
        page.set_input_files("#check-transcript", drawn.folder / "other.json")
        page.click("[data-run]")
        page.locator(f"[data-answer=draw] [data-qa={kind}]", has_text=told).wait_for()
    picture(page, "wrong-en-360")
    drawn.choose(page, "transcript.json")
    page.click("[data-run]")
    page.wait_for_selector("[data-answer=draw] [data-qa=good]")
    page.fill("#check-receipt", "2026000000")
    page.fill("#check-salt", "ab" * 32)
    page.click("[data-run-mine]")
    assert "does not stand on the roll" in answer(page, "mine", "bad")
    page.fill("#check-salt", "salt")
    page.click("[data-run-mine]")
    assert "at least 32 hexadecimal digits" in answer(page, "mine", "warn")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_checker_works_saved_to_disk(drawn: Drawn, running_site: Site, show: Show, language: str) -> None:
    page = show(check_address(running_site), language=language)
    with page.expect_download() as waiting:
        page.click('a[href$="checker.html"]')
    saved = drawn.folder / "saved.html"
    waiting.value.save_as(saved)
    assert hashlib.sha256(saved.read_bytes()).hexdigest() == page.locator("[data-saved-digest]").inner_text().strip()
    assert not re.search(rb'(src|href)="', saved.read_bytes())
    alone = show(saved.as_uri(), language=language)
    drawn.choose(alone, *FILES, "mine.json")
    alone.click("[data-run]")
    assert answer(alone, "draw", "good")
    alone.click("[data-run-mine]")
    assert answer(alone, "mine", "good")
    assert alone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(alone, f"saved-{language}")


def test_without_scripts_the_page_says_what_to_do(drawn: Drawn, running_site: Site, show: Show) -> None:
    page = show(check_address(running_site), language="en", scripts=False)
    assert "python audit.py draw transcript.json" in page.inner_text("main")
    assert not page.locator("#check-transcript").is_visible()
    picture(page, "noscript")


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 360), ("en", 1280)])
def test_a_family_sees_its_own_line_checked(
    drawn: Drawn, running_site: Site, show: Show, language: str, width: int
) -> None:
    page = show(running_site.url + reverse("lottery:verify"), language=language, width=width)
    assert page.locator(f'a[href="{reverse("lottery:check")}"]').count() == 1
    picture(page, f"how-{language}-{width}")
    client = Client()
    client.force_login(drawn.entry.application.guardian)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": running_site.url}])
    page.goto(running_site.url + reverse("lottery:my-ticket", args=[drawn.draw.round_id]))
    told = page.locator("[data-qa=proven]").inner_text()
    assert re.search(r"4步证明|proof of 4 steps", told)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"mine-{language}-{width}")
    page.click(f'a[href="{reverse("lottery:check")}?round={drawn.draw.round_id}"]')
    assert page.locator("#check-round").input_value().endswith(f"/{drawn.draw.round_id}/")
