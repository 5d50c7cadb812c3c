"""Conditions as closures: each `Condition` becomes one function of a family's row, made once a policy.

The tree is walked when the policy is compiled and not for every family. A closure has at hand whatever does not depend
on the family: its place in the row, the constant or the day it compares with, the order of its parts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from policy.columns import MET, QUESTION, UNMET, Columns, Row
from policy.conditions import leaves_of
from policy.dates import DateExpr
from policy.logic import COMPARE, Days
from policy.model import All, Condition, FactRef, Leaf, Operand
from policy.trace import required_words
from policy.words import Text

Closure = Callable[[Row], int]  # to one of the results of `policy.columns`


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison as the trace needs it."""

    leaf: Leaf
    closure: Closure
    required: Text


class Compiler:
    """Makes the closures of one policy for one set of days; a comparison written twice is one closure."""

    def __init__(self, columns: Columns, days: Days) -> None:
        self._columns = columns
        self._days = days
        self._made: dict[object, Comparison] = {}

    def condition(self, condition: Condition) -> Closure:
        """The condition as one function."""
        if isinstance(condition, Leaf):
            return self.comparison(condition).closure
        parts = tuple(self.condition(part) for part in condition.parts)
        if len(parts) == 1:
            return parts[0]
        return _every(parts) if isinstance(condition, All) else _any(parts)

    def comparisons(self, condition: Condition) -> tuple[Comparison, ...]:
        """Its comparisons in the order they are written: all of them are told, also those that decided nothing."""
        return tuple(self.comparison(leaf) for leaf in leaves_of(condition))

    def comparison(self, leaf: Leaf) -> Comparison:
        """One comparison, made once."""
        key = (leaf.spec.name, leaf.operator, leaf.without_claim, *map(_key, leaf.operands))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Comparison(leaf, self._leaf(leaf), required_words(leaf, self._days))
        return found

    def _leaf(self, leaf: Leaf) -> Closure:
        place = self._columns.place(leaf.spec)
        if any(isinstance(operand, FactRef) for operand in leaf.operands):
            return self._with_facts(leaf, place)
        holds = _test(leaf.operator, tuple(self._constant(operand) for operand in leaf.operands))
        silence = 1 if leaf.without_claim else 2

        def compare(row: Row) -> int:
            reading = row[place]
            value, met, unmet = reading
            if value is None:
                return int(reading[silence])
            return int(met if holds(value) else unmet)

        return compare

    def _with_facts(self, leaf: Leaf, place: int) -> Closure:
        """A comparison with other facts: without their values it is a question, and they too must be trusted."""
        compare = COMPARE[leaf.operator]
        constants = [None if isinstance(one, FactRef) else self._constant(one) for one in leaf.operands]
        others = [(at, self._columns.other(o.spec)) for at, o in enumerate(leaf.operands) if isinstance(o, FactRef)]
        silence = 1 if leaf.without_claim else 2

        def compare_facts(row: Row) -> int:
            reading = row[place]
            value, met, unmet = reading
            if value is None:
                return int(reading[silence])
            wanted, all_trusted = list(constants), True
            for at, other in others:
                wanted[at], trusted = row[other]
                all_trusted = all_trusted and trusted
            if None in wanted:
                return QUESTION
            if not compare(value, tuple(wanted)):
                return int(unmet)
            return QUESTION if met == MET and not all_trusted else int(met)

        return compare_facts

    def _constant(self, operand: Operand) -> Any:
        return operand.resolve(self._days.cutoff, self._days.entry) if isinstance(operand, DateExpr) else operand


def _key(operand: Operand) -> tuple[object, ...]:
    """An operand as part of a key: 1 and true are equal to Python and not to a policy."""
    return (FactRef, operand.spec.name) if isinstance(operand, FactRef) else (type(operand), operand)


def _every(parts: tuple[Closure, ...]) -> Closure:
    """The first part that fails decides; else one that is open makes it open. No part is asked after that."""

    def every(row: Row) -> int:
        found = MET
        for part in parts:
            result = part(row)
            if result < QUESTION:
                return UNMET
            if result == QUESTION:
                found = QUESTION
        return found

    return every


def _any(parts: tuple[Closure, ...]) -> Closure:
    """The first part that holds decides; else one that is open makes it open."""

    def any_of(row: Row) -> int:
        found = UNMET
        for part in parts:
            result = part(row)
            if result > QUESTION:
                return MET
            if result == QUESTION:
                found = QUESTION
        return found

    return any_of


def _test(operator: str, wanted: tuple[Any, ...]) -> Callable[[Any], bool]:
    """The comparison with its constants bound; the common ones without the step over a tuple."""
    first = wanted[0]
    match operator:
        case "eq":
            return lambda value: bool(value == first)
        case "ne":
            return lambda value: bool(value != first)
        case "gte":
            return lambda value: bool(value >= first)
        case "lte":
            return lambda value: bool(value <= first)
        case _:
            compare = COMPARE[operator]
            return lambda value: compare(value, wanted)
