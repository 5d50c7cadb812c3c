"""The phases: find the capacity, then ask for a share of it for some time."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.load.people import Codes, Family, Person, address, visit
from bench.load.seen import Seen, part
from bench.opening import GaveUpError

VISITORS_A_FAMILY = 3
RAMP = 1.06  # the rate of arrivals grows by this factor a second while the capacity is sought
FIRST_RATE, MOST_RATE = 0.5, 20.0  # families a second
LONGEST_RAMP = 90.0
BEND_SECONDS, BEND_FACTOR = 0.4, 4.0  # p95 of five seconds: so long, and so many times that of the first
WINDOW = 5.0
FINISH_SECONDS = 90.0  # for families under way when a phase ends
Families = Iterator[tuple[int, Any]]


@dataclass(slots=True)
class Crowd:
    """Everybody of a phase, coming at a rate that may change; an open model: a slow site has a longer queue."""

    site: str
    families: Families
    codes: Codes
    photo: bytes
    seen: Seen = field(default_factory=Seen)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    stopping: bool = False

    async def come(self, rate: Callable[[float], float], seconds: float, until: Callable[[], bool]) -> None:
        """Let people come for so long, or until a condition holds."""
        due, visitors = 0.0, 0.0
        last = time.monotonic()
        end = last + seconds
        while time.monotonic() < end and not until():
            now = time.monotonic()
            grown = (now - last) * rate(self.seen.now)
            due, visitors, last = due + grown, visitors + grown * VISITORS_A_FAMILY, now
            while due >= 1:
                due -= 1
                self._family()
            while visitors >= 1:
                visitors -= 1
                self._start(self._visit(self.seen.visitors, end))
                self.seen.visitors += 1
            await asyncio.sleep(0.02)

    async def go(self) -> None:
        """Nobody comes any more; who is under way ends, who still waits for the turn goes."""
        self.stopping = True
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=FINISH_SECONDS)
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _family(self) -> None:
        number, child = next(self.families, (0, None))
        if child is None:
            raise RuntimeError("no family is left to come: run with more of them, FAMILIES=20000")
        self.seen.came += 1
        self._start(self._file(number, child))

    async def _file(self, number: int, child: Any) -> None:
        person = Person(self.site, address(number), self.seen, random.Random(f"{number}"))
        try:
            async with person:
                receipt = await Family(person, child, self.codes, self.photo).file()
        except asyncio.CancelledError:
            if person.waiting_since:
                self.seen.still_waiting += 1
            else:
                self.seen.under_way += 1
            raise
        except GaveUpError as problem:
            kind = self.seen.refused if "refused" in str(problem) else self.seen.failures
            kind[str(problem)[:80]] += 1
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            self.seen.failures[_kind(problem)] += 1
        else:
            self.seen.receipts.append(receipt)
            self.seen.ended.append(self.seen.now)

    async def _visit(self, number: int, until: float) -> None:
        chance = random.Random(f"visitor {number}")
        person = Person(self.site, address(100_000 + number), self.seen, chance, family=False)
        try:
            async with person:
                await visit(person, until)
        except (GaveUpError, aiohttp.ClientError, TimeoutError, OSError) as problem:
            self.seen.failures[f"visitor, {_kind(problem)}"] += 1


def _kind(problem: BaseException) -> str:
    """What went wrong, without addresses that would make every one a kind of its own."""
    cause = getattr(problem, "os_error", problem)
    return f"{type(problem).__name__}: {getattr(cause, 'strerror', None) or cause}"[:120]


@dataclass(frozen=True, slots=True)
class Capacity:
    """Families a second the site brings to their receipt and judges, and the rate of arrivals at which answers bent."""

    families: float
    bent_at: float
    why: str


async def capacity(crowd: Crowd, hold: float, judged: Callable[[], int]) -> Capacity:
    """Ramp until the answer time bends or a waiting page comes, hold that rate, and count what comes to its end.

    A family is at its end when it has its receipt and is judged (``judged``: how many are), whichever is slower: a site
    that takes in faster than it judges would be asked for more than it sustains.
    """
    first: list[float] = []

    def bent() -> str:
        seen, now = crowd.seen, crowd.seen.now
        p95 = part(seen.between(now - WINDOW, now), 0.95)
        if now > 3 * WINDOW and not first:
            first.append(part(seen.between(0, now), 0.5))
        if seen.waiting_pages:
            return "a waiting page"
        slow = bool(first) and p95 > max(BEND_SECONDS, BEND_FACTOR * first[0])
        return f"p95 of {p95:.2f} s" if slow else ""

    def rate(now: float) -> float:
        return float(min(MOST_RATE, FIRST_RATE * RAMP**now))

    await crowd.come(rate, LONGEST_RAMP, lambda: bool(bent()))
    why, at = bent() or "the end of the ramp", rate(crowd.seen.now)
    await crowd.come(lambda _now: at, hold / 3, lambda: False)
    since, before = crowd.seen.now, await asyncio.to_thread(judged)
    await crowd.come(lambda _now: at, 2 * hold / 3, lambda: False)
    until, after = crowd.seen.now, await asyncio.to_thread(judged)
    return Capacity(min(crowd.seen.per_second(since, until), (after - before) / (until - since)), at, why)


async def steady(crowd: Crowd, rate: float, seconds: float) -> None:
    """So many families a second for so long, and until who is under way has ended."""
    await crowd.come(lambda _now: rate, seconds, lambda: False)
    await crowd.go()
