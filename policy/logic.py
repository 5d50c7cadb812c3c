"""Judging one condition in three values: true, false, unknown.

How a comparison reads a fact (silence never refuses):
  * trusted (verified, or declared and not yet checked): true or false by its value;
  * the agency refuted the claim (mismatch): false where the claim would have satisfied it;
  * no record or no answer: unknown where the claim would satisfy it or no value is known, else false (the family does
  not claim it);
  * absent: its default; without one, unknown when the family claims other things of that subject (a home without its
    share), else false: what nobody claims gives no right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from policy.dates import DateExpr
from policy.facts import FactSpec, Scalar
from policy.family import Fact, Facts, typed
from policy.model import All, Condition, FactRef, Leaf, Operand

Outcome = Literal["true", "false", "unknown"]
Basis = Literal["value", "default", "not_claimed", "question", "refuted"]


@dataclass(frozen=True, slots=True)
class Days:
    """The days a policy's dates are counted from, for the round at hand."""

    cutoff: date
    entry: date


@dataclass(frozen=True, slots=True)
class LeafResult:
    """What one comparison came to, on which basis and by which fact as it was then."""

    leaf: Leaf
    outcome: Outcome
    basis: Basis
    fact: Fact | None


COMPARE: Final[Mapping[str, Callable[[Any, tuple[Any, ...]], bool]]] = {
    "eq": lambda value, wanted: bool(value == wanted[0]),
    "ne": lambda value, wanted: bool(value != wanted[0]),
    "in": lambda value, wanted: value in wanted,
    "not_in": lambda value, wanted: value not in wanted,
    "gt": lambda value, wanted: bool(value > wanted[0]),
    "gte": lambda value, wanted: bool(value >= wanted[0]),
    "lt": lambda value, wanted: bool(value < wanted[0]),
    "lte": lambda value, wanted: bool(value <= wanted[0]),
    "between": lambda value, wanted: bool(wanted[0] <= value <= wanted[1]),
    "not_between": lambda value, wanted: not wanted[0] <= value <= wanted[1],
}


def known_value(spec: FactSpec, facts: Facts) -> Scalar | date | None:
    """Return the value a comparison may use whatever its standing, or None where none is known."""
    fact = facts.get(spec.name)
    if fact is not None and fact.value is not None:
        return typed(spec, fact.value)
    return spec.default if fact is None or fact.status == "declared" else None


def _operand(operand: Operand, facts: Facts, days: Days) -> Scalar | date | None:
    if isinstance(operand, DateExpr):
        return operand.resolve(days.cutoff, days.entry)
    if isinstance(operand, FactRef):
        return known_value(operand.spec, facts)
    return operand


def _trusted(spec: FactSpec, facts: Facts) -> bool:
    fact = facts.get(spec.name)
    return fact is None or fact.status in {"verified", "declared"}


def judge_leaf(leaf: Leaf, facts: Facts, days: Days) -> LeafResult:
    """Judge one comparison; never raises, whatever the facts."""
    fact = facts.get(leaf.spec.name)
    if fact is None or (fact.value is None and fact.status in {"declared", "verified"}):
        return _absent(leaf, facts, days, fact)
    value = known_value(leaf.spec, facts)
    wanted = tuple(_operand(operand, facts, days) for operand in leaf.operands)
    if value is None or any(item is None for item in wanted):
        return LeafResult(leaf, "unknown", "question", fact)
    claimed = COMPARE[leaf.operator](value, wanted)
    if not claimed:
        return LeafResult(leaf, "false", "value", fact)
    if fact.status == "mismatch":
        return LeafResult(leaf, "false", "refuted", fact)
    references = [operand.spec for operand in leaf.operands if isinstance(operand, FactRef)]
    if all(_trusted(spec, facts) for spec in (leaf.spec, *references)):
        return LeafResult(leaf, "true", "value", fact)
    return LeafResult(leaf, "unknown", "question", fact)


def _absent(leaf: Leaf, facts: Facts, days: Days, fact: Fact | None) -> LeafResult:
    spec = leaf.spec
    if spec.default is not None:
        wanted = tuple(_operand(operand, facts, days) for operand in leaf.operands)
        if any(item is None for item in wanted):
            return LeafResult(leaf, "unknown", "question", fact)
        met = COMPARE[leaf.operator](spec.default, wanted)
        return LeafResult(leaf, "true" if met else "false", "default", fact)
    if spec.always or facts.claims(spec.subject):
        return LeafResult(leaf, "unknown", "question", fact)
    return LeafResult(leaf, "true" if leaf.without_claim else "false", "not_claimed", fact)


def judge(condition: Condition, facts: Facts, days: Days, seen: list[LeafResult]) -> Outcome:
    """Judge a condition (strong Kleene logic); every comparison is judged and added to `seen`, so that the trace is
    whole.
    """
    if isinstance(condition, Leaf):
        result = judge_leaf(condition, facts, days)
        seen.append(result)
        return result.outcome
    outcomes = {judge(part, facts, days, seen) for part in condition.parts}
    deciding: Outcome = "false" if isinstance(condition, All) else "true"
    if deciding in outcomes:
        return deciding
    if "unknown" in outcomes:
        return "unknown"
    return "true" if deciding == "false" else "false"
