"""Tables of legal transitions: pure data, readable by a non-programmer, and the diagram made from them."""

from collections.abc import Iterable
from dataclasses import dataclass


class IllegalTransition(ValueError):
    """The table has no such step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One legal step: from a state to a state, the event that makes it, and who may cause it."""

    source: str
    event: str
    target: str
    by: str


@dataclass(frozen=True, slots=True)
class TransitionTable:
    steps: tuple[Step, ...]

    def target(self, source: str, event: str) -> str:
        for step in self.steps:
            if step.source == source and step.event == event:
                return step.target
        raise IllegalTransition(f"{event!r} is not possible in state {source!r}")

    def events(self, source: str) -> tuple[str, ...]:
        return tuple(step.event for step in self.steps if step.source == source)

    def states(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for step in self.steps for name in (step.source, step.target)))

    def mermaid(self) -> str:
        """A Mermaid state diagram of the table."""
        lines = [f"    {step.source} --> {step.target}: {step.event} ({step.by})" for step in self.steps]
        return "\n".join(["stateDiagram-v2", *lines])


def table(rows: Iterable[tuple[str, str, str, str]]) -> TransitionTable:
    """Build a table from (from, event, to, by) rows; two rows for one (from, event) are refused."""
    steps = tuple(Step(*row) for row in rows)
    if len({(step.source, step.event) for step in steps}) != len(steps):
        raise ValueError("two steps share a state and an event")
    return TransitionTable(steps)
