"""A model of the workers under load: the real loop of a lane on a virtual clock, over tables of leased rows.

What is simulated is only what the program does not decide: how long work takes, when rows arrive, when a worker is
killed and when the broker is lost. Who looks, what is taken and what is sent is ``foundation.draining`` itself.
"""

import heapq
import random
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from foundation.draining import LOOK_SECONDS, Lane, Source, Turn, worth_sending

LEASE = 45.0
TURN = 5.0
BATCH = 24
LOOK_COST = 0.002  # seconds of a look that finds nothing: one indexed read


@dataclass(slots=True)
class Table:
    """Open rows, each with the time from which it may be taken; done rows are counted."""

    due: list[tuple[float, int]] = field(default_factory=list)  # a heap: the index of the database
    leased: dict[int, float] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)
    done_at: dict[int, float] = field(default_factory=dict)
    repeated: int = 0
    number: int = 0

    def add(self, now: float) -> None:
        self.number += 1
        self.open.add(self.number)
        heapq.heappush(self.due, (now, self.number))

    def take(self, now: float, most: int) -> list[int]:
        found: list[int] = []
        while self.due and len(found) < most and self.due[0][0] <= now:
            _at, row = heapq.heappop(self.due)
            if row in self.open:
                heapq.heappush(self.due, (now + LEASE, row))
                found.append(row)
        return found

    def finish(self, row: int, now: float) -> None:
        if row in self.open:
            self.open.remove(row)
            self.done_at[row] = now
        else:
            self.repeated += 1


@dataclass(slots=True)
class World:
    """One lane with its workers and broker. ``seconds``: how long a row takes, with the machine's mood in it."""

    workers: int
    seconds: float
    chance: random.Random
    table: Table = field(default_factory=Table)
    broker: deque[int] = field(default_factory=deque)
    broker_lost_until: float = -1.0
    now: float = 0.0
    most_queued: int = 0
    looks: int = 0

    def ring(self) -> None:
        """What ``foundation.lanes.ring`` does."""
        if self.now >= self.broker_lost_until and worth_sending(len(self.broker)):
            self.broker.append(1)
            self.most_queued = max(self.most_queued, len(self.broker))

    def lose_broker(self, seconds: float) -> None:
        self.broker.clear()
        self.broker_lost_until = self.now + seconds

    def look(self) -> Generator[float, None, None]:
        """One worker's look, as steps of time: the real loop runs in it; each step is the cost of one batch."""
        self.looks += 1
        costs: list[float] = []

        def work(_turn: Turn) -> bool:
            rows = self.table.take(self.now, BATCH)
            cost = LOOK_COST + sum(self.seconds * self.chance.expovariate(1.0) for _row in rows)
            costs.append(cost)
            taken.append(rows)
            return len(rows) == BATCH

        taken: list[list[int]] = []
        spent = [0.0]
        lane = Lane([Source("rows", work)])
        turn = Turn(lambda: spent[0], TURN, self.ring)
        # the loop is asked for one batch at a time, so that the virtual clock can move between two of them
        more = True
        while more and turn.goes_on():
            one = Turn(lambda: spent[0], spent[0] + 1e-9, self.ring)
            more = lane.drain(_once(one, spent), lambda _name, _every: True)
            cost = costs.pop()
            spent[0] += cost
            yield cost
            for row in taken.pop():
                self.table.finish(row, self.now)
        if more:
            self.ring()


def _once(turn: Turn, spent: list[float]) -> Turn:
    """A turn that ends after the batch at hand."""
    begun = [False]

    def now() -> float:
        if begun[0]:
            return turn.until + 1
        begun[0] = True
        return spent[0]

    return Turn(now, turn.until, turn.call)


@dataclass(slots=True)
class Run:
    """What a simulation came to."""

    done: int
    useful: list[float]  # rows done in each minute of the overload
    most_queued: int
    looks: int
    repeated: int
    drained_after: float  # seconds from the end of the arrivals until nothing is open


@dataclass(slots=True)
class Trouble:
    """What goes wrong. A killed worker loses the batch in its hands and is forked again at once."""

    kill_every: float = 0.0  # seconds between two kills
    broker_lost_at: float = -1.0
    broker_lost_for: float = 0.0
    slow_from: float = -1.0
    slow_until: float = -1.0
    slow_factor: float = 1.0


@dataclass(slots=True)
class Simulation:
    """Rows arrive for some minutes, at some times what the workers can do; then all goes on until none is open."""

    world: World
    rate: float  # arrivals a second
    end: float
    trouble: Trouble
    generation: list[int]
    events: list[tuple[float, int, str, int, int]] = field(default_factory=list)
    looking: dict[int, Iterator[float]] = field(default_factory=dict)
    serial: int = 0

    def run(self) -> float:
        """Seconds from the end of the arrivals until nothing is open."""
        self.at(0.0, "arrive")
        self.at(LOOK_SECONDS["families"], "beat")
        if self.trouble.kill_every:
            self.at(self.trouble.kill_every, "kill")
        if self.trouble.broker_lost_at > 0:
            self.at(self.trouble.broker_lost_at, "lose")
        steps = {"arrive": self.arrive, "beat": self.beat, "kill": self.kill, "lose": self.lose}
        while self.world.now < self.end or self.world.table.open:
            self.world.now, _serial, what, worker, generation = heapq.heappop(self.events)
            if what != "work":
                steps[what]()
            elif generation == self.generation[worker]:
                self.go_on(worker)
            self.take_messages()
        return self.world.now - self.end

    def at(self, when: float, what: str, worker: int = 0) -> None:
        self.serial += 1
        heapq.heappush(self.events, (when, self.serial, what, worker, self.generation[worker]))

    def arrive(self) -> None:
        self.world.table.add(self.world.now)
        self.world.ring()
        if self.world.now < self.end:
            self.at(self.world.now + self.world.chance.expovariate(self.rate), "arrive")

    def beat(self) -> None:
        self.world.ring()
        self.at(self.world.now + LOOK_SECONDS["families"], "beat")

    def kill(self) -> None:
        victim = self.world.chance.randrange(self.world.workers)
        self.looking.pop(victim, None)
        self.generation[victim] += 1
        self.at(self.world.now + self.trouble.kill_every, "kill")

    def lose(self) -> None:
        self.world.lose_broker(self.trouble.broker_lost_for)

    def take_messages(self) -> None:
        for worker in range(self.world.workers):
            if worker not in self.looking and self.world.broker:
                self.world.broker.popleft()
                self.looking[worker] = self.world.look()
                self.go_on(worker)

    def go_on(self, worker: int) -> None:
        try:
            cost = next(self.looking[worker])
        except StopIteration:
            del self.looking[worker]
            return
        slow = self.trouble.slow_from < self.world.now < self.trouble.slow_until
        self.at(self.world.now + cost * (self.trouble.slow_factor if slow else 1.0), "work", worker)


def simulate(*, workers: int, seconds: float, load: float, minutes: int, seed: int, trouble: Trouble) -> Run:
    """``load`` times what ``workers`` can do (``seconds`` a row, at random) arrives for ``minutes``."""
    world = World(workers, seconds, random.Random(seed))
    end = 60.0 * minutes
    drained = Simulation(world, load * workers / seconds, end, trouble, generation=[0] * workers).run()
    useful = [0.0] * minutes
    for moment in world.table.done_at.values():
        if moment < end:
            useful[int(moment // 60)] += 1
    return Run(len(world.table.done_at), useful, world.most_queued, world.looks, world.table.repeated, drained)
