"""What is published is what is judged: each clause of `policy.plain` decides between two families differing in it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import islice
from typing import Any

import pytest

from policy import Evaluation, Fact, Facts, Policy, PolicyError, evaluate, load, scheme_text
from policy.dates import DateExpr
from policy.facts import FactSpec
from policy.logic import Days, judge_leaf
from policy.model import All, Condition, FactRef, FalseDeclaration, Group, Leaf, PointItem
from policy.plain import Clause, clause, described
from policy.shipped import scheme_names
from policy.uses import SEAT_FACTS, SEAT_SIBLING
from tests.policy.builder import policy_text

Values = dict[str, Any]
Allowed = dict[str, frozenset[Any]]
MOST, PICKS = 400, 40  # ways to make a condition hold that are tried, and families of each


COMPUTED = """points:
  mode: computed
  items:
    - id: insured
      dimension: occupation
      name: {zh: 从业, en: Work}
      points: 30
      when: {fact: insurance.months, gte: 12}
    - id: home
      dimension: property_type
      name: {zh: 安居, en: Home}
      points: 20
      when: {all: [{fact: home.kind, eq: deed}, {fact: home.ownership_share, gte: 0.51}]}
    - id: settled
      dimension: residence
      name: {zh: 稳定, en: Settled}
      points: 12
      when:
        any:
          - {fact: permit.held_since, lte: 3 years before cutoff}
          - all:
              - {fact: household.zone_relation, in: [in_zone, in_district]}
              - {fact: household.registered_on, lte: 5 years before cutoff}
"""


@cache
def scheme(name: str) -> Policy:
    return load(policy_text(order="{by: points}, ", extra=COMPUTED) if name == "computed" else scheme_text(name))


def days(policy: Policy) -> Days:
    return Days(policy.cutoff, policy.entry)


def leaves(condition: Condition) -> Iterator[Leaf]:
    if isinstance(condition, Leaf):
        yield condition
        return
    for part in condition.parts:
        yield from leaves(part)


def candidates(policy: Policy) -> dict[str, frozenset[Any]]:
    """For every fact a group or an item of points asks about: values on both sides of each comparison."""
    found: dict[str, set[Any]] = {}
    items = policy.points.items if policy.points else ()
    for when in (*(group.when for group in policy.groups), *(item.when for item in items)):
        for leaf in leaves(when):
            values = found.setdefault(leaf.spec.name, {None})
            values |= set(leaf.spec.choices) | ({True, False} if leaf.spec.kind == "flag" else set())
            for operand in leaf.operands:
                values |= around(leaf.spec, operand, days(policy))
    return {name: frozenset(values) for name, values in found.items()}


def around(spec: FactSpec, operand: object, counted: Days) -> set[Any]:
    if isinstance(operand, FactRef):
        return {value for day in (date(1999, 1, 1), date(2019, 6, 1)) for value in [day.isoformat()]}
    if isinstance(operand, DateExpr):
        day = operand.resolve(counted.cutoff, counted.entry)
        return {(day + timedelta(days=step)).isoformat() for step in (-1, 0, 1)}
    if isinstance(operand, str) and spec.kind == "date":
        return {(date.fromisoformat(operand) + timedelta(days=step)).isoformat() for step in (-1, 0, 1)}
    if isinstance(operand, int | float) and not isinstance(operand, bool):
        step = 0.01 if spec.kind == "share" else 1
        return {operand - step, operand, operand + step}
    return {operand}


def facts(policy: Policy, values: Mapping[str, Any], stage: str, round_: str = "main") -> Facts:
    born = policy.cutoff.replace(year=policy.cutoff.year - 8, day=1).isoformat()
    said = {"application.stage": stage, "application.round": round_, "child.birth_date": born, **values}
    return Facts(
        {name: Fact(value, "verified", "test", "2026-01-01") for name, value in said.items() if value is not None}
    )


def meets(policy: Policy, leaf: Leaf, value: Any, others: Mapping[str, Any]) -> bool:
    known = facts(policy, {**others, leaf.spec.name: value}, policy.stages[0])
    return judge_leaf(leaf, known, days(policy)).outcome == "true"


def merged(first: Allowed, second: Allowed) -> Allowed | None:
    both = dict(first)
    for name, allowed in second.items():
        both[name] = both[name] & allowed if name in both else allowed
        if not both[name]:
            return None
    return both


class Solver:
    """Families for which a condition holds or not, as the values that each fact may have."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.values = policy, candidates(policy)

    def leaf(self, leaf: Leaf, *, wanted: bool) -> Allowed:
        fixed = {one.spec.name: date(2010, 1, 1).isoformat() for one in leaf.operands if isinstance(one, FactRef)}
        own = frozenset(v for v in self.values[leaf.spec.name] if meets(self.policy, leaf, v, fixed) is wanted)
        return {leaf.spec.name: own, **{name: frozenset({value}) for name, value in fixed.items()}}

    def ways(self, condition: Condition, *, wanted: bool) -> Iterator[Allowed]:
        if isinstance(condition, Leaf):
            found = self.leaf(condition, wanted=wanted)
            if all(found.values()):
                yield found
        elif isinstance(condition, All) is wanted:
            yield from self.together(condition.parts, wanted=wanted)
        else:
            for part in condition.parts:
                yield from self.ways(part, wanted=wanted)

    def together(self, parts: tuple[Condition, ...], *, wanted: bool) -> Iterator[Allowed]:
        if not parts:
            yield {}
            return
        for first in self.ways(parts[0], wanted=wanted):
            for rest in self.together(parts[1:], wanted=wanted):
                both = merged(first, rest)
                if both is not None:
                    yield both

    def pivots(self, condition: Condition, target: Leaf) -> Iterator[Allowed]:
        """What must hold around one comparison so that it alone decides."""
        if isinstance(condition, Leaf):
            if condition is target:
                yield {}
            return
        wanted = isinstance(condition, All)
        for part in condition.parts:
            if target not in leaves(part):
                continue
            others = tuple(other for other in condition.parts if other is not part)
            for inside in self.pivots(part, target):
                for outside in self.together(others, wanted=wanted):
                    both = merged(inside, outside)
                    if both is not None:
                        yield both


