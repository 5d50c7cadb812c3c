"""How a lane works off what is found by its state (pure: time and the broker are given).

A message in the broker says only "look": it carries no row. A lane has at most one such message waiting, however many
rows are open, and each look takes rows under a lease until none is due or its turn is over. So what waits in the
broker never grows with the work, a lost message loses nothing, and a second one costs one indexed read. Overload makes
rows wait in the database, oldest first; it never makes more work out of the same rows (the kind of collapse described
by Bronson et al., "Metastable Failures in Distributed Systems", HotOS 2021).
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

logger = logging.getLogger(__name__)

# From the most urgent: sign-in codes; checking and judging of families; messages; runs and simulations; housekeeping.
LANES: Final = ("codes", "families", "messages", "runs", "sweeps")
# How often each lane is rung although nobody asked: what a lost message or a killed worker left is found by then.
LOOK_SECONDS: Final = {"codes": 2.0, "families": 2.0, "messages": 5.0, "runs": 5.0, "sweeps": 5.0}
# Two looks of one slot begin at least so far apart: what arrives meanwhile is done together, at a third of the CPU. Who
# comes alone is looked at at once; a code never waits.
PACE_SECONDS: Final = {"families": 0.25, "messages": 1.0}
# How far each lane steps back where the processor is short (nice): for a press and a sign-in code somebody waits, a
# check and a message are late by moments, a run and a sweep by seconds. What steps back is still never starved.
STEPS_BACK: Final = {"families": 3, "messages": 3, "runs": 6, "sweeps": 6}
MOST_SLOTS = 64  # worker processes of one lane on one machine
MOST_WAITING = 1  # messages a lane may have waiting in the broker before another "look" is pointless


@dataclass(slots=True)
class Turn:
    """One look at a lane: until when it may go on (seconds of ``now``), and how it calls other slots to help."""

    now: Callable[[], float]
    until: float
    call: Callable[[], object]
    stopping: Callable[[], bool] = lambda: False

    def goes_on(self) -> bool:
        """Whether another batch may be begun."""
        return self.now() < self.until and not self.stopping()

    def call_others(self) -> None:
        """A full batch was found: there may be more than one slot can do. Asking twice is harmless."""
        self.call()


Work = Callable[[Turn], bool]


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of work. ``work`` takes one batch and says whether there may be more; it must be safe to call at any time,
    by several at once. ``every``: seconds between two looks at it; 0 for every look at its lane."""

    name: str
    work: Work
    every: float = 0.0


@dataclass(slots=True)
class Lane:
    """The kinds of work of one urgency, and whose turn of a periodic one it is (``due``, by name and seconds)."""

    sources: list[Source] = field(default_factory=list)

    def drain(self, turn: Turn, due: Callable[[str, float], bool]) -> bool:
        """Take batches of all sources in turn until none has any or the turn is over; True when more may be left.

        A source that fails is left for the next look and does not hold up the others.
        """
        open_sources: Sequence[Source] = [one for one in self.sources if not one.every or due(one.name, one.every)]
        while open_sources and turn.goes_on():
            open_sources = [one for one in open_sources if self._batch(one, turn)]
            if open_sources:
                turn.call_others()
        return bool(open_sources)

    @staticmethod
    def _batch(source: Source, turn: Turn) -> bool:
        try:
            return source.work(turn)
        except Exception:
            logger.exception("the work %s failed; it is looked at again by its state", source.name)
            return False


def worth_sending(waiting: int) -> bool:
    """Whether one more "look" is worth a message when this many wait in the broker already."""
    return waiting < MOST_WAITING


def slots_of(text: str, known: Sequence[str]) -> dict[str, int]:
    """How many worker processes each lane gets, from "codes:1,families:4". Raises ValueError for nonsense."""
    found: dict[str, int] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        lane, _colon, count = part.partition(":")
        if lane not in known or not count.isascii() or not count.isdigit() or int(count) > MOST_SLOTS:
            raise ValueError(f"{part!r} is not LANE:NUMBER with a lane of {', '.join(known)}, at most {MOST_SLOTS}")
        found[lane] = int(count)
    if not any(found.values()):
        raise ValueError("no lane has a slot")
    return found
