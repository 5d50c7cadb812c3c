"""A policy compiled for judging: everything that does not depend on the family is worked out once.

`Judge(policy).judge(facts)` says exactly what `policy.reference.judge_plainly(policy, facts)` says, the trace included;
the tests hold them equal. Pure, total and repeatable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from policy import explain
from policy.closures import Closure, Comparison, Compiler
from policy.columns import MET, OUTCOMES, QUESTION, TRUSTED, UNMET, Columns, Convert, Known, Row, claim, converter
from policy.dates import add_months
from policy.evaluation import Evaluation, Material, Verdict
from policy.facts import DICTIONARY, FactSpec, value_words
from policy.family import Facts
from policy.logic import Days
from policy.model import AgeRule, Group, OrderRule, PointItem, Policy, SeatLock
from policy.reference import LAST
from policy.trace import Trace
from policy.uses import SEAT_FACTS, SEAT_SIBLING
from policy.words import Text

_SILENT: Final = frozenset({"not_found", "unavailable"})
_NOT_CONFIRMED: Final = frozenset({"not_found", "unavailable", "mismatch"})
_VERDICTS: Final = {UNMET: Verdict.NO, QUESTION: Verdict.UNKNOWN, MET: Verdict.YES}
_STEPS: Final = {UNMET: "group_not_met", QUESTION: "group_provisional", MET: "group_met"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A fact that is read outside the conditions, with the function that reads its value."""

    spec: FactSpec
    convert: Convert

    def value(self, known: Known) -> Any:
        return claim(self.spec, self.convert, known.get(self.spec.name))


def _asked(spec: FactSpec) -> _Asked:
    return _Asked(spec, converter(spec))


_BIRTH: Final = _asked(DICTIONARY["child.birth_date"])
_USED_ON, _LOCKED_UNTIL = (_asked(DICTIONARY[name]) for name in SEAT_FACTS)
_SIBLING: Final = DICTIONARY[SEAT_SIBLING]
_POINTS: Final = _asked(DICTIONARY["points.imported_total"])
_STAGE: Final = DICTIONARY["application.stage"]


def _latest_birth(day: date, months: int) -> date:
    """The latest birth date on which a child is `months` old by a day: then ages are compared without counting."""
    born = add_months(day, -months) + timedelta(days=3)  # months end on different days
    while add_months(born, months) > day:
        born -= timedelta(days=1)
    return born


@dataclass(frozen=True, slots=True)
class _Age:
    """The age rule of a stage as birth dates, with the words of its steps."""

    rule: AgeRule
    too_old: date | None
    old_enough: date
    stretched: date | None
    words: Mapping[str, str]
    old_words: Mapping[str, str]
    limit: str

    @staticmethod
    def of(rule: AgeRule) -> _Age:
        months, until = rule.min_years * 12, rule.stretch_until
        words = {"birth_date": "", "cutoff": rule.cutoff.isoformat(), "years": str(rule.min_years)}
        return _Age(
            rule,
            None if rule.max_years is None else _latest_birth(rule.cutoff, rule.max_years * 12),
            _latest_birth(rule.cutoff, months),
            None if until is None else _latest_birth(until, months),
            words,
            {**words, "years": str(rule.max_years)},
            "" if until is None else add_months(until, -months).isoformat(),
        )