def stage_of(policy: Policy, group: Group) -> str:
    return next(stage for stage in policy.stages if stage in group.stages)


def families(allowed: Allowed, others: Allowed) -> Iterator[Values]:
    """Some of the families that these values make, the same at every run; every second one says more of itself."""
    some = random.Random(7)
    for number in range(PICKS):
        more = {name: some.choice(sorted(values, key=str)) for name, values in others.items()} if number % 2 else {}
        yield {**more, **{name: some.choice(sorted(values, key=str)) for name, values in allowed.items()}}


def in_group(result: Evaluation, group: Group) -> bool:
    return result.group is not None and result.group.id == group.id and result.eligible.value is not False


def pair(policy: Policy, group: Group, leaf: Leaf) -> tuple[Evaluation, Evaluation] | None:
    """Two families that differ in one fact only, of which one belongs to the group by this comparison."""
    solver, stage = Solver(policy), stage_of(policy, group)
    name = leaf.spec.name
    for around_it in islice(solver.pivots(group.when, leaf), MOST):
        yes = merged(around_it, solver.leaf(leaf, wanted=True))
        no = solver.leaf(leaf, wanted=False)[name] & around_it.get(name, solver.values[name])
        if yes is None or not no:
            continue
        for base in families(yes, solver.values):
            for other in sorted(no, key=str):
                first = evaluate(policy, facts(policy, base, stage))
                second = evaluate(policy, facts(policy, {**base, name: other}, stage))
                if in_group(first, group) and not in_group(second, group):
                    return first, second
    return None


def every_leaf() -> list[tuple[str, str, int]]:
    return [
        (name, group.id, at)
        for name in scheme_names()
        for group in scheme(name).groups
        for at, _leaf in enumerate(leaves(group.when))
    ]


def texts(line: Clause) -> list[str]:
    return [line.text.zh, *(text for part in line.parts for text in texts(part))]


