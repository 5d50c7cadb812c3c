"""What a case is and what one run of it gives."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Facts = dict[str, float | int | str | bool]


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: seconds of the work, seconds of the floor (0 for none), anything else worth knowing."""

    seconds: float
    floor: float = 0.0
    facts: Facts = field(default_factory=dict)


class UnavailableError(RuntimeError):
    """The case cannot run here, for want of a program it measures; the text says why."""


class FailedError(RuntimeError):
    """What the case measures went wrong; the text says how. A promise was broken."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A promise about one number of the report: `name` is seconds, ratio, megabytes or a fact."""

    name: str
    bound: float
    at_least: bool = False

    def kept(self, value: float) -> bool:
        """Whether the measured value keeps the promise."""
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Case:
    """A named measurement: `run(quick)`, the text of its table row, its promises, how often it is run."""

    name: str
    text: str
    run: Callable[[bool], Sample]
    limits: tuple[Limit, ...]
    runs: int = 3


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of a call, and what it returned."""
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found
