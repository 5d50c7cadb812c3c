"""A ceremony in the browser: the hall changes by itself, the witness's secret stays on the phone until the reveal."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from accounts.models import Account
from lottery.ceremony.models import Nonce
from lottery.ceremony.services import nonce_commitment
from tests.browser.stack import Site
from tests.entering import signed_in
from tests.lottery.played import Planned, planned
from tests.waiting import milliseconds, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Window = Callable[..., Page]


@pytest.fixture
def played(running_site: Site, transactional_db: None) -> Planned:
    return planned(8).bring("frozen")


@pytest.fixture
def window(running_site: Site, chromium: Browser) -> Iterator[Window]:
    """Opens windows, signed in as somebody or nobody; none may log an error or be wider than its screen."""
    opened: list[tuple[BrowserContext, Page]] = []
    complaints: list[str] = []

    def one(path: str, who: Account | None = None, *, width: int = 360, scripts: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 740}, java_script_enabled=scripts, locale="zh-CN"
        )
        context.set_default_timeout(milliseconds(10))
        if who is not None:
            cookie = signed_in(who).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": running_site.url}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(running_site.url + path)
        opened.append((context, page))
        return page

    yield one
    wide = [page.url for _context, page in opened if page.evaluate("document.documentElement.scrollWidth > innerWidth")]
    for context, _page in opened:
        context.close()
    assert (complaints, wide) == ([], [])


def test_the_hall_changes_by_itself_when_a_witness_commits(played: Planned, window: Window) -> None:
    hall = window(f"/results/{played.one.round.pk}/hall/", width=1280)
    assert hall.locator("[data-seat=committed]").count() == 0
    assert re.fullmatch(r"\d+:\d\d", hall.locator("[data-countdown]").inner_text())
    played.commit(played.notary)
    hall.wait_for_selector("[data-seat=committed]")
    played._committed()
    played._revealed()
    for account in (played.official, played.notary):
        played.confirm(account)
    hall.wait_for_selector("[data-run] [data-qa=new]")
    until(lambda: hall.locator("[data-qa=later]").count() == 0, "the whole order has run")
    assert hall.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_hall_asks_for_little_while_nothing_happens(played: Planned, window: Window) -> None:
    hall = window(f"/results/{played.one.round.pk}/hall/", width=1280)
    answers: list[str] = []
    hall.on("response", lambda answer: answers.append(answer.url) if answer.url.endswith("/live/") else None)
    until(lambda: bool(hall.evaluate("1")) and len(answers) > 1, "the hall has asked")
    hall.evaluate("document.querySelector('[data-qa=step]').dataset.kept = 'yes'")
    seen = len(answers)
    until(lambda: bool(hall.evaluate("1")) and len(answers) > seen + 1, "the hall has asked again")
    assert hall.locator("[data-qa=step]").get_attribute("data-kept") == "yes"  # the screen was not drawn anew


def test_without_scripts_the_hall_asks_again_by_itself(played: Planned, window: Window) -> None:
    hall = window(f"/results/{played.one.round.pk}/hall/", scripts=False)
    assert hall.locator("meta[http-equiv=refresh]").count() == 1
    assert hall.locator("[data-qa=part]").count() == 4


def test_the_secret_stays_on_the_phone_until_it_is_revealed(played: Planned, window: Window) -> None:
    sent: list[str] = []

    def note(request: Request) -> None:
        sent.append(f"{request.url} {request.post_data or ''}")

    phone = window(f"/witness/{played.one.round.pk}/", played.notary)
    phone.on("request", note)
    until(lambda: len(phone.input_value("[name=commitment]")) == 64, "the phone has computed the commitment")
    secret = phone.locator("[data-code]").inner_text().replace(" ", "")
    assert re.fullmatch("[0-9a-f]{32}", secret)
    phone.reload()
    until(lambda: len(phone.input_value("[name=commitment]")) == 64, "the phone has computed the commitment")
    assert phone.locator("[data-code]").inner_text().replace(" ", "") == secret
    phone.locator("form[data-commit] [data-qa=go]").click()
    phone.wait_for_selector("[data-qa=said][data-tone~=good]")
    assert sent
    assert not [text for text in sent if secret in text]
    nonce = Nonce.objects.get(witness=played.notary)
    assert nonce.commitment == nonce_commitment(draw=played.draw, witness=played.notary, value=secret)
    played._committed()
    phone.reload()
    phone.locator("[data-kept]").wait_for()
    phone.locator("form[data-reveal] [data-qa=go]").click()
    phone.wait_for_selector("[data-qa=said][data-tone~=good]")
    nonce.refresh_from_db()
    assert nonce.value == secret


def test_what_was_written_down_reveals_on_another_phone(played: Planned, window: Window) -> None:
    phone = window(f"/witness/{played.one.round.pk}/", played.notary)
    until(lambda: len(phone.input_value("[name=commitment]")) == 64, "the phone has computed the commitment")
    code = phone.locator("[data-code]").inner_text()
    phone.locator("form[data-commit] [data-qa=go]").click()
    phone.wait_for_selector("[data-qa=said][data-tone~=good]")
    played._committed()
    other = window(f"/witness/{played.one.round.pk}/", played.notary)
    other.fill("[name=value]", code.upper())
    other.locator("form[data-reveal] [data-qa=go]").click()
    other.wait_for_selector("[data-qa=said][data-tone~=good]")
    assert Nonce.objects.get(witness=played.notary).revealed_at is not None


def test_a_phone_without_scripts_takes_a_commitment_made_elsewhere(played: Planned, window: Window) -> None:
    phone = window(f"/witness/{played.one.round.pk}/", played.inspector, scripts=False)
    mark = nonce_commitment(draw=played.draw, witness=played.inspector, value="a secret from elsewhere")
    phone.fill("[name=commitment]", mark)
    phone.locator("form[data-commit] [data-qa=go]").click()
    phone.wait_for_selector("[data-qa=said][data-tone~=good]")
    assert Nonce.objects.get(witness=played.inspector).commitment == mark


def test_the_phone_hears_that_the_ceremony_has_moved_on(played: Planned, window: Window) -> None:
    phone = window(f"/witness/{played.one.round.pk}/", played.inspector)
    played.commit(played.notary)
    phone.locator("#live [data-qa=moved] a").wait_for()
    phone.locator("#live [data-qa=moved] a").click()
    phone.locator("#task").wait_for()
