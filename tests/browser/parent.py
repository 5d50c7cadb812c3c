"""A synthetic parent at a phone: taps, types, reads; every tap and page is counted."""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django_otp import DEVICE_ID_SESSION_KEY
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

from accounts.models import Account, TokenDevice
from accounts.session_store import SessionStore
from enrollment.seasons.models import Child, Draft
from notifications.models import Message
from portal.gate import passes
from tests import factories
from tests.agencies import City
from tests.browser.stack import Site
from tests.waiting import until

PHONE = "19900001234"
GOVERNMENT_PHONE = "19900007701"
GO = "main button[data-qa=go]"
FORWARD = {"guardian_relation": "mother", "permit_holder": "none", "insurance_holder": "none", "keep_siblings": "no"}


@dataclass(slots=True)
class Person:
    """What a family knows by heart."""

    child: str = "合成小明"
    child_id: str = field(default_factory=factories.child_number)
    name: str = "合成家长"
    own_id: str = field(default_factory=factories.adult_number)
    certificate: str = field(default_factory=factories.certificate)

    def papers(self, place: factories.World) -> factories.Family:
        """The family as the registers hold it when all it says is true."""
        answers = factories.answers(guardian_id=self.own_id, guardian_name=self.name, home_certificate=self.certificate)
        return factories.Family(place, Account(), Child(name=self.child, id_number=self.child_id), Draft(), answers)


def newest_code() -> str:
    """The six digits of the last message that holds a code."""
    newest = Message.objects.filter(template="sign_in_code").order_by("-pk")[0]
    found = re.search(r"\d{6}", newest.body)
    assert found is not None
    return found.group()


def believe_household(city: City, place: factories.World, who: Person, *, home: bool = True) -> None:
    """The register knows the household and names its children; the home is registered too, unless told otherwise."""
    papers = factories.records(who.papers(place))
    child = papers["household"][0]
    members = [
        {"id_number": who.own_id, "name": who.name, "relation": "户主"},
        {"id_number": who.child_id, "name": who.child, "relation": "子女"},
    ]
    city.put("household", {**child, "members": members})
    city.put("household", {**child, "id_number": who.own_id, "name": who.name, "members": members})
    if home:
        city.put("real_estate", *papers["real_estate"])


def know(city: City, who: Person) -> None:
    """The government sign-in holds this person, and nobody else."""
    people = [{"name": who.name, "id_number": who.own_id, "mobile": GOVERNMENT_PHONE}]
    with closing(sqlite3.connect(city.path)) as held, held:
        held.execute("DELETE FROM family")
        held.execute("INSERT INTO family VALUES (?, ?)", (GOVERNMENT_PHONE, json.dumps({"guardians": people})))


