"""Longer ways: separated parents with a bought home and its paper; by keyboard alone; a huge photo."""

import os
import time
from pathlib import Path

import pytest
from PIL import Image

from enrollment.documents.models import Document
from enrollment.seasons.models import Application
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import FORWARD, Parent, Person, believe_household
from tests.enrollment.documents.test_documents import unusual
from tests.waiting import milliseconds, slowness

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SECONDS_A_TAP, CHARACTERS_A_SECOND = 0.8, 5
LONGEST_SECONDS = 4 * 60
MOST_TABS = 120
HUGE = 40_000_000


def photo(path: Path, width: int, height: int, quality: int = 90) -> Path:
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(path, quality=quality)
    return path


ANSWERS = {  # what opens a question stands before it
    "guardian_relation": "mother",
    "family_situation": "separated",
    "lives_with": "mother",
    "household_here": "yes",
    "household_address": factories.HOME,
    "household_registered_on": "2019-06-01",
    "home_kind": "contract",
    "home_address": factories.HOME,
    "home_contract": "WL2026000123",
    "home_owner_relation": "parent",
    "home_share": "100",
    "permit_holder": "none",
    "insurance_holder": "none",
    "keep_siblings": "no",
}


def test_separated_parents_with_a_bought_home_and_its_paper_need_under_four_minutes(
    parent: Parent, place: factories.World, tmp_path: Path
) -> None:
    who = Person()
    paper = photo(tmp_path / "one.jpg", 1600, 1200)
    parent.sign_in_by_government(who)
    started = time.monotonic()
    parent.press('main a[href$="/children/add/"]')
    parent.name_child(who)
    for _page in range(8):
        if "/documents/" in parent.page.url or parent.page.url.endswith("/check/"):
            break
        parent.fill_in({**ANSWERS, "guardian_name": who.name, "guardian_id": who.own_id})
        parent.go()
    assert "/documents/" in parent.page.url
    cards = parent.page.locator("[data-material]")
    assert cards.count() == 1  # of the home; the household's is asked about after the submission
    parent.taps += 2  # the button, and the photo in the phone's own gallery
    cards.locator('input[multiple][type="file"]').set_input_files(paper)
    cards.locator("[data-qa=document] img").wait_for()
    parent.go()
    assert parent.page.url.endswith("/check/")
    parent.declare()
    parent.go()
    assert len(parent.receipt()) > 8
    waited = (time.monotonic() - started) / slowness()  # as on a quick machine
    seconds = waited + parent.taps * SECONDS_A_TAP + parent.typed / CHARACTERS_A_SECOND
    assert seconds < LONGEST_SECONDS
    assert Application.objects.get().documents.count() == 1


FOREIGN = {
    "guardian_relation": "mother",
    "guardian_name": "MARIA SOUSA",
    "guardian_id": "E12345678",
    "family_situation": "together",
    "household_here": "no",
    "home_kind": "rented",
    "home_address": factories.HOME,
    "home_lease": "住租备字2023第0042号",
    "home_since": "2022年9月",
    "permit_holder": "none",
    "insurance_holder": "parent",
    "insurance_months": "18",
    "keep_siblings": "no",
}


