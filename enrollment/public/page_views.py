"""Counting views of public pages, by page and day, without a cookie or anything about the reader.

A view adds one in Valkey. A flush moves the counts to the database in batches: a batch is set apart under its own name
by one RENAME, added to the table in one transaction together with that name, and only then removed. Whatever is
killed in between is found again, and a batch whose name is in the table is not added again. Losing Valkey loses the
counts of less than one flush; no page waits for it.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from functools import wraps
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from foundation import clock
from foundation.valkey import away, valkey

LIVE = "visits:now"  # {"2026-06-20 landing": views}


BATCH = "visits:batch:"


ROBOTS = re.compile(r"bot|spider|crawl|slurp|monitor|preview|headlesschrome|curl|wget|python|httpx|scan", re.IGNORECASE)


View = Callable[..., HttpResponse]


def counted(page: str) -> Callable[[View], View]:
    """Count the pages a view gives to people: answered GETs that are not a robot's and not fetched ahead."""

    def decorate(view: View) -> View:
        @wraps(view)
        def counting(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            response = view(request, *args, **kwargs)
            response.counted = page  # type: ignore[attr-defined] # a copy given from memory counts, too
            if response.status_code == HTTPStatus.OK and by_a_person(request):
                add(page)
            return response

        return counting

    return decorate


def by_a_person(request: HttpRequest) -> bool:
    """As far as a request says so itself: a browser's name, and no fetching ahead."""
    agent = request.headers.get("User-Agent", "")
    ahead = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    return request.method != "HEAD" and bool(agent) and not ROBOTS.search(agent) and "prefetch" not in ahead


def add(page: str) -> None:
    """One more view of a page today; lost without harm while Valkey is away."""
    try:
        valkey().hincrby(LIVE, f"{clock.today().isoformat()} {page}", 1)
    except away():
        return


def batches() -> Iterator[tuple[str, dict[str, int]]]:
    """What is waiting to be flushed, by the name of the batch: left over ones first. May raise RedisError."""
    store = valkey()
    if store.exists(LIVE):
        # two flushes at once: the second finds nothing to rename
        name = f"{BATCH}{secrets.token_hex(12)}"
        try:
            store.rename(LIVE, name)
        except away() as gone:
            if "no such key" not in str(gone):
                raise
    for key in sorted(store.scan_iter(match=f"{BATCH}*")):
        counts = {_text(field): int(value) for field, value in store.hgetall(key).items()}
        yield _text(key).removeprefix(BATCH), counts


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def forget(batch: str) -> None:
    """A batch is in the database: remove it."""
    valkey().delete(f"{BATCH}{batch}")
