"""Writing the trace of a judgement afterwards, from its log.

While it judges, `policy.judge` only notes what there would be to say: a log of (function of this module, what it
needs). The words, sources and times are looked up here, when somebody reads the trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from policy.closures import Comparison
from policy.columns import BASES, OUTCOMES, Known, Row
from policy.facts import FactSpec, value_words
from policy.logic import Outcome
from policy.messages import OUTCOMES as SAID
from policy.trace import CONDITION_CODES, TraceStep, fact_words, is_unstated, source_words, step, when_words
from policy.words import Text

Log = list[tuple[Any, ...]]
Params = Mapping[str, Text | str]
_OUTCOME_WORDS: Final = tuple(SAID[outcome] for outcome in OUTCOMES)


class Writer:
    """Writes the steps of one family; what is said of a fact in one comparison is kept for the next."""

    __slots__ = ("_told", "known", "row", "steps")

    def __init__(self, known: Known, row: Row) -> None:
        self.known = known
        self.row = row
        self.steps: list[TraceStep] = []
        self._told: dict[tuple[str, bool], tuple[Any, ...]] = {}

    def told(self, spec: FactSpec, *, by_default: bool) -> tuple[Any, ...]:
        """(words, whether the family left it out, then the columns of a step) of a fact."""
        key = (spec.name, by_default)
        found = self._told.get(key)
        if found is None:
            fact = self.known.get(spec.name)
            words = fact_words(spec, fact, by_default=by_default)
            columns = step("", "", "true", {}, spec, fact)
            standing = (columns.facts, columns.values, columns.statuses, columns.sources, columns.at)
            found = self._told[key] = (words, is_unstated(fact), *standing)
        return found


def write(known: Known, row: Row, log: Log) -> list[TraceStep]:
    """The steps of a judgement, in their order."""
    writer = Writer(known, row)
    for tell, *material in log:
        tell(writer, *material)
    return writer.steps


def comparisons(writer: Writer, parts: Sequence[Comparison], rule: str) -> None:
    """Every comparison of a condition: judged again here, since the judgement stopped at the first that decided."""
    for part in parts:
        result = part.closure(writer.row)
        basis = BASES[result]
        words, unstated, *standing = writer.told(part.leaf.spec, by_default=basis == "default")
        code = "condition_missing" if unstated and basis == "question" else CONDITION_CODES[basis]
        params = {**words, "required": part.required, "outcome": _OUTCOME_WORDS[result]}
        writer.steps.append(TraceStep(code, rule, OUTCOMES[result], params, *standing))


def said(writer: Writer, code: str, rule: str, outcome: Outcome, params: Params, spec: FactSpec | None = None) -> None:
    """A step whose words were known when the policy was compiled."""
    fact = None if spec is None else writer.known.get(spec.name)
    writer.steps.append(step(code, rule, outcome, params, spec, fact))


def dated(
    writer: Writer, code: str, rule: str, outcome: Outcome, params: Params, spec: FactSpec, name: str, day: date
) -> None:
    """The same, with one day of the family's under `name`."""
    said(writer, code, rule, outcome, {**params, name: day.isoformat()}, spec)


def imported(writer: Writer, spec: FactSpec, value: float) -> None:
    """The points of the town's register."""
    fact = writer.known.get(spec.name)
    words = {"points": value_words(spec, value), "source": source_words(spec, fact), "at": when_words(fact)}
    said(writer, "points_imported", "points", "true", words, spec)


def placed(writer: Writer, spec: FactSpec, value: object) -> None:
    """A value that counts in the order of the group."""
    words = {"label": spec.label, "value": value_words(spec, value)}
    said(writer, "order_part", "order", "true", words, spec)