@dataclass(frozen=True, slots=True)
class _Group:
    """A group with its condition as a closure; `materials` are each as needed, as not needed, and its proofs."""

    group: Group
    closure: Closure
    comparisons: tuple[Comparison, ...]
    locked: bool
    positions: tuple[tuple[OrderRule, _Asked | None, _Asked | None], ...]
    materials: tuple[tuple[Material, Material, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Item:
    """An item of computed points."""

    item: PointItem
    closure: Closure
    comparisons: tuple[Comparison, ...]


class _Plan:
    """The conditions compiled for one cut-off."""

    def __init__(self, policy: Policy, days: Days) -> None:
        self.columns = Columns()
        compiler = Compiler(self.columns, days)
        lock = policy.seat_lock.groups if policy.seat_lock else frozenset()
        self.groups = tuple(_group(group, compiler, locked=group.id in lock) for group in policy.groups)
        self.by_stage = {
            stage: tuple(one for one in self.groups if stage in one.group.stages) for stage in policy.stages
        }
        computed = policy.points.items if policy.points and policy.points.mode == "computed" else ()
        self.items = tuple(
            _Item(item, compiler.condition(item.when), compiler.comparisons(item.when)) for item in computed
        )


def _group(group: Group, compiler: Compiler, *, locked: bool) -> _Group:
    positions = tuple(
        (rule, _asked(rule.spec) if rule.spec else None, _asked(rule.fallback) if rule.fallback else None)
        for rule in group.order
        if rule.by != "ticket"
    )
    materials = tuple(
        (Material(one.id, one.name, needed=True), Material(one.id, one.name, needed=False), one.proves)
        for one in group.materials
    )
    closure, comparisons = compiler.condition(group.when), compiler.comparisons(group.when)
    return _Group(group, closure, comparisons, locked, positions, materials)


class Judge:
    """One policy, ready to judge any number of children. Safe to share between threads: it is never changed."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        later = policy.supplementary
        self.main = _Plan(policy, Days(policy.cutoff, policy.entry))
        self.later = _Plan(policy, Days(later.cutoff, policy.entry)) if later is not None else self.main
        self.ages = {rule.stage: _Age.of(rule) for rule in reversed(policy.ages)}
        self.names = DICTIONARY.keys() | policy.local_facts.keys()
        self.last_tier = max((group.tier for group in policy.groups), default=0) + 1

    def judge(self, facts: Facts) -> Evaluation:
        """Judge one child. Total: never raises, whatever the facts; silence of an agency leads to a person, never to a
        refusal.
        """
        return _Judgement(self, dict(facts.items_by_name)).result()


class _Judgement:
    """One child under judgement. `log` notes what there is to say, for a trace that may never be read."""

    __slots__ = ("judge", "known", "log", "open", "plan", "policy", "round", "row", "stage")

    def __init__(self, judge: Judge, known: Known) -> None:
        self.judge, self.policy, self.known = judge, judge.policy, known
        stage, round_ = known.get("application.stage"), known.get("application.round")
        self.round = str(round_.value) if round_ else "main"
        self.stage = str(stage.value) if stage and stage.value is not None else self.policy.stages[0]
        self.plan = judge.later if self.round == "supplementary" else judge.main
        self.row: Row = self.plan.columns.read(known)
        self.log: explain.Log = []
        self.open = False  # whether a question was noted

    def result(self) -> Evaluation:
        policy = self.policy
        age = self._age()
        chosen, sure, possible = self._choose()
        if chosen is None:
            code = "otherwise_person" if policy.otherwise_person else "otherwise_not_eligible"
            possible = QUESTION if policy.otherwise_person else UNMET
            self._say(code, "otherwise", possible, {"text": policy.otherwise_text})
        exact = self._points()
        order = self._order(chosen, exact) if chosen else ()
        self._ignored()
        group = chosen.group if chosen else None
        tier = group.tier if group else self.judge.last_tier
        return Evaluation(
            eligible=_VERDICTS[min(age, possible)],
            group=group,
            tier=tier,
            points=exact // 1000,
            order_key=(tier, *order),
            order=order,
            materials=self._materials(chosen) if chosen else (),
            agencies=group.agencies if group else (),
            needs_person=self.open or (group is not None and not sure),
            needs_offline_check=group.offline if group else False,
            trace=Trace(explain.write, self.known, self.row, self.log),
            policy_digest=policy.digest,
        )

    def _say(self, code: str, rule: str, result: int, params: explain.Params, spec: FactSpec | None = None) -> int:
        self.log.append((explain.said, code, rule, OUTCOMES[result], params, spec))
        if result == QUESTION:
            self.open = True
        return result

    def _say_day(self, code: str, result: int, params: explain.Params, born: date) -> int:
        self.log.append((explain.dated, code, "age", OUTCOMES[result], params, _BIRTH.spec, "birth_date", born))
        return result

    def _age(self) -> int:
        if self.stage not in self.policy.stages:
            return self._say("stage_closed", "age", UNMET, {"stage": value_words(_STAGE, self.stage)}, _STAGE)
        age = self.judge.ages.get(self.stage)
        if age is None:
            return self._say("age_free", "age", MET, {"stage": value_words(_STAGE, self.stage)})
        fact = self.known.get("child.birth_date")
        born = _BIRTH.value(self.known)
        if fact is None or born is None or fact.status == "mismatch":
            return self._say("age_unknown", "age", QUESTION, {}, _BIRTH.spec)
        result = self._age_by_birth(age, born)
        if fact.status in _SILENT:
            # The claimed date may be right or wrong: neither grants nor refuses before a person has seen a document.
            return self._say("age_unknown", "age", QUESTION, {}, _BIRTH.spec)
        return result

    def _age_by_birth(self, age: _Age, born: date) -> int:
        if age.too_old is not None and born <= age.too_old:
            return self._say_day("age_too_old", UNMET, age.old_words, born)
        if born <= age.old_enough:
            return self._say_day("age_met", MET, age.words, born)
        if age.stretched is None or born > age.stretched:
            return self._say_day("age_too_young", UNMET, age.words, born)
        if self.round in age.rule.stretch_rounds:
            return self._say_day("age_stretched", MET, {"until": age.limit}, born)
        return self._say_day("age_later_round", UNMET, {"until": age.limit, **age.words}, born)

    def _choose(self) -> tuple[_Group | None, bool, int]:
        """Take the first group that is not ruled out: (group, is it sure, is any group possible or sure)."""
        chosen: _Group | None = None
        for group in self.plan.by_stage.get(self.stage, self.plan.groups):
            noted = len(self.log)
            result = self._group(group)
            if chosen is not None:
                del self.log[noted:]  # below the provisional group only the verdict matters
            elif result != UNMET:
                chosen = group
            if result == MET:
                return chosen, chosen is group, MET
        return chosen, False, QUESTION

    def _group(self, group: _Group) -> int:
        found = group.closure(self.row)
        result = UNMET if found < QUESTION else QUESTION if found == QUESTION else MET
        self.log.append((explain.comparisons, group.comparisons, group.group.id))
        if result != UNMET and group.locked and self.policy.seat_lock:
            result = min(result, self._lock(self.policy.seat_lock, group.group))
        return self._say(_STEPS[result], group.group.id, result, {"group": group.group.name})

    def _lock(self, lock: SeatLock, group: Group) -> int:
        """Whether the home's seat is free: UNMET means it is locked on the day of entry."""
        known, used = self.known, _USED_ON.spec.name in self.known
        asked = _USED_ON if used else _LOCKED_UNTIL
        fact = known.get(asked.spec.name)
        years = lock.years.get(self.stage)
        if fact is None or years is None or (fact.value is None and fact.status in TRUSTED):
            return self._say("seat_free", "seat_lock", MET, {})
        until: date | None = asked.value(known)
        if until is None or fact.status in _NOT_CONFIRMED:
            return self._say("seat_question", "seat_lock", QUESTION, {}, asked.spec)
        if used:
            until = date.fromordinal(max(add_months(until, years * 12).toordinal() - 1, 1))
        if until < self.policy.entry:
            return self._say("seat_free", "seat_lock", MET, {}, asked.spec)
        sibling = known.get(_SIBLING.name)
        if lock.sibling_exempt and sibling is not None and sibling.value is not False and sibling.status != "mismatch":
            if sibling.status in TRUSTED and sibling.value is True:
                return self._say("seat_sibling", "seat_lock", MET, {}, _SIBLING)
            return self._say("seat_question", "seat_lock", QUESTION, {}, _SIBLING)
        words: dict[str, Text | str] = {"until": until.isoformat(), "group": group.name}
        return self._say("seat_locked", "seat_lock", UNMET, words, asked.spec)

    def _points(self) -> int:
        """The points in thousandths; what is not confirmed counts nothing yet and becomes a question."""
        rule = self.policy.points
        if rule is None:
            return 0
        if rule.mode == "computed":
            return sum(self._item(item) for item in self.plan.items)
        fact = self.known.get(_POINTS.spec.name)
        if fact is None or (fact.value is None and fact.status in TRUSTED):
            return 0
        value = _POINTS.value(self.known)
        if value is None or fact.status in _NOT_CONFIRMED:
            self._say("points_question", "points", QUESTION, {"item": _POINTS.spec.label}, _POINTS.spec)
            return 0
        self.log.append((explain.imported, _POINTS.spec, value))
        exact: int = round(value * 1000)
        return exact

    def _item(self, one: _Item) -> int:
        found, item = one.closure(self.row), one.item
        self.log.append((explain.comparisons, one.comparisons, item.id))
        if found == QUESTION:
            self._say("points_question", "points", QUESTION, {"item": item.name})
            return 0
        points = item.points if found > QUESTION else 0
        self._say("points_item", "points", found, {"item": item.name, "points": f"{points:g}"})
        return round(points * 1000)

    def _order(self, chosen: _Group, exact: int) -> tuple[int, ...]:
        return tuple(
            -exact if asked is None else self._position(rule, asked, fallback, exact)
            for rule, asked, fallback in chosen.positions
        )

    def _position(self, rule: OrderRule, asked: _Asked, fallback: _Asked | None, exact: int) -> int:
        """One integer of the order, lower is better; an unconfirmed value keeps its claim and becomes a question."""
        if rule.by == "points":
            return -exact
        if fallback is not None and asked.spec.name not in self.known:
            asked = fallback
        spec = asked.spec
        fact, value = self.known.get(spec.name), asked.value(self.known)
        if value is None or (fact is not None and fact.status == "mismatch"):
            self._say("order_question", "order", QUESTION, {"label": spec.label}, spec)
            return LAST
        if fact is not None and fact.status in _SILENT:
            self._say("order_question", "order", QUESTION, {"label": spec.label}, spec)
        else:
            self.log.append((explain.placed, spec, value))
        if rule.by == "rank" and not isinstance(value, date):
            return rule.values.index(value) if value in rule.values else len(rule.values)
        number = _as_number(value)
        return -number if rule.descending else number

    def _materials(self, chosen: _Group) -> tuple[Material, ...]:
        known = self.known
        return tuple(
            proved
            if proves and all((fact := known.get(name)) is not None and fact.status == "verified" for name in proves)
            else needed
            for needed, proved, proves in chosen.materials
        )

    def _ignored(self) -> None:
        if not self.known.keys() <= self.judge.names:
            for name in sorted(self.known.keys() - self.judge.names):
                self._say("fact_ignored", "facts", MET, {"fact": name})


def _as_number(value: Any) -> int:
    if isinstance(value, date):
        return value.year * 10_000 + value.month * 100 + value.day
    return round(float(value) * 1000) if isinstance(value, int | float) else LAST