@pytest.mark.parametrize(("name", "group_id", "at"), every_leaf())
def test_every_condition_that_is_printed_decides(name: str, group_id: str, at: int) -> None:
    policy = scheme(name)
    group = next(one for one in policy.groups if one.id == group_id)
    leaf = list(leaves(group.when))[at]
    printed = described(policy).groups[policy.groups.index(group)].conditions
    assert clause(leaf, days(policy)).text.zh in texts(printed)
    assert pair(policy, group, leaf) is not None, (leaf.spec.name, leaf.operator, leaf.operands)


def member(policy: Policy, group: Group) -> Values:
    """The facts of some family of a group, its order facts left open."""
    solver = Solver(policy)
    for allowed in islice(solver.ways(group.when, wanted=True), MOST):
        for base in families(allowed, solver.values):
            if in_group(evaluate(policy, facts(policy, base, stage_of(policy, group))), group):
                return base
    raise AssertionError(f"nobody can belong to {group.id}")


SAMPLES: Mapping[str, tuple[Any, Any]] = {
    "date": ("2015-01-01", "2016-01-01"),
    "number": (10, 20),
    "share": (0.3, 0.6),
    "flag": (True, False),
}


@pytest.mark.parametrize("name", scheme_names())
def test_every_order_that_is_printed_decides(name: str) -> None:
    policy = scheme(name)
    for group in policy.groups:
        base, stage = member(policy, group), stage_of(policy, group)
        for at, rule in enumerate(group.order):
            if rule.by == "ticket" or rule.spec is None:
                continue  # the lot is the engine's; points have a test of their own
            low, high = rule.values[:2] if rule.by == "rank" else SAMPLES[rule.spec.kind]
            held = {key: value for key, value in base.items() if key != rule.spec.name}
            first = evaluate(policy, facts(policy, {**held, rule.spec.name: low}, stage))
            second = evaluate(policy, facts(policy, {**held, rule.spec.name: high}, stage))
            better = first.order[at] < second.order[at]
            assert better is not rule.descending, (group.id, rule.spec.name)


@pytest.mark.parametrize("name", [one for one in scheme_names() if scheme(one).seat_lock])
def test_the_seat_lock_that_is_printed_decides(name: str) -> None:
    policy = scheme(name)
    lock = policy.seat_lock
    assert lock is not None
    for group in (one for one in policy.groups if one.id in lock.groups):
        stage = stage_of(policy, group)
        base = member(policy, group)

        def belongs(used: str | None, sibling: bool | None, base: Values = base, stage: str = stage) -> bool:
            known = {**base, SEAT_FACTS[0]: used, SEAT_SIBLING: sibling}
            return in_group(evaluate(policy, facts(policy, known, stage)), group)  # noqa: B023 - called at once

        years = lock.years[stage]
        inside = policy.entry.replace(year=policy.entry.year - years + 1).isoformat()
        over = policy.entry.replace(year=policy.entry.year - years).isoformat()
        assert belongs(None, None)
        assert not belongs(inside, False)
        assert belongs(over, False)
        assert belongs(inside, True) is lock.sibling_exempt


@pytest.mark.parametrize("name", scheme_names())
def test_the_ages_that_are_printed_decide(name: str) -> None:
    policy = scheme(name)
    for rule in policy.ages:

        def eligible(born: date, round_: str = "main", stage: str = rule.stage) -> bool:
            known = facts(policy, {"child.birth_date": born.isoformat()}, stage, round_)
            return not any(step.rule == "age" and step.outcome == "false" for step in evaluate(policy, known).trace)

        youngest = rule.cutoff.replace(year=rule.cutoff.year - rule.min_years)
        assert eligible(youngest)
        assert not eligible(youngest + timedelta(days=1))
        if rule.max_years is not None:
            oldest = rule.cutoff.replace(year=rule.cutoff.year - rule.max_years)
            assert eligible(oldest + timedelta(days=1))
            assert not eligible(oldest)
        if rule.stretch_until is not None:
            last = rule.stretch_until.replace(year=rule.stretch_until.year - rule.min_years)
            assert eligible(last, rule.stretch_rounds[0])
            assert not eligible(last)
            assert not eligible(last + timedelta(days=1), rule.stretch_rounds[0])


