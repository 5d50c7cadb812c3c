"""The gate as a WSGI application around the site's own.

In this order: static files pass; public pages that many ask for come from memory; health and status have a side door;
who is under way goes first and waits seconds; a newcomer comes in while there is room, and else reads how long the line
is. Nobody who is kept waiting costs a query, a session or a template.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import get_language_from_request

from accounts.sessions import is_elder
from portal.gate import passes, waiting
from portal.gate.control import Window
from portal.gate.hot import HotPages, Key, filled, now, page_of
from portal.gate.line import SharedLine
from portal.gate.slots import READERS, Rank, Slots

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Site = Callable[[Environ, StartResponse], Iterable[bytes]]
SPARE_THREADS = 8  # of the server's: they tell newcomers that they wait while all others are taken
SIDE_THREADS = 2
EACH = 4  # requests of one family that queue at a time
PATIENCE = {Rank.STAFF: 45.0, Rank.UNDER_WAY: 30.0, Rank.NEWCOMER: 10.0}  # seconds in the queue
READ_BYTES = 2_500_000  # a form up to this size is read before it takes a slot: a slow phone holds none
SIDE_DOOR = ("/health/", "/status/")
# looks, the staff's doors, receipts: no number
LIGHT = ("/mode/", "/i18n/setlang/", "/staff/sign-in/", "/staff/join/", "/messages/")
# where a filing, or work of another kind, begins: who asks for one of these takes a place; all other pages are read
PLACES = ("/sign-in/", "/my/", "/entry/", "/documents/", "/assist/", "/terminal/", "/witness/", "/official/", "/admin/")


@dataclass(slots=True)
class Caller:
    """One request at the gate."""

    request: WSGIRequest
    held: passes.Pass | None
    cookies: list[tuple[str, str]] = field(default_factory=list)
    counted_as: str = ""  # the name under which it is under way; "" for a reader of public pages

    @property
    def path(self) -> str:
        return self.request.path

    def give(self, made: passes.Pass) -> None:
        self.cookies.append(passes.header(made, time.time()))


class Gate:
    """See the module. ``site`` is Django's application."""

    def __init__(self, site: Site) -> None:
        self.site = site
        waiting_most = max(1, settings.GATE_THREADS - settings.GATE_RUNNING - SPARE_THREADS)
        self.slots = Slots(settings.GATE_RUNNING, waiting_most, EACH)
        window = Window(settings.GATE_FAMILIES, settings.GATE_QUEUE_SECONDS)
        self.line = SharedLine(window, settings.GATE_IDLE_SECONDS, self.slots)
        self.hot = HotPages()
        # as many database connections as requests that run, however many threads wait before them
        self._running = ThreadPoolExecutor(settings.GATE_RUNNING, thread_name_prefix="site")
        self._beside = ThreadPoolExecutor(SIDE_THREADS, thread_name_prefix="beside")

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            return self.site(environ, start)
        request = WSGIRequest(environ)
        key = self.hot.key(request)
        if key is not None:
            look = self.hot.look(key, now(), rush=self.line.standing().closed)
            if look.page is not None:
                return _send(filled(look.page, request), start)
            if look.keep:
                # what many ask for is fetched once for all of them, so it goes before who is under way
                return self._fetch(key, Rank.STAFF if look.hot else Rank.UNDER_WAY, environ, request, start)
        if path.startswith(SIDE_DOOR):
            return self._run(self._beside, environ, start, [])
        caller = Caller(request, passes.read(request.COOKIES.get(passes.COOKIE, ""), time.time()))
        answer = self._let_in(caller)
        return _say(answer, caller, start) if answer else self._serve(caller, environ, start)

    # -- who comes in -----------------------------------------------------------------------------------------------

    def _let_in(self, caller: Caller) -> waiting.Answer | None:
        """None: in. Else what is answered; a number drawn or a right won is handed over with it."""
        held = caller.held
        if held is not None and held.goes_first:
            caller.counted_as = held.who
            longer = passes.renewed(held, time.time())
            if longer is not None:
                caller.give(longer)
            return None
        if caller.path.startswith(LIGHT) or only_reads(caller.path, caller.request.method):
            return None  # takes no family's place, and goes after all of them
        return self._newcomer(caller) if held is None else self._with_number(caller, held)

    def _with_number(self, caller: Caller, held: passes.Pass) -> waiting.Answer | None:
        called = self.line.is_called(held.epoch, held.number)
        if called is None:
            return self._newcomer(caller, returning=True)
        if called:
            self._admit(caller, self.line.called_name(held.epoch, held.number))
            return None
        self.line.wanted()
        return self._wait(caller, held.number)

    def _newcomer(self, caller: Caller, *, returning: bool = False) -> waiting.Answer | None:
        who = passes.fresh_name()
        self.line.standing()  # keeps the window moving
        number = self.line.enter(who, returning=returning)
        if not number:
            self._admit(caller, who)
            return None
        self.line.wanted()
        caller.give(passes.ticket(self.line.standing().epoch, number, time.time()))
        return self._wait(caller, number)

    def _admit(self, caller: Caller, who: str) -> None:
        caller.counted_as = who
        caller.give(passes.inside(who, time.time()))

    def _wait(self, caller: Caller, number: int) -> waiting.Answer:
        ahead = max(0, number - self.line.standing().called - 1)
        eta = self.line.pace.seconds_for(ahead + 1)
        language, elder = get_language_from_request(caller.request), is_elder(caller.request)
        if caller.path.startswith("/api/"):
            return waiting.api_answer(language, ahead=ahead, eta=eta)
        if caller.request.method == "POST":
            return waiting.form_page(caller.request, language, elder=elder)
        return waiting.line_page(caller.request.get_full_path(), language, elder=elder, ahead=ahead, eta=eta)

    # -- who is in --------------------------------------------------------------------------------------------------

    def _serve(self, caller: Caller, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        held, rank = caller.held, Rank.NEWCOMER
        if caller.counted_as:
            self.line.seen(caller.counted_as)
            rank = Rank.STAFF if held is not None and held.kind == passes.STAFF else Rank.UNDER_WAY
        self.line.standing()
        _read_small(environ)
        delay = self.slots.take(rank, PATIENCE[rank], caller.counted_as)
        if delay is None:
            if rank is not Rank.NEWCOMER:
                self.line.observe(PATIENCE[rank])
            return _say(self._no_place(caller, environ), caller, start)
        if rank is not Rank.NEWCOMER:
            self.line.observe(delay)
        try:
            return self._run(self._running, environ, start, caller.cookies)
        finally:
            self.slots.release()
            if caller.counted_as:
                self.line.seen(caller.counted_as)  # from now on it reads and types

    def _no_place(self, caller: Caller, environ: Environ) -> waiting.Answer:
        """The bound of all: even so, nothing typed is lost."""
        request = WSGIRequest(environ)
        language, elder = get_language_from_request(request), is_elder(request)
        if caller.path.startswith("/api/"):
            return waiting.api_answer(language, ahead=None, eta=waiting.SOONEST)
        if request.method == "POST":
            return waiting.form_page(request, language, elder=elder)
        return waiting.busy_page(request.get_full_path(), language, elder=elder)

    def _fetch(
        self, key: Key, rank: Rank, environ: Environ, request: WSGIRequest, start: StartResponse
    ) -> Iterable[bytes]:
        """Ask the site for a public page and keep it for the next who ask."""
        # in turn with families, but of all pages that few ask for only some at a time: they may be a thousand
        delay = self.slots.take(rank, PATIENCE[Rank.NEWCOMER], "" if rank is Rank.STAFF else READERS)
        page = None
        try:
            if delay is None:
                language, elder = get_language_from_request(request), is_elder(request)
                return _say(waiting.busy_page(request.path, language, elder=elder), Caller(request, None), start)
            plain = {name: value for name, value in environ.items() if name != "HTTP_ACCEPT_ENCODING"}
            kept: list[Any] = []
            body = self._running.submit(self.site, plain, lambda *told: kept.append(told)).result()
            page = page_of(body)
            if page is None:
                start(*kept[0])
                return body
            if isinstance(body, HttpResponseBase):
                body.close()
            return _send(filled(page, request, counts=False), start)
        finally:
            if delay is not None:
                self.slots.release()
            self.hot.keep(key, page, now())

    def _run(
        self, where: ThreadPoolExecutor, environ: Environ, start: StartResponse, cookies: list[tuple[str, str]]
    ) -> Iterable[bytes]:
        """Run the site's application in a thread that has a database connection, and add the gate's cookie."""
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:  # noqa: ARG001
            told.append((status, headers))

        body = where.submit(self.site, environ, begin).result()
        status, headers = told[-1]
        if passes.staff_entered(environ):
            cookies = [passes.header(passes.inside(passes.fresh_name(), time.time(), staff=True), time.time())]
        start(status, [*headers, *cookies])
        return body


def only_reads(path: str, method: str | None) -> bool:
    """Whether somebody without a place may have this for the asking: nothing begins with it."""
    return method in {"GET", "HEAD"} and not path.startswith(PLACES)


def _read_small(environ: Environ) -> None:
    """Read a form before it takes a slot; what is larger is read by the site as it comes."""
    length = environ.get("CONTENT_LENGTH", "")
    if length.isascii() and length.isdigit() and 0 < int(length) <= READ_BYTES:
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(int(length)))


def _say(answer: waiting.Answer, caller: Caller, start: StartResponse) -> Iterable[bytes]:
    start(answer.status, [*answer.headers, ("Content-Length", str(len(answer.body))), *caller.cookies])
    return [] if caller.request.method == "HEAD" else [answer.body]


def _send(response: HttpResponse, start: StartResponse) -> Iterable[bytes]:
    cookies = [("Set-Cookie", morsel.output(header="").strip()) for morsel in response.cookies.values()]
    start(f"{response.status_code} {response.reason_phrase}", [*response.items(), *cookies])
    body = response.content
    response.close()
    return [body]
