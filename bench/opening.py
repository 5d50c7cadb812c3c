"""The opening minute: families sign in, fill in the pages and submit at once, through the real site over HTTP.

Each family has a network address of its own (the loopback network is large), reads its code from the outbox, thinks
between pages, loads the static files of its first page and presses on as a person does. Every answer is timed. The
families come evenly over one minute, whether or not those before them are done: an open model, so that a slow site
makes a longer queue and not fewer visitors.
"""

import json
import os
import random
import re
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from statistics import median, quantiles
from typing import Any
from urllib.parse import urljoin

from bench.season import ROOT

MINUTE = 60.0
MOST_PAGES = 14
PAPER_SHARE = 3  # one family in three gives a photo where one is asked for
THINK = (0.5, 2.5)  # seconds between an answer and the next press: faster than people are
FIRST_CHOICES = {"guardian_relation": "mother", "permit_holder": "none", "insurance_holder": "none"}

RECEIPT = re.compile(r'data-qa="receipt">\s*([^<]+?)\s*<')


def receipt_on(text: str) -> str:
    """The number that the page of a filed application shows; "" where it shows none."""
    found = RECEIPT.search(text)
    return found[1] if found else ""


@dataclass(slots=True)
class Form(HTMLParser):
    """The form of a page's main part that has the large button, as a browser without scripts would send it."""

    action: str = ""
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    depth: str = ""
    select: str = ""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "link" and found.get("rel") == "stylesheet":
            self.links.append(found["href"])
        elif tag == "script" and "src" in found:
            self.links.append(found["src"])
        elif tag == "main":
            self.depth = "main"
        elif self.depth == "main" and tag == "form" and found.get("method") == "post":
            self.depth, self.action = "form", found.get("action", "")
        elif self.depth == "form":
            self._control(tag, found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.depth == "form":
            self.depth = "done"

    def _control(self, tag: str, found: dict[str, str]) -> None:
        name, value, kind = found.get("name", ""), found.get("value", ""), found.get("type", "text")
        if tag == "select":
            self.select = name
            self.fields.setdefault(name, []).append("")
        elif tag == "option":
            self.lists.setdefault(self.select, []).append(value)
            if "selected" in found:
                self.fields[self.select][-1] = value
        elif tag == "textarea":
            self.fields[name] = [""]
        elif tag != "input" or not name:
            return
        elif kind == "file":
            self.files.append(name)
        elif kind in {"radio", "checkbox"}:
            self.choices.setdefault(name, []).append(value)
            if "checked" in found:
                self.fields[name] = [value]
        else:
            self.fields[name] = [value]


def form_of(page: str) -> Form:
    """What a page asks."""
    found = Form()
    found.feed(page)
    return found


@dataclass(slots=True)
class Gathered:
    """What all families saw."""

    seconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    receipts: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, seconds: float) -> None:
        with self.lock:
            self.seconds.append(seconds)

    def failed(self, what: str) -> None:
        with self.lock:
            self.failures[what] += 1


class GaveUpError(RuntimeError):
    """A family could not go on; the text says where."""


@dataclass(slots=True)
class Family:
    """One parent at a phone without scripts."""

    http: Any
    child: Any
    gathered: Gathered
    chance: random.Random
    photo: bytes

    def file(self) -> None:
        """From the first page to the receipt; what goes wrong is gathered."""
        try:
            receipt = self._journey()
        except Exception as problem:
            self.gathered.failed(f"{type(problem).__name__}: {problem}"[:120])
        else:
            with self.gathered.lock:
                self.gathered.receipts.append(receipt)

    def _journey(self) -> str:
        from django.db import connection

        from rehearsal import answers as typed
        from rehearsal.parents import newest_code

        first = self._ask("GET", "/")
        for path in form_of(first.text).links:
            self._ask("GET", urljoin("/", path), quick=True)
        page = self._send(self._ask("GET", "/sign-in/"), {"phone": self.child.mobile})
        code = newest_code(self.child.mobile)
        connection.close()  # the telephones are not to take the site's places in the database
        self._send(page, {"code": code})
        claim = self.child.claim
        page = self._send(self._ask("GET", "/my/children/add/"), typed.child_input(claim))
        # a passport says neither birth date nor sex: the page asks for them, too
        known = FIRST_CHOICES | typed.form_answers(claim, bound=False) | typed.child_input(claim)
        for _page in range(MOST_PAGES):
            if page.url.path.endswith("/check/"):
                page = self._send(page, {"declare": "yes"})
                receipt = receipt_on(page.text)
                if not receipt:
                    raise GaveUpError(f"no receipt on {page.url.path.rpartition('/my/')[2][:20]}")
                return receipt
            page = self._send(page, known)
        raise GaveUpError(f"the pages have no end: {page.url.path.split('/')[-2]}")

    def _send(self, page: Any, known: dict[str, str]) -> Any:
        """Fill in what is known and press the large button."""
        form = form_of(page.text)
        data = dict(form.fields)
        for name, value in known.items():
            if name in data or name in form.choices:
                data[name] = [value] if value else data.get(name, [""])
        for name, values in (form.choices | form.lists).items():
            if not any(data.get(name, ())):
                data[name] = [next(filter(None, values), "")]
        files = None
        if form.files and self.chance.randrange(PAPER_SHARE) == 0:
            files = {form.files[0]: ("photo.jpg", self.photo, "image/jpeg")}
        elif form.files:
            files = {"nothing": ("", b"", "application/octet-stream")}
        return self._ask("POST", form.action or page.url.raw_path.decode(), data=data, files=files)

    def _ask(self, method: str, path: str, *, quick: bool = False, **sent: Any) -> Any:
        """One press: its redirects count with it. Raises GaveUpError for an answer that is none."""
        if not quick:
            time.sleep(self.chance.uniform(*THINK))
        begun = time.perf_counter()
        answer = self.http.request(method, path, **sent)
        self.gathered.answered(time.perf_counter() - begun)
        if answer.status_code >= 400 and answer.status_code != 422:
            raise GaveUpError(f"{answer.status_code} at {path.split('/')[1]}")
        return answer


