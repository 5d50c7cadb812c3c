"""Few requests run at a time, the others queue by rank: threads wait here, so that the queueing can be measured."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum

READERS = "readers"  # who fetch public pages that few ask for: together they queue like one family


class Rank(IntEnum):
    """Who goes first."""

    STAFF = 0
    UNDER_WAY = 1
    NEWCOMER = 2


@dataclass(slots=True)
class Waiter:
    rank: Rank
    number: int
    owner: str
    since: float
    told: threading.Event = field(default_factory=threading.Event)
    granted: bool = False


class Slots:
    """``running`` requests at a time; at most ``waiting`` queue, of one owner at most ``each``."""

    def __init__(self, running: int, waiting: int, each: int) -> None:
        self.most_running, self.most_waiting, self.each = running, waiting, each
        self.running = 0
        self._queue: list[Waiter] = []
        self._owned: Counter[str] = Counter()
        self._number = 0
        self._lock = threading.Lock()

    def take(self, rank: Rank, patience: float, owner: str = "") -> float | None:
        """Seconds it queued; the slot is then held until ``release``. None: no place, or ``patience`` seconds over."""
        now = time.monotonic()
        with self._lock:
            if self.running < self.most_running and not self._queue:
                self.running += 1
                return 0.0
            if (owner and self._owned[owner] >= self.each) or not self._make_place(rank):
                return None
            self._number += 1
            waiter = Waiter(rank, self._number, owner, now)
            self._queue.append(waiter)
            self._owned[owner] += 1
        waiter.told.wait(patience)
        with self._lock:
            if not waiter.granted:
                self._forget(waiter)
                return None
        return time.monotonic() - now

    def release(self) -> None:
        """The request is done: the next of the best rank runs."""
        with self._lock:
            self.running -= 1
            if self._queue and self.running < self.most_running:
                best = min(self._queue, key=lambda one: (one.rank, one.number))
                self._forget(best)
                best.granted = True
                self.running += 1
                best.told.set()

    def oldest(self) -> float:
        """For how many seconds the one that is served next has queued; 0 when nobody queues."""
        with self._lock:
            if not self._queue:
                return 0.0
            return time.monotonic() - min(self._queue, key=lambda one: (one.rank, one.number)).since

    def owners(self) -> set[str]:
        """Who queues: a family is under way for as long as its press waits here."""
        with self._lock:
            return set(self._owned) - {"", READERS}

    def _make_place(self, rank: Rank) -> bool:
        """Whether one more may queue; the last to come of a lower rank gives way."""
        if len(self._queue) < self.most_waiting:
            return True
        last = max(self._queue, key=lambda one: (one.rank, one.number))
        if last.rank <= rank:
            return False
        self._forget(last)
        last.told.set()
        return True

    def _forget(self, waiter: Waiter) -> None:
        if waiter in self._queue:
            self._queue.remove(waiter)
            self._owned[waiter.owner] -= 1
            if not self._owned[waiter.owner]:
                del self._owned[waiter.owner]
