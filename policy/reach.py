"""Whether every group of a policy can be reached: finds what can be proved, and nothing else.

A group is never reached where every family that meets its condition meets an earlier one; a group takes everybody
where no family fails its condition. Proved by looking for a family, fact by fact: each fact takes one value of every
region between the constants that the conditions name, or is not claimed at all. A comparison of two facts with each
other counts as free, and a search that becomes too long proves nothing. A group whose seat can be locked takes nobody
for certain, so nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from policy.conditions import OPPOSITE, leaves_of
from policy.dates import DateExpr, add_months
from policy.logic import COMPARE, Days
from policy.model import All, AnyOf, Condition, FactRef, Group, Leaf
from policy.tree import PolicyIssue, Tree

MOST_WORK: Final = 60_000  # values looked at for one policy; a real one takes some hundreds
UNCLAIMED: Final = object()
BIRTH: Final = "child.birth_date"
OLDEST_YEARS: Final = 30  # nobody older enters a school, nobody was born after the cut-off
# What every child has: silence about it is a question and never a family that fails the condition.
EVERYBODYS: Final = frozenset({"application", "child", "household"})
ELSE: Final = "\0else"  # any text that no condition names
Family = dict[Any, Any]


def reach_issues(tree: Tree, groups: Sequence[Group], locked: frozenset[str], days: Days) -> Iterator[PolicyIssue]:
    """Find groups that take everybody while others follow, and groups that nobody can reach."""
    work = _Work()
    swallowed: set[str] = set()  # stages in which an earlier group takes everybody: said once, at that group
    for index, group in enumerate(groups):
        rest = [stage for stage in group.stages if stage not in swallowed]
        if not rest:
            continue
        if not _found(group.when, AnyOf(()), days, work):
            yield tree.issue(("groups", index, "when"), "group_of_nobody", id=group.id)
            continue
        sure = [one for one in groups[:index] if one.id not in locked]
        before = {stage: AnyOf(tuple(one.when for one in sure if stage in one.stages)) for stage in rest}
        if all(not _found(group.when, before[stage], days, work) for stage in rest):
            yield tree.issue(("groups", index, "when"), "group_unreachable", id=group.id)
            continue
        if group.id in locked or _found(All(()), group.when, days, work):
            continue
        swallowed |= set(group.stages)
        if followed := [one for one in groups[index + 1 :] if set(one.stages) <= swallowed]:
            yield tree.issue(("groups", index, "when"), "group_of_everybody", id=group.id, next=followed[0].id)


@dataclass(slots=True)
class _Work:
    """What may still be looked at: conditions can be written whose search would take hours."""

    left: int = MOST_WORK


def _found(wanted: Condition, excluded: Condition, days: Days, work: _Work) -> bool:
    """Whether a family may exist that meets the first condition and fails the second."""
    return _Search(wanted, excluded, days, work).found()


@dataclass(slots=True)
class _Search:
    wanted: Condition
    excluded: Condition
    days: Days
    work: _Work

    def found(self) -> bool:
        leaves: dict[Any, list[Leaf]] = {}
        for leaf in (*leaves_of(self.wanted), *leaves_of(self.excluded)):
            self.work.left -= len(leaf.operands)
            if self.work.left < 0:
                return True
            leaves.setdefault(_key(leaf), []).append(leaf)
        return self._try([(key, _values(key, mine, self.days)) for key, mine in leaves.items()], {})

    def _try(self, open_facts: list[tuple[Any, list[Any]]], family: Family) -> bool:
        if self.work.left < 0:
            return True  # too long a search proves nothing: such a family may exist
        wanted, excluded = self._holds(self.wanted, family), self._holds(self.excluded, family)
        if wanted is False or excluded is True:
            return False
        if wanted and excluded is False:
            return True
        (key, values), *rest = open_facts
        return any(self._try(rest, {**family, key: value}) for value in values)

    def _holds(self, condition: Condition, family: Family) -> bool | None:
        """Whether a condition holds, as far as the facts are chosen; None while it depends on the others."""
        if isinstance(condition, Leaf):
            self.work.left -= len(condition.operands)
            key = _key(condition)
            return _leaf(condition, family[key], self.days) if key in family else None
        outcomes = {self._holds(part, family) for part in condition.parts}
        deciding = not isinstance(condition, All)
        if deciding in outcomes:
            return deciding
        return None if None in outcomes else not deciding


def _key(leaf: Leaf) -> Any:
    """What a comparison depends on: its fact, or the pair of facts that it compares."""
    other = next((operand.spec.name for operand in leaf.operands if isinstance(operand, FactRef)), None)
    return leaf.spec.name if other is None else (leaf.spec.name, other, min(leaf.operator, OPPOSITE[leaf.operator]))


def _leaf(leaf: Leaf, value: Any, days: Days) -> bool:
    key = _key(leaf)
    if isinstance(key, tuple):
        return bool(value) is (leaf.operator == key[2])
    if value is UNCLAIMED:
        return leaf.without_claim
    return COMPARE[leaf.operator](value, tuple(_constants(leaf, days)))


def _constants(leaf: Leaf, days: Days) -> list[Any]:
    return [
        operand.resolve(days.cutoff, days.entry) if isinstance(operand, DateExpr) else operand
        for operand in leaf.operands
        if not isinstance(operand, FactRef)
    ]


def _values(key: Any, mine: Sequence[Leaf], days: Days) -> list[Any]:
    """One value of every region of a fact that its comparisons can tell apart."""
    if isinstance(key, tuple):
        return [True, False]
    spec = mine[0].spec
    named = sorted({value for leaf in mine for value in _constants(leaf, days)})
    surely = spec.always or spec.default is not None or spec.subject in EVERYBODYS
    unclaimed = [] if surely else [UNCLAIMED]
    if spec.kind == "flag":
        return [True, False, *unclaimed]
    if spec.kind == "choice":
        return [*spec.choices, *unclaimed]
    if spec.kind == "text":
        return [*named, ELSE, *unclaimed]
    if spec.name == BIRTH:
        oldest = add_months(days.cutoff, -12 * OLDEST_YEARS)
        return [day for day in _regions("date", [oldest, *named, days.cutoff]) if oldest <= day <= days.cutoff]
    return [*_regions(spec.kind, named), *unclaimed]


def _regions(kind: str, named: Sequence[Any]) -> list[Any]:
    """The constants themselves, a value between each two, one below and one above, where the kind has such."""
    if kind == "date":
        day = timedelta(days=1)
        around = {one + step for one in named for step in (-day, timedelta(), day) if date.min < one < date.max}
        return sorted(around)
    top = 1.0 if kind == "share" else 1e9
    marks = [0.0, *named, top]
    between = [(low + high) / 2 for low, high in pairwise(marks)]
    return sorted({float(one) for one in (*marks, *between) if 0 <= one <= top})