def picture() -> bytes:
    """A photo as a phone sends it after shrinking: some 300 KB that do not compress."""
    from PIL import Image

    kept = BytesIO()
    Image.frombytes("RGB", (900, 700), random.Random(1).randbytes(900 * 700 * 3)).save(kept, "JPEG", quality=60)
    return kept.getvalue()


def lightest(site: str, times: int = 200) -> float:
    """Seconds (median) of the site's lightest answer that asks the database, one at a time."""
    import httpx

    found = []
    with httpx.Client(base_url=site, verify=False) as http:
        for _time in range(times):
            begun = time.perf_counter()
            http.get("/health/").raise_for_status()
            found.append(time.perf_counter() - begun)
    return median(found)


def opened(site: str, families: list[list[Any]], photo: bytes) -> Gathered:
    """Let families come evenly over one minute and wait until each has a receipt or gave up."""
    import httpx

    gathered, begun, threads = Gathered(), time.monotonic(), []
    for number, family in enumerate(families):
        address = f"127.{1 + number // 62500}.{1 + number // 250 % 250}.{1 + number % 250}"
        http = httpx.Client(
            base_url=site,
            timeout=60,
            follow_redirects=True,
            headers={"Accept-Language": "zh-CN", "Referer": f"{site}/", "Accept": "text/html"},
            transport=httpx.HTTPTransport(local_address=address, verify=False),
        )
        one = Family(http, family[0], gathered, random.Random(f"{number}"), photo)
        wait = begun + MINUTE * number / len(families) - time.monotonic()
        time.sleep(max(0.0, wait))
        threads.append(threading.Thread(target=one.file))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return gathered


def main(families: int) -> dict[str, Any]:
    """Prepare a season and its city, then open it; everything stands in the environment of `portal.supervisor exec`."""
    from django.conf import settings
    from rich.console import Console

    from enrollment.documents.models import Document
    from enrollment.seasons.models import Application
    from rehearsal.play import Play

    play = Play(ROOT / "examples/wuling", 7, max(20, families), False, Console(stderr=True))
    play.build(play.prepare(), play.tell.begin("city", families))
    by_family: dict[str, list[Any]] = {}
    for child in play.applicants.values():
        by_family.setdefault(child.id.rpartition("-")[0], []).append(child)
    floor = lightest(settings.SITE_URL)
    seen = opened(settings.SITE_URL, list(by_family.values())[:families], picture())
    stored = set(Application.objects.values_list("receipt", flat=True))
    print(json.dumps(seen.failures, ensure_ascii=False), file=sys.stderr)
    return {
        "seconds": quantiles(seen.seconds, n=20)[-1],
        "floor": floor,
        "facts": {
            "families": min(families, len(by_family)),
            "receipts": len(seen.receipts),
            "failures": sum(seen.failures.values()),
            "lost": len([one for one in seen.receipts if one not in stored]),
            "papers": Document.objects.count(),
            "answers": len(seen.seconds),
            "median ms": round(1000 * median(seen.seconds)),
            "longest ms": round(1000 * max(seen.seconds)),
        },
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    print(json.dumps(main(int(sys.argv[1])), ensure_ascii=False))
