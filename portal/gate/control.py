"""How many families may be under way at a time, and who comes next. Pure: time is an argument, in seconds.

The site is asked in sessions: a family that was let in presses some twenty times, with pauses. Letting in by requests
would cut families off in the middle, and letting in by rate reacts minutes too late. So the number of families under
way is the window, as in TCP: it grows while presses do not queue, and shrinks when even the luckiest press of an
interval has queued (CoDel's sign of a standing queue). A family that ends makes room for the next.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

INTERVAL_SECONDS = 1.0
QUICK, SLOW = 1.08, 1.01  # factors of an interval in which nobody queued, and in which somebody did
NEARLY = 0.7  # of the window in use: it opens before anybody is kept waiting
LEAST_WINDOW = 4.0
MOST_CUT = 0.5  # of the families under way, in one interval
IDLE_FACTOR = 2.0  # a window that nobody needs is at most so many times the families under way
MOST_ACTIVE = 50_000
MOST_CALLED = 100  # families called in at once


@dataclass(slots=True)
class Window:
    """How many families one process lets be under way. ``target`` is the queueing time, in seconds, it steers to."""

    start: float
    target: float
    size: float = 0.0
    least: float | None = None  # queueing time of the luckiest press of this interval
    most: float = 0.0  # and of the unluckiest
    served: int = 0  # presses in this interval
    wanted: bool = False  # somebody was kept waiting in this interval
    begun: float | None = None

    def __post_init__(self) -> None:
        self.size = self.start

    def observe(self, delay: float) -> None:
        """One press queued for so long before it was served."""
        self.least = delay if self.least is None else min(self.least, delay)
        self.most = max(self.most, delay)
        self.served += 1

    def tick(self, now: float, active: float, oldest: float = 0.0) -> None:
        """Adjust once an interval. ``active`` families are under way (this process's share).

        ``oldest`` is for how long the next in the queue has queued: where nothing is served, nothing is observed.
        """
        if self.begun is None:
            self.begun = now
        seconds = now - self.begun
        if seconds < INTERVAL_SECONDS:
            return
        least = self.least if self.least is not None else oldest
        if least > self.target:
            self._cut(active, self.served / seconds * (least - self.target))
        elif self.wanted or active > NEARLY * self.size:
            self.size *= QUICK if self.most <= self.target else SLOW
        else:
            self.size = min(self.size, max(self.start, active * IDLE_FACTOR))
        self.least, self.most, self.served, self.wanted, self.begun = None, 0.0, 0, False, now

    def _cut(self, active: float, queued: float) -> None:
        """To the families under way less those who queue: by Little's law, what is served a second times how long it
        queues. It does not add up while they leave, for both become fewer together.
        """
        kept = max(active - max(queued, 1.0), active * MOST_CUT, LEAST_WINDOW)
        self.size = min(self.size, kept)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the line stands: numbers given and called, families under way and how many may be."""

    epoch: str
    issued: int = 0
    called: int = 0
    active: int = 0
    window: float = 0.0
    processes: int = 1

    @property
    def waiting(self) -> int:
        return max(0, self.issued - self.called)

    @property
    def closed(self) -> bool:
        """Whether somebody who comes now has to wait."""
        return self.waiting > 0 or self.active >= self.window


def called_id(epoch: str, number: int) -> str:
    """Under which name a called number counts as under way, from the call until it has been idle."""
    return f"{epoch}:{number}"


@dataclass(slots=True)
class Line:
    """The line of one process; the shared one in Valkey (portal.gate.line) does the same."""

    epoch: str
    idle: float  # after so many seconds without a press a family is no longer under way
    issued: int = 0
    called: int = 0
    active: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def sync(self, now: float, window: float, seen: Iterable[str]) -> Standing:
        """Note who pressed, forget who has gone, call in as many as there is room for."""
        for one in seen:
            self._note(one, now)
        while self.active and next(iter(self.active.values())) < now - self.idle:
            self.active.popitem(last=False)
        room = min(int(window) - len(self.active), self.issued - self.called, MOST_CALLED)
        for _one in range(max(0, room)):
            self.called += 1
            self._note(called_id(self.epoch, self.called), now)
        return Standing(self.epoch, self.issued, self.called, len(self.active), window)

    def enter(self, now: float, window: float, who: str, *, returning: bool) -> int:
        """0: come in, counted as under way. Else a number. ``returning`` waited in a line that was lost: it is not
        kept behind those of the new one, only the window keeps it.
        """
        self.sync(now, window, ())
        if len(self.active) < int(window) and (returning or self.issued == self.called):
            self._note(who, now)
            return 0
        self.issued += 1
        return self.issued

    def _note(self, who: str, now: float) -> None:
        self.active[who] = now
        self.active.move_to_end(who)
        if len(self.active) > MOST_ACTIVE:
            self.active.popitem(last=False)


@dataclass(slots=True)
class Pace:
    """How many numbers a second were called of late, for telling how long the line takes."""

    over: float = 60.0
    seen: list[tuple[float, int]] = field(default_factory=list)

    def note(self, now: float, called: int) -> None:
        """At most a sample a second is kept; a line that began again forgets the old one."""
        if self.seen and called < self.seen[-1][1]:
            self.seen.clear()
        if not self.seen or now - self.seen[-1][0] >= 1.0:
            self.seen.append((now, called))
        while len(self.seen) > 2 and self.seen[1][0] < now - self.over:
            self.seen.pop(0)

    def seconds_for(self, ahead: int) -> float | None:
        """Seconds until so many are called; None while nobody knows."""
        if len(self.seen) < 2:
            return None
        (then, before), (last, called) = self.seen[0], self.seen[-1]
        return ahead * (last - then) / (called - before) if called > before else None
