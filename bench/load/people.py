"""Families who file and visitors who only refresh, over HTTP and without scripts; a waiting page is read and obeyed."""

import asyncio
import random
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import aiohttp

from bench.load.seen import Seen
from bench.opening import FIRST_CHOICES, MOST_PAGES, PAPER_SHARE, Form, GaveUpError, receipt_on
from portal.gate.passes import COOKIE, TICKET
from rehearsal import answers as typed

THINK = (1.0, 4.0)  # seconds between an answer and the next press: faster than people are
REFRESH = (3.0, 8.0)
VISITS = 8  # pages of one visitor
READ = ("/", "/", "/status/", "/calendar/", "/results/", "/schools/", "/guides/", "/contacts/")
LOOK_BACK = 500  # rows
ANSWER_SECONDS = 60.0  # longer is an error, as a proxy would say
FAMILIES_AN_ADDRESS = 250  # behind one address of a mobile carrier
AGAIN = re.compile(r'data-again="(\d+)"')
WAITING = 'data-qa="waiting"'  # the page of the gate, in every language
FORM = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.DOTALL)
HEADERS = {"Accept-Language": "zh-CN", "Accept": "text/html", "User-Agent": "Mozilla/5.0 (bench of our own)"}


@dataclass(slots=True)
class Page:
    """An answer as a person sees it."""

    path: str
    text: str
    status: int


class Codes:
    """The synthetic telephones: one look into the outbox for all families."""

    def __init__(self) -> None:
        self._code: dict[str, str] = {}
        self._newest = 0
        self._read: set[int] = set()

    async def watch(self) -> None:
        while True:
            await asyncio.to_thread(self._look)
            await asyncio.sleep(0.3)

    def _look(self) -> None:
        from notifications.models import Message

        # a row with a smaller number may be committed later than one with a larger: look back a little
        rows = Message.objects.filter(template="sign_in_code", pk__gt=self._newest - LOOK_BACK).order_by("pk")
        for message in rows.exclude(pk__in=self._read)[:500]:
            self._newest = max(self._newest, message.pk)
            self._read.add(message.pk)
            found = re.search(r"\d{6}", message.body)
            self._code[message.phone[-11:]] = found.group() if found else ""
        self._read = {pk for pk in self._read if pk > self._newest - LOOK_BACK}

    async def of(self, mobile: str) -> str:
        """The code that came to this telephone. Raises GaveUpError when none comes."""
        until = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < until:
            if code := self._code.pop(mobile[-11:], ""):
                return code
            await asyncio.sleep(0.3)
        raise GaveUpError("no code came")


@dataclass(slots=True)
class Person:
    """One browser with its own connection and cookies, at an address that others share."""

    site: str
    address: str
    seen: Seen
    chance: random.Random
    family: bool = True
    http: Any = None
    waiting_since: float = 0.0

    async def __aenter__(self) -> "Person":
        connector = aiohttp.TCPConnector(local_addr=(self.address, 0), limit=2, keepalive_timeout=100)
        jar = aiohttp.CookieJar(unsafe=True)  # "unsafe": of a site named by its number
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        headers = HEADERS | {"Referer": f"{self.site}/"}
        self.http = aiohttp.ClientSession(
            self.site, connector=connector, cookie_jar=jar, timeout=timeout, headers=headers
        )
        return self

    async def __aexit__(self, *_problem: object) -> None:
        await self.http.close()

    async def ask(self, method: str, path: str, data: Any = None, *, counts: bool = True) -> Page:
        """One press and, if it must be, the wait for its turn. Raises GaveUpError for an answer that is none."""
        while True:
            begun = time.monotonic()
            made = data() if callable(data) else data
            async with self.http.request(method, path, data=made) as answer:
                text = await answer.text(errors="replace") if answer.content_type.startswith("text/html") else ""
                if not text:
                    await answer.read()
                page = Page(answer.url.raw_path_qs, text, answer.status)
                again = answer.headers.get("Retry-After")
            if page.status != 503 or again is None or WAITING not in text:
                self._answered(page, method, time.monotonic() - begun, counts=counts)
                return page
            self._kept_waiting(text)
            await asyncio.sleep(float(again))
            if "data-again" not in text and method == "POST":
                method, data = "GET", None  # a page that waited after the form had been taken
            path = page.path

    def _answered(self, page: Page, method: str, seconds: float, *, counts: bool) -> None:
        if page.status >= 400 and page.status != 422:
            raise GaveUpError(f"{page.status} at {method} /{page.path.split('/')[1]}/")
        if counts:
            (self.seen.answers if self.family else self.seen.visits).append((self.seen.now, seconds))
        if self.waiting_since:
            self.seen.waited.append(time.monotonic() - self.waiting_since)
            if self.family:
                self.seen.entered(self.waiting_since)
            self.waiting_since = 0.0

    def _kept_waiting(self, text: str) -> None:
        if self._has_number():  # who is under way and asked to come again in a moment stands in no line
            self.waiting_since = self.waiting_since or time.monotonic()
        if not self.family:
            self.seen.visitors_waiting_pages += 1
        elif AGAIN.search(text):
            self.seen.forms_given_back += 1
        else:
            self.seen.waiting_pages += 1

    def _has_number(self) -> bool:
        """Whether the gate's cookie is a number in the line."""
        return any(one.key == COOKIE and one.value.strip('"').startswith(TICKET) for one in self.http.cookie_jar)

    async def think(self, pause: tuple[float, float] = THINK) -> None:
        await asyncio.sleep(self.chance.uniform(*pause))


