"""Whether everything works that a family would feel: from readings to a verdict. Pure; seconds are plain numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

State = Literal["good", "slow", "bad"]


DEAD_SECONDS = 60.0  # without a sign of life


CODE_SECONDS = (20.0, 60.0)  # a sign-in code that waits so long is slow, is broken


CHECK_SECONDS = (60.0, 600.0)  # a check that is due and not made


JUDGED_SECONDS = (900.0, 4 * 3600.0)  # a family whose checks have not led to a result; agencies may be silent for hours


MESSAGE_SECONDS = (300.0, 3600.0)


RUN_SECONDS = (1800.0, 3 * 3600.0)


FAILING = (0.2, 0.5)  # of the newest hand-overs to the channel


FEWEST = 5  # hand-overs before their share says anything


WORST: tuple[State, ...] = ("good", "slow", "bad")


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read; ages in seconds, None where nothing waits."""

    code_age: float | None = None
    message_age: float | None = None
    messages_waiting: int = 0
    handed_over: int = 0  # to the channel, of the newest within an hour
    failed: int = 0  # of these
    held_seconds: float | None = None  # since the channel refuses everything: credentials, account, sender
    check_age: float | None = None
    family_age: float | None = None
    run_age: float | None = None
    broker: bool = True
    queued: Mapping[str, int] = field(default_factory=dict)
    pulses: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Component:
    """One thing that works or does not, with the figures that say so. None of them names a person."""

    name: str
    state: State
    figures: Mapping[str, float | int | bool | None]


def verdict(seen: Readings) -> tuple[Component, ...]:
    """The components a family would feel, in the order in which a filing meets them."""
    failing: State = "bad" if seen.held_seconds is not None else _share(seen)
    return (
        Component("broker", "good" if seen.broker else "bad", {"answers": seen.broker, **_prefixed(seen.queued)}),
        Component(
            "codes",
            worst(_aged(seen.code_age, CODE_SECONDS), failing, _alive(seen, "codes")),
            {
                "oldest_seconds": seen.code_age,
                "held_seconds": seen.held_seconds,
                "worker_seconds": seen.pulses.get("codes"),
            },
        ),
        Component(
            "checks",
            worst(
                _aged(seen.check_age, CHECK_SECONDS), _aged(seen.family_age, JUDGED_SECONDS), _alive(seen, "families")
            ),
            {
                "oldest_due_seconds": seen.check_age,
                "oldest_family_seconds": seen.family_age,
                "worker_seconds": seen.pulses.get("families"),
            },
        ),
        Component(
            "messages",
            worst(_aged(seen.message_age, MESSAGE_SECONDS), failing, _alive(seen, "messages")),
            {
                "oldest_seconds": seen.message_age,
                "waiting": seen.messages_waiting,
                "held_seconds": seen.held_seconds,
                "handed_over_last_hour": seen.handed_over,
                "failed_last_hour": seen.failed,
                "worker_seconds": seen.pulses.get("messages"),
            },
        ),
        Component(
            "runs",
            worst(_aged(seen.run_age, RUN_SECONDS), _soft(_alive(seen, "runs"))),
            {"oldest_seconds": seen.run_age, "worker_seconds": seen.pulses.get("runs")},
        ),
        Component(
            "sweeps",
            _soft(worst(_alive(seen, "sweeps"), _alive(seen, "beat"))),
            {"worker_seconds": seen.pulses.get("sweeps"), "beat_seconds": seen.pulses.get("beat")},
        ),
    )


def worst(*states: State) -> State:
    """The worst of several."""
    return max(states, key=WORST.index)


def _soft(state: State) -> State:
    """Officials feel it, or families only when something else is lost besides."""
    return "slow" if state == "bad" else state


def _aged(age: float | None, bounds: tuple[float, float]) -> State:
    slow, bad = bounds
    if age is None or age < slow:
        return "good"
    return "slow" if age < bad else "bad"


def _alive(seen: Readings, name: str) -> State:
    """A lane without a sign of life; while the broker is away nobody can give one, and that is told once."""
    if not seen.broker or seen.pulses.get(name, DEAD_SECONDS) < DEAD_SECONDS:
        return "good"
    return "bad"


def _share(seen: Readings) -> State:
    some, most = FAILING
    if seen.handed_over < FEWEST or seen.failed < some * seen.handed_over:
        return "good"
    return "slow" if seen.failed < most * seen.handed_over else "bad"


def _prefixed(queued: Mapping[str, int]) -> dict[str, int]:
    return {f"queued_{lane}": waiting for lane, waiting in queued.items()}