@pytest.mark.parametrize("name", [*scheme_names(), "computed"])
def test_every_point_that_is_printed_is_given(name: str) -> None:
    policy = scheme(name)
    rule = policy.points
    if rule is None:
        assert not described(policy).points
        return
    if rule.mode == "imported":
        low, high = (evaluate(policy, facts(policy, {"points.imported_total": n}, policy.stages[0])) for n in (5, 50))
        assert (low.points, high.points) == (5, 50)
    for item in rule.items:
        (line,) = [line for line in described(policy).points if line.zh.startswith(f"{item.name.zh}：")]
        for at, leaf in enumerate(leaves(item.when)):
            printed = clause(leaf, days(policy)).text
            assert printed.zh in line.zh
            assert printed.en in line.en
            assert point_pair(policy, item, leaf), (item.id, at)
        assert f"：{item.points:g}分" in line.zh


def point_pair(policy: Policy, item: PointItem, leaf: Leaf) -> bool:
    """Whether two families that differ in one fact only differ by exactly the points of the item."""
    solver, stage, name = Solver(policy), policy.stages[0], leaf.spec.name
    for around_it in islice(solver.pivots(item.when, leaf), MOST):
        yes = merged(around_it, solver.leaf(leaf, wanted=True))
        no = solver.leaf(leaf, wanted=False)[name] & around_it.get(name, solver.values[name])
        for base in families(yes, {}) if yes else ():
            for other in sorted(no, key=str):
                first = evaluate(policy, facts(policy, base, stage))
                second = evaluate(policy, facts(policy, {**base, name: other}, stage))
                if first.points - second.points == item.points:
                    return True
    return False


def test_a_computed_item_prints_what_must_hold_together_and_what_need_not() -> None:
    lines = {line.zh.partition("：")[0]: line for line in described(scheme("computed")).points}
    assert "，并且" in lines["安居"].zh
    assert "，或者" in lines["稳定"].zh
    assert "〔" in lines["稳定"].zh
    assert ", and " in lines["稳定"].en
    assert "社会保险" in lines["从业"].zh or "社保" in lines["从业"].zh


@pytest.mark.parametrize("name", scheme_names())
def test_no_sentence_for_everybody_is_without_a_setting_that_the_engine_reads(name: str) -> None:
    """Each line follows one setting; the settings are those of the draw, the admission run and the judgement.

    That they decide: tests/lottery/engine (mechanism, last seat, coordination), tests/lottery/roll (big zone, private
    schools) and above (lock).
    """
    policy = scheme(name)
    other: dict[str, Any] = {
        "choices": policy.choices + 1,
        "mechanism": "sequential" if policy.mechanism == "parallel" else "parallel",
        "last_seat": "stop" if policy.last_seat != "stop" else "skip",
        "seat_lock": None,
        "big_zone": None,
        "coordination": None,
        "supplementary": None,
        "false_declaration": FalseDeclaration(refuse=False, take_back=False),
    }
    said = set(described(policy).rules)
    follow: set[Any] = set()
    for setting, value in other.items():
        follow |= said - set(described(replace(policy, **{setting: value})).rules)
    always = {line.en for line in said - follow}
    assert always == {
        "Where a group has more children than seats, a public draw decides; anyone can recompute it.",
        "Private schools and schools for children of migrant workers look at neither group nor zone: "
        "where more children apply than there are seats, all of them are drawn.",
    }


def test_a_promise_that_nothing_applies_is_refused_with_a_sentence() -> None:
    text = policy_text().replace("siblings: {last_seat: expand}", "siblings: {last_seat: expand, follow_elder: true}")
    with pytest.raises(PolicyError) as refused:
        load(text)
    (issue,) = refused.value.errors
    assert issue.path == "siblings.follow_elder"
    assert "sibling.same_school" in issue.message
    assert load(text.replace("follow_elder: true", "follow_elder: false")).last_seat == "expand"
    elder = policy_text(order="{by: rank, fact: sibling.same_school, values: [true, false]}, ")
    order = [
        evaluate(
            load(elder),
            facts(load(elder), {"household.zone_relation": "in_zone", "sibling.same_school": has}, "primary"),
        ).order
        for has in (True, False)
    ]
    assert order[0] < order[1]
