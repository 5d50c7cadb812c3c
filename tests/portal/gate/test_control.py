"""The window and the line on a virtual clock: no collapse, no starving, first come first served."""

import heapq
import random
from dataclasses import dataclass, field

import pytest

from portal.gate.control import LEAST_WINDOW, Line, Pace, Window, called_id

PRESSES, SERVICE = 20, 0.025  # a family presses so often, each takes so long: two families a second at most
THINK = (2.0, 8.0)
CAPACITY = 1 / (PRESSES * SERVICE)


@dataclass
class Site:
    """One server, families with pauses between presses, and the gate before them."""

    window: Window = field(default_factory=lambda: Window(start=15, target=0.1))
    line: Line = field(default_factory=lambda: Line("e", idle=20))
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    events: list[tuple[float, int, str, int]] = field(default_factory=list)
    left: dict[int, int] = field(default_factory=dict)
    queue: list[tuple[float, int]] = field(default_factory=list)
    busy: bool = False
    done: list[float] = field(default_factory=list)
    delays: list[tuple[float, float]] = field(default_factory=list)
    entered: list[int] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def plan(self, at: float, what: str, family: int) -> None:
        heapq.heappush(self.events, (at, len(self.events) + len(self.delays), what, family))

    def run(self, until: float) -> None:
        while self.events and self.events[0][0] <= until:
            now, _order, what, family = heapq.heappop(self.events)
            getattr(self, what)(now, family)

    def tick(self, now: float, _family: int) -> None:
        oldest = now - self.queue[0][0] if self.queue else 0.0
        self.window.tick(now, len(self.line.active), oldest)
        self.line.sync(now, self.window.size, self.seen)
        self.seen.clear()
        self.plan(now + 0.25, "tick", 0)

    def arrive(self, now: float, family: int) -> None:
        number = self.line.enter(now, self.window.size, f"f{family}", returning=False)
        if number:
            self.window.wanted = True
            self.numbers[family] = number
            self.plan(now + 10, "look", family)
        else:
            self.start(now, family)

    def look(self, now: float, family: int) -> None:
        """The waiting page renews itself."""
        if self.numbers[family] <= self.line.called:
            self.start(now, family)
        else:
            self.window.wanted = True
            self.plan(now + self.chance.uniform(8, 12), "look", family)

    def start(self, now: float, family: int) -> None:
        self.entered.append(family)
        self.left[family] = PRESSES + self.chance.randint(-6, 6)
        self.press(now, family)

    def press(self, now: float, family: int) -> None:
        number = self.numbers.get(family)
        self.seen.append(called_id("e", number) if number else f"f{family}")
        self.queue.append((now, family))
        self.serve(now)

    def serve(self, now: float) -> None:
        if self.busy or not self.queue:
            return
        since, family = self.queue.pop(0)
        self.busy = True
        self.window.observe(now - since)
        self.delays.append((now, now - since))
        self.plan(now + SERVICE, "answered", family)

    def answered(self, now: float, family: int) -> None:
        self.busy = False
        self.left[family] -= 1
        if self.left[family]:
            self.plan(now + self.chance.uniform(*THINK), "press", family)
        else:
            self.done.append(now)
        self.serve(now)


def opened(times: float, seconds: int, after: int = 0) -> Site:
    """Families come at so many times the capacity for so long; then nobody comes any more."""
    site = Site()
    site.plan(0.0, "tick", 0)
    for family in range(int(CAPACITY * times * seconds)):
        site.plan(family / (CAPACITY * times), "arrive", family)
    site.run(seconds + after)
    return site


@pytest.mark.parametrize("times", [1.5, 3, 10])
def test_useful_work_does_not_fall_when_more_press(times: float) -> None:
    site = opened(times, 900)
    served = [at for at, _delay in site.delays if at > 100]
    assert len(served) / 800 > 0.9 / SERVICE
    assert len([at for at in site.done if at > 300]) / 600 > 0.8 * CAPACITY  # and families come to their end


def test_who_is_under_way_waits_seconds_at_most() -> None:
    late = sorted(delay for at, delay in opened(3, 900).delays if at > 180)
    assert late[len(late) // 2] < 0.5
    assert late[int(0.99 * len(late))] < 3


def test_below_capacity_nobody_is_kept_waiting() -> None:
    site = opened(0.5, 600)
    assert not site.numbers
    assert len(site.entered) == int(CAPACITY * 0.5 * 600)


def test_after_the_rush_everybody_was_served() -> None:
    site = opened(3, 120, after=600)
    assert len(site.done) == int(CAPACITY * 3 * 120)
    assert not site.queue


def test_numbers_are_called_in_the_order_in_which_they_were_drawn() -> None:
    line = Line("e", idle=30)
    drawn = [line.enter(0, 2, f"f{one}", returning=False) for one in range(6)]
    assert drawn == [0, 0, 1, 2, 3, 4]
    standing = line.sync(31, 3, ())  # the first two have gone
    assert (standing.called, standing.active) == (3, 3)
    assert standing.closed


def test_nobody_overtakes_who_waits() -> None:
    line = Line("e", idle=30)
    assert [line.enter(0, 1, "a", returning=False), line.enter(0, 1, "b", returning=False)] == [0, 1]
    assert line.enter(31, 1, "c", returning=False) == 2  # there was room for one, and "b" had come before
    assert line.called == 1


def test_a_number_of_a_lost_line_is_not_put_behind_the_new_one() -> None:
    line = Line("e", idle=30)
    for one in range(3):
        line.enter(0, 1, f"f{one}", returning=False)
    line.sync(1, 1, ())
    assert line.enter(1, 2, "was here before", returning=False) == 3
    line.active.clear()
    line.issued = line.called  # the new line is empty but for one who comes back
    assert line.enter(2, 2, "came back", returning=True) == 0


def test_a_called_number_that_never_comes_does_not_hold_its_place() -> None:
    line = Line("e", idle=30)
    for one in range(4):
        line.enter(0, 1, f"f{one}", returning=False)
    calls = [line.sync(at, 1, ()).called for at in range(0, 130, 31)]
    assert calls == [0, 1, 2, 3, 3]


def test_the_window_is_cut_to_those_who_do_not_queue_and_no_further() -> None:
    window = Window(start=1000, target=0.1)
    for second in range(30):
        for _press in range(10):
            window.observe(5.1)
        window.tick(second, active=100)
    assert window.size == pytest.approx(50, abs=6)  # ten a second that queue five seconds: fifty are too many


def test_the_window_never_shuts() -> None:
    window = Window(start=100, target=0.1)
    for second in range(400):
        for _press in range(100):
            window.observe(9.0)
        window.tick(second, active=window.size)
    assert window.size == LEAST_WINDOW


def test_an_unneeded_window_does_not_grow() -> None:
    window = Window(start=50, target=0.1)
    for step in range(400):
        window.observe(0.0)
        window.tick(step, active=3)
    assert window.size == 50


def test_a_standing_queue_in_which_nothing_is_served_is_seen() -> None:
    window = Window(start=50, target=0.1)
    window.tick(0.0, active=50, oldest=6.0)
    window.tick(1.0, active=50, oldest=7.0)
    assert window.size < 50


def test_how_long_the_line_takes() -> None:
    pace = Pace()
    assert pace.seconds_for(10) is None
    for at in range(30):
        pace.note(at, at * 2)
    assert pace.seconds_for(100) == pytest.approx(50)
    pace.note(31, 0)  # a new line
    assert pace.seconds_for(10) is None