def test_a_foreign_family_files_in_english_in_under_four_minutes(
    open_browser: Open, place: factories.World, tmp_path: Path
) -> None:
    """From the page that asks for the telephone number; the child's passport says neither birthday nor sex."""
    parent, paper = open_browser(language="en-US"), photo(tmp_path / "page.jpg", 1600, 1200)
    started = time.monotonic()
    parent.sign_in(counted=True)
    parent.type("#name", "Ana Sousa")
    parent.type("#id_number", "E87654321")
    parent.go()
    assert "does not contain it" in parent.page.inner_text("#birth_date-error")
    parent.type("#birth_date", "2019-05-04")
    parent.pick("sex", "2")
    parent.go()
    for _page in range(8):
        assert not parent.is_wider_than_the_screen(), parent.page.url
        if "/documents/" in parent.page.url or parent.page.url.endswith("/check/"):
            break
        parent.fill_in(FOREIGN)
        parent.go()
    for at in range(parent.page.locator("[data-material]").count()):
        card = parent.page.locator("[data-material]").nth(at)
        parent.taps += 2  # the button, and the photo in the phone's own gallery
        card.locator('input[multiple][type="file"]').set_input_files(paper)
        card.locator("[data-qa=document] img").wait_for()
    if "/documents/" in parent.page.url:
        parent.go()
    parent.declare()
    parent.go()
    assert len(parent.receipt()) > 8
    waited = (time.monotonic() - started) / slowness()  # as on a quick machine
    seconds = waited + parent.taps * SECONDS_A_TAP + parent.typed / CHARACTERS_A_SECOND
    assert seconds < LONGEST_SECONDS
    application = Application.objects.get()
    held = application.versions.get().claims["answers"]
    assert (application.child.name, application.child.document_kind) == ("ANA SOUSA", "passport")
    assert (held["guardian_name"], held["guardian_id"], held["home_since"]) == ("MARIA SOUSA", "E12345678", "2022-09")


def test_a_photo_of_forty_megabytes_is_shrunk_on_the_phone(
    parent: Parent, place: factories.World, tmp_path: Path
) -> None:
    one = unusual(place)
    huge = photo(tmp_path / "huge.jpg", 6200, 4650, quality=98)
    assert huge.stat().st_size > HUGE
    parent.enter_as(one.guardian)
    parent.open(f"/my/apply/{one.draft.public_id}/documents/")
    card = parent.page.locator("#material-title")
    card.locator('input[multiple][type="file"]').set_input_files(huge)
    card.locator("[data-qa=document] img").wait_for(timeout=milliseconds(60))
    assert Document.objects.get().size < HUGE / 10


class Keys:
    """A person without a mouse."""

    def __init__(self, parent: Parent) -> None:
        self.parent, self.page = parent, parent.page

    def to(self, selector: str) -> None:
        """Tab until the focus is there."""
        for _press in range(MOST_TABS):
            if self.page.evaluate("(wanted) => document.activeElement?.matches(wanted)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached on {self.page.url}")

    def type(self, selector: str, text: str) -> None:
        self.to(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, name: str, value: str) -> None:
        """Into the group by Tab, to the answer by arrows."""
        self.to(f'[name="{name}"]')
        for _press in range(12):
            if self.page.locator(f'[name="{name}"][value="{value}"]').is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name} cannot be set to {value}")

    def press(self, selector: str = "main button[data-qa=go]") -> None:
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


def test_from_the_first_page_to_withdrawal_by_keyboard_alone(open_browser: Open, place: factories.World) -> None:
    parent, who = open_browser(width=1280), Person()
    believe_household(parent.site.city, place, who)
    keys = Keys(parent)
    parent.sign_in_by_government(who)
    keys.press('main a[href$="/children/add/"]')
    keys.type("#name", who.child)
    keys.type("#id_number", who.child_id)
    keys.press()
    for _page in range(8):
        if parent.page.url.endswith("/check/"):
            break
        if parent.page.url.endswith("/guardian/"):
            assert parent.page.input_value("#guardian_id") == who.own_id
        for name, value in FORWARD.items():
            asked = parent.page.locator(f'[name="{name}"]')
            if asked.count() and asked.first.is_visible():
                keys.choose(name, value)
        keys.press()
    keys.to("[name=declare]")
    parent.page.keyboard.press("Space")
    keys.press()
    assert len(parent.receipt()) > 8
    parent.wait_for_state("审核通过")
    keys.to('a[href$="/withdraw/"]')
    with parent.page.expect_navigation():
        parent.page.keyboard.press("Enter")
    keys.press("main form button")
    assert Application.objects.get().state == "withdrawn"