def form_of(page: str) -> Form:
    """The form of the main part. Only that is parsed: the client must stay cheap beside the site it measures."""
    found = Form()
    begun = FORM.search(page, page.find("<main"))
    if begun:
        found.feed(f"<main>{begun.group()}</main>")
    return found


@dataclass(slots=True)
class Family:
    """One parent with one child, from the first page to the receipt."""

    person: Person
    child: Any
    codes: Codes
    photo: bytes
    known: dict[str, str] = field(default_factory=dict)

    async def file(self) -> str:
        """The receipt's number. Raises GaveUpError."""
        ask, person = self.person.ask, self.person
        first = await ask("GET", "/")
        for path in re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', first.text):
            await ask("GET", urljoin("/", path), counts=False)
        await person.think()
        page = await ask("GET", "/sign-in/")
        page = await self._send(page, {"phone": self.child.mobile})
        if page.status == 422:
            raise GaveUpError(f"refused: {page.path}")
        page = await self._send(page, {"code": await self.codes.of(self.child.mobile)})
        await person.think()
        claim = self.child.claim
        page = await self._send(await ask("GET", "/my/children/add/"), typed.child_input(claim))
        self.known = FIRST_CHOICES | typed.form_answers(claim, bound=False) | typed.child_input(claim)
        for _page in range(MOST_PAGES):
            if page.path.endswith("/check/"):
                page = await self._send(page, {"declare": "yes"})
                receipt = receipt_on(page.text)
                if not receipt:
                    raise GaveUpError(f"no receipt on {page.path.rpartition('/my/')[2][:12]}")
                return receipt
            page = await self._send(page, self.known)
        raise GaveUpError(f"the pages have no end: {page.path.split('/')[-2]}")

    async def _send(self, page: Page, known: dict[str, str]) -> Page:
        """Fill in what is known and press the large button."""
        await self.person.think()
        form = form_of(page.text)
        data = dict(form.fields)
        for name, value in known.items():
            if name in data or name in form.choices:
                data[name] = [value] if value else data.get(name, [""])
        for name, values in (form.choices | form.lists).items():
            if not any(data.get(name, ())):
                data[name] = [next(filter(None, values), "")]
        photo = bool(form.files) and self.person.chance.randrange(PAPER_SHARE) == 0
        return await self.person.ask("POST", form.action or page.path, lambda: self._body(form, data, photo=photo))

    def _body(self, form: Form, data: dict[str, list[str]], *, photo: bool) -> Any:
        pairs = [(name, value) for name, values in data.items() for value in values]
        if not form.files:
            return pairs
        body = aiohttp.FormData(pairs)
        if photo:
            body.add_field(form.files[0], self.photo, filename="photo.jpg", content_type="image/jpeg")
        else:
            body.add_field("nothing", b"", filename="", content_type="application/octet-stream")
        return body


async def visit(person: Person, until: float) -> None:
    """A visitor who refreshes public pages."""
    for _page in range(VISITS):
        if time.monotonic() > until:
            return
        await person.ask("GET", person.chance.choice(READ))
        await person.think(REFRESH)


def address(number: int) -> str:
    """The carrier's address behind which this one sits."""
    carrier = number // FAMILIES_AN_ADDRESS
    return f"127.{1 + carrier // 62500}.{1 + carrier // 250 % 250}.{1 + carrier % 250}"