@dataclass
class Parent:  # no slots: Playwright keeps its wrappers on the listener's object
    """One browser window. ``complaints`` gathers what no page may do: errors in the console, requests elsewhere."""

    site: Site
    context: BrowserContext
    page: Page
    taps: int = 0
    typed: int = 0
    pages: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> "Parent":
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._response)
        return self

    def _console(self, message: ConsoleMessage) -> None:
        # a refused form answers 422 and a foreign page 404: Chromium notes both, they are not faults of the page
        if message.type in {"error", "warning"} and not re.search(r"status of (404|422)", message.text):
            self.complaints.append(message.text)

    def _response(self, response: Response) -> None:
        if not response.url.startswith((self.site.url, "data:")):
            self.complaints.append(f"asked elsewhere: {response.url}")
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self.pages.append(response.url.removeprefix(self.site.url))

    def open(self, path: str) -> Response:
        answer = self.page.goto(self.site.url + path)
        assert answer is not None
        return answer

    def tap(self, what: str) -> None:
        self.taps += 1
        self.page.locator(what).first.click()

    def go(self) -> None:
        """The page's main button; waits for the page behind it."""
        self.press(GO)

    def press(self, what: str) -> None:
        """A button or link that leads to another page."""
        with self.page.expect_navigation():
            self.tap(what)

    def pick(self, name: str, value: str) -> None:
        self.tap(f'label:has([name="{name}"][value="{value}"])')

    def contradict(self, name: str, value: str) -> None:
        """Say that a register is wrong: the field is behind its answer."""
        field = self.page.locator(f"#{name}")
        if not field.is_visible():
            self.tap(f"[data-qa=known]:has(#{name}) summary")
        field.fill(value)

    def fill_in(self, answers: Mapping[str, str]) -> None:
        """Whatever of these answers the page asks and does not hold already."""
        for name, value in answers.items():
            asked = self.page.locator(f'main [name="{name}"]')
            if not asked.count():
                continue
            kind = asked.first.evaluate("one => one.type")
            if kind == "radio":
                choice = self.page.locator(f'label:has([name="{name}"][value="{value}"])')
                if choice.is_visible() and not choice.locator("input").is_checked():
                    self.pick(name, value)
            elif kind == "select-one":
                self.page.select_option(f'[name="{name}"]', value)
            elif asked.first.is_visible() and not asked.first.input_value():
                self.type(f'main [name="{name}"]', value)

    def type(self, what: str, text: str) -> None:
        """Into a field: a tap brings the cursor there, unless the page did."""
        field = self.page.locator(what).first  # waits for a page that is still on its way
        if not field.evaluate("field => field === document.activeElement"):
            self.tap(what)
        self.typed += len(text)
        self.page.fill(what, text)

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def steps(self) -> list[str]:
        """What happened to the application on the page, also what is folded because a worker went on meanwhile."""
        return self.page.locator("[data-qa=timeline] li, [data-qa=past] li").all_text_contents()

    def sign_in(self, phone: str = PHONE, *, counted: bool = False) -> None:
        """By the code in the message; counting starts behind it, or at the page that asks for the number."""
        self.open("/sign-in/")
        self.taps, self.typed, self.pages = 0, 0, self.pages[-1:]
        self.type("#phone", phone)
        self.go()
        self.type("#code", newest_code())
        self.go()
        if not counted:
            self.taps, self.typed, self.pages = 0, 0, self.pages[-1:]

    def sign_in_by_government(self, who: Person, *, counted: bool = False) -> None:
        """Through the provincial sign-in, which vouches for name and number: the registers answer to nobody else."""
        know(self.site.city, who)
        self.open("/sign-in/")
        self.taps, self.typed, self.pages = 0, 0, self.pages[-1:]
        self.press('a[href="/sign-in/with/province/"]')
        self.tap(f'input[name="mobile"][value="{GOVERNMENT_PHONE}"]')
        self.press('button[value="go"]')
        self.forget_elsewhere()
        if not counted:
            self.taps, self.typed, self.pages = 0, 0, self.pages[-1:]

    def forget_elsewhere(self) -> None:
        """The way to the government sign-in is the one request that may leave the site."""
        foreign = [one for one in self.complaints if self.site.identity_url in one]
        assert foreign, "the provider was not met"
        self.complaints[:] = [one for one in self.complaints if one not in foreign]
        self.pages[:] = [page for page in self.pages if not page.startswith(self.site.identity_url)]

    def enter_as(self, account: Account, *, second_factor: bool = True) -> None:
        """Signed in without the pages of it, as a guardian or as staff (with the one-time password)."""
        session = SessionStore()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        if account.is_staff and second_factor:
            session[DEVICE_ID_SESSION_KEY] = TokenDevice.objects.get(user=account).persistent_id
        session.save()
        cookies = {settings.SESSION_COOKIE_NAME: str(session.session_key)}
        # the sign-in hands over what lets them pass the gate before who comes anew
        cookies[passes.COOKIE] = passes.inside(passes.fresh_name(), time.time(), staff=account.is_staff).text()
        self.context.add_cookies(
            [{"name": name, "value": value, "url": self.site.url} for name, value in cookies.items()]
        )

    def name_child(self, who: Person) -> None:
        """Typed, not found by the household register: that is a way of its own."""
        self.type("#name", who.child)
        self.type("#id_number", who.child_id)
        self.go()

    def answer_pages(self, who: Person, visit: Callable[[], None] = lambda: None) -> None:
        """Answer what is asked until check-your-answers is reached; what is filled in already is left as it is."""
        known = factories.answers(guardian_name=who.name, guardian_id=who.own_id, home_certificate=who.certificate)
        for _page in range(8):
            visit()
            if self.page.url.endswith("/check/"):
                return
            for name, value in FORWARD.items():
                if (
                    self.page.locator(f'[name="{name}"]').count()
                    and not self.page.locator(f'[name="{name}"]:checked').count()
                ):
                    self.pick(name, value)
            self.fill_in({name: value for name, value in known.items() if name not in FORWARD})
            self.go()
        raise AssertionError("the pages have no end")

    def declare(self) -> None:
        self.tap("label:has([name=declare])")

    def file(self, who: Person) -> str:
        """From the first page after sign-in to the receipt; its number."""
        self.name_child(who)
        self.answer_pages(who)
        self.declare()
        self.go()
        return self.receipt()

    def receipt(self) -> str:
        return self.page.locator("[data-qa=receipt]").inner_text().strip()

    def wait_for_state(self, label: str) -> None:
        path = self.page.url.removeprefix(self.site.url).partition("?")[0]
        tag = self.page.locator("main [data-qa=state]").first

        def there() -> bool:
            self.open(path)
            return tag.inner_text() == label

        until(there, label, pause=0.3)

    def is_wider_than_the_screen(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
