"""Public pages that many ask for in the same second: answered from memory, the same bytes for everybody alike.

Only a page that nobody is signed in for, without a question in its address, and asked for again and again, is kept, for
seconds. What differs between readers is either in the key (host, path, language, look) or put in anew (the form token).
Who carries any other cookie, a session above all, never gets and never makes such a page.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_string
from django.utils.translation import get_language_from_request

from accounts import askers
from accounts.sessions import is_elder
from enrollment.public.page_views import add, by_a_person
from portal.gate import passes

FRESH_SECONDS = 5.0
FRESH_IN_A_RUSH = 30.0  # while newcomers are kept waiting; then every public page is kept, not only what many ask for
STALE_SECONDS = 60.0  # at most, while another request fetches the page anew
REFRESH_SECONDS = 15.0  # a request that fetches for longer is given up
HOT = 4  # asked so often within a second
MOST_PAGES = 512
PUBLIC = re.compile(
    r"/(?:(?:find-school|schools|help|guides|notices|about|check|status|contacts|calendar|policies|results|classes)/.*)?"
)
NOT_THESE = re.compile(r".*\.[a-z]+|/results/\d+/(?:my-ticket|hall/live)/.*")
# none of these changes a public page; that a browser is known to an account counts where codes are asked for only
HARMLESS = {settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "mode", passes.COOKIE, askers.COOKIE}
TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}(?=")')
GZIP_RANDOM_BYTES = 100
Key = tuple[str, str, str, bool]


@dataclass(slots=True)
class Page:
    """A page between whose pieces the reader's own form token goes."""

    pieces: list[bytes]
    headers: list[tuple[str, str]]
    counted: str


@dataclass(slots=True)
class Entry:
    second: int = 0
    asked: int = 0
    before: int = 0
    page: Page | None = None
    made: float = 0.0
    refreshing: float = float("-inf")

    def is_hot(self, now: float) -> bool:
        """Count one more, and say whether it is asked for often enough to be kept."""
        second = int(now)
        if second != self.second:
            self.before = self.asked if second == self.second + 1 else 0
            self.second, self.asked = second, 0
        self.asked += 1
        return max(self.asked, self.before) >= HOT


@dataclass(frozen=True, slots=True)
class Look:
    """What to do: answer with ``page``; or else ask the site, and ``keep`` its answer."""

    page: Page | None = None
    keep: bool = False
    hot: bool = False  # many ask for it


class HotPages:
    """The pages one process keeps."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._lock = threading.Lock()

    def key(self, request: HttpRequest) -> Key | None:
        """Under which name this request's page is kept; None when it never is."""
        path = request.path
        plain = request.method == "GET" and not request.META.get("QUERY_STRING") and "HX-Request" not in request.headers
        if not plain or not is_public(path) or set(request.COOKIES) - HARMLESS:
            return None
        host = f"{request.scheme}://{request.META.get('HTTP_HOST', '')}"
        return host[:200], path, get_language_from_request(request), is_elder(request)

    def look(self, key: Key, now: float, *, rush: bool) -> Look:
        """At most one request at a time fetches a page anew; the others read the old one."""
        with self._lock:
            entry = self._entries.setdefault(key, Entry())
            self._entries.move_to_end(key)
            if len(self._entries) > MOST_PAGES:
                self._entries.popitem(last=False)
            hot = entry.is_hot(now)
            if not hot and not rush:
                return Look()
            age = now - entry.made
            if entry.page is not None and age <= (FRESH_IN_A_RUSH if rush else FRESH_SECONDS):
                return Look(entry.page)
            if now - entry.refreshing > REFRESH_SECONDS:
                entry.refreshing = now
                return Look(keep=True, hot=hot)
            return Look(entry.page if age <= STALE_SECONDS else None)

    def keep(self, key: Key, page: Page | None, now: float) -> None:
        """The site has answered; None: not with a page that may be kept."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                entry.page, entry.made, entry.refreshing = page, now, float("-inf")


def is_public(path: str) -> bool:
    """Whether everybody may read this address, and as often as they like."""
    return PUBLIC.fullmatch(path) is not None and NOT_THESE.fullmatch(path) is None


def page_of(response: HttpResponseBase | Iterable[bytes]) -> Page | None:
    """What may be kept of the site's answer; None for what is for one reader only."""
    if not isinstance(response, HttpResponse) or response.streaming or response.status_code != HTTPStatus.OK:
        return None
    whole = response.headers.get("Content-Type", "").startswith("text/html") and "Content-Encoding" not in response
    shared = not re.search(r"no-store|private", response.headers.get("Cache-Control", ""))
    if not whole or not shared or set(response.cookies) - {settings.CSRF_COOKIE_NAME}:
        return None
    headers = [(name, value) for name, value in response.items() if name not in {"Content-Length", "Set-Cookie"}]
    return Page(TOKEN.split(response.content), headers, getattr(response, "counted", ""))


def filled(page: Page, request: WSGIRequest, *, counts: bool = True) -> HttpResponse:
    """The page for this reader: own form token and cookie, compressed if asked for, counted like any other view.

    ``counts`` is False where the view itself has counted it.
    """
    made: HttpResponseBase = CsrfViewMiddleware(lambda asked: _with_token(page, asked))(request)  # type: ignore[assignment]
    if counts and page.counted and by_a_person(request):
        add(page.counted)
    if not isinstance(made, HttpResponse):
        raise TypeError("the middleware answered with something else")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        made.content = compress_string(made.content, max_random_bytes=GZIP_RANDOM_BYTES)
        made.headers["Content-Encoding"] = "gzip"
    made.headers["Content-Length"] = str(len(made.content))
    patch_vary_headers(made, ("Accept-Encoding",))
    return made


def _with_token(page: Page, request: HttpRequest) -> HttpResponse:
    token = get_token(request).encode() if len(page.pieces) > 1 else b""
    response = HttpResponse(token.join(page.pieces))
    for name, value in page.headers:
        response.headers[name] = value
    return response


def now() -> float:
    return time.monotonic()
