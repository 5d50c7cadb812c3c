"""What judging means, written to be read: age, group, points, order, materials and the whole trace, step by step.

Nothing in the portal judges with it: `policy.judge` does the same much faster, and the tests hold the two equal. Change
a rule here first, then there (docs/policy-engine.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from policy.dates import add_months
from policy.evaluation import Evaluation, Material, Verdict
from policy.facts import DICTIONARY, FactSpec, value_words
from policy.family import Facts
from policy.logic import Days, LeafResult, Outcome, judge, known_value
from policy.model import AgeRule, Group, OrderRule, PointItem, Policy, SeatLock
from policy.trace import Trace, TraceStep, leaf_step, source_words, step, when_words
from policy.words import Text

LAST: Final = 99_999_999  # the place in an order of what is not known


@dataclass(slots=True)
class _Case:
    """One judgement under way."""

    policy: Policy
    facts: Facts
    stage: str
    round_: str
    days: Days
    steps: list[TraceStep] = field(default_factory=list)
    questions: int = 0

    def say(self, code: str, rule: str, outcome: Outcome, *names: str, **params: Text | str) -> Outcome:
        spec = self.spec(names[0]) if names else None
        fact = self.facts.get(names[0]) if names else None
        self.steps.append(step(code, rule, outcome, params, spec, fact))
        self.questions += outcome == "unknown"
        return outcome

    def spec(self, name: str) -> FactSpec:
        return self.policy.local_facts.get(name) or DICTIONARY[name]


def judge_plainly(policy: Policy, facts: Facts) -> Evaluation:
    """Judge one child. Total: never raises, whatever the facts; silence of an agency leads to a person, never to a
    refusal.
    """
    case = _open(policy, facts)
    age = _age(case)
    group, sure, possible = _choose(case)
    if group is None:
        code = "otherwise_person" if policy.otherwise_person else "otherwise_not_eligible"
        case.say(code, "otherwise", "unknown" if policy.otherwise_person else "false", text=policy.otherwise_text)
        possible, sure = ("unknown" if policy.otherwise_person else "false"), False
    exact = _points(case)
    order = _order(case, group, exact) if group else ()
    tier = group.tier if group else max(item.tier for item in policy.groups) + 1
    outcome: Outcome = "false" if "false" in (age, possible) else "unknown" if "unknown" in (age, possible) else "true"
    verdict = {"true": Verdict.YES, "false": Verdict.NO, "unknown": Verdict.UNKNOWN}[outcome]
    _ignored(case)
    return Evaluation(
        eligible=verdict,
        group=group,
        tier=tier,
        points=exact // 1000,
        order_key=(tier, *order),
        order=order,
        materials=_materials(group, facts) if group else (),
        agencies=group.agencies if group else (),
        needs_person=case.questions > 0 or (group is not None and not sure),
        needs_offline_check=group.offline if group else False,
        trace=Trace(tuple, case.steps),
        policy_digest=policy.digest,
    )


def _open(policy: Policy, facts: Facts) -> _Case:
    stage = facts.get("application.stage")
    round_ = facts.get("application.round")
    round_name = str(round_.value) if round_ else "main"
    later = policy.supplementary is not None and round_name == "supplementary"
    cutoff = policy.supplementary.cutoff if policy.supplementary and later else policy.cutoff
    stage_name = str(stage.value) if stage and stage.value is not None else policy.stages[0]
    return _Case(policy, facts, stage_name, round_name, Days(cutoff, policy.entry))


def _day(case: _Case, name: str) -> date | None:
    value = known_value(case.spec(name), case.facts)
    return value if isinstance(value, date) else None


def _stage_words(case: _Case) -> Text:
    return value_words(DICTIONARY["application.stage"], case.stage)


def _age(case: _Case) -> Outcome:
    if case.stage not in case.policy.stages:
        return case.say("stage_closed", "age", "false", "application.stage", stage=_stage_words(case))
    rule = next((rule for rule in case.policy.ages if rule.stage == case.stage), None)
    if rule is None:
        return case.say("age_free", "age", "true", stage=_stage_words(case))
    fact = case.facts.get("child.birth_date")
    born = _day(case, "child.birth_date")
    if fact is None or born is None or fact.status == "mismatch":
        return case.say("age_unknown", "age", "unknown", "child.birth_date")
    outcome = _age_by_birth(case, rule, born)
    if fact.status in {"not_found", "unavailable"}:
        # The claimed date may be right or wrong: neither grants nor refuses before a person has seen a document.
        return case.say("age_unknown", "age", "unknown", "child.birth_date")
    return outcome


def _age_by_birth(case: _Case, rule: AgeRule, born: date) -> Outcome:
    words = {"birth_date": born.isoformat(), "cutoff": rule.cutoff.isoformat(), "years": str(rule.min_years)}
    name = "child.birth_date"
    if rule.max_years is not None and add_months(born, rule.max_years * 12) <= rule.cutoff:
        return case.say("age_too_old", "age", "false", name, **{**words, "years": str(rule.max_years)})
    if add_months(born, rule.min_years * 12) <= rule.cutoff:
        return case.say("age_met", "age", "true", name, **words)
    if rule.stretch_until is None or add_months(born, rule.min_years * 12) > rule.stretch_until:
        return case.say("age_too_young", "age", "false", name, **words)
    limit = add_months(rule.stretch_until, -rule.min_years * 12).isoformat()
    if case.round_ in rule.stretch_rounds:
        return case.say("age_stretched", "age", "true", name, until=limit, birth_date=words["birth_date"])
    return case.say("age_later_round", "age", "false", name, until=limit, **words)


def _choose(case: _Case) -> tuple[Group | None, bool, Outcome]:
    """Take the first group that is not ruled out: (group, is it sure, is any group possible or sure)."""
    chosen: Group | None = None
    sure = False
    any_true = False
    for group in case.policy.groups:
        if case.stage in case.policy.stages and case.stage not in group.stages:
            continue
        outcome = _group(case, group) if chosen is None else _quietly(case, group)
        any_true = any_true or outcome == "true"
        if chosen is None and outcome != "false":
            chosen, sure = group, outcome == "true"
        if any_true:
            break
    return chosen, sure, "true" if any_true else "unknown"


def _quietly(case: _Case, group: Group) -> Outcome:
    """Judge a group below the child's provisional one: only the verdict matters, the explanation stays without it."""
    steps = len(case.steps)
    outcome = _group(case, group)
    del case.steps[steps:]
    return outcome


def _group(case: _Case, group: Group) -> Outcome:
    seen: list[LeafResult] = []
    outcome = judge(group.when, case.facts, case.days, seen)
    case.steps.extend(leaf_step(group.id, result, case.days) for result in seen)
    if outcome != "false" and case.policy.seat_lock and group.id in case.policy.seat_lock.groups:
        lock = _lock(case, case.policy.seat_lock, group)
        outcome = "false" if lock == "false" else outcome if lock == "true" else "unknown"
    code = {"true": "group_met", "false": "group_not_met", "unknown": "group_provisional"}[outcome]
    case.say(code, group.id, outcome, group=group.name)
    return outcome


def _lock(case: _Case, lock: SeatLock, group: Group) -> Outcome:
    """Whether the home's seat is free: "false" means it is locked on the day of entry."""
    name = "home.seat_used_on" if case.facts.get("home.seat_used_on") else "home.seat_locked_until"
    fact = case.facts.get(name)
    years = lock.years.get(case.stage)
    if fact is None or years is None or (fact.value is None and fact.status in {"verified", "declared"}):
        return case.say("seat_free", "seat_lock", "true")
    until = _day(case, name)
    if until is None or fact.status in {"not_found", "unavailable", "mismatch"}:
        return case.say("seat_question", "seat_lock", "unknown", name)
    if name == "home.seat_used_on":
        until = date.fromordinal(max(add_months(until, years * 12).toordinal() - 1, 1))
    if until < case.policy.entry:
        return case.say("seat_free", "seat_lock", "true", name)
    sibling = case.facts.get("home.seat_locked_by_sibling")
    if lock.sibling_exempt and sibling is not None and sibling.value is not False and sibling.status != "mismatch":
        trusted = sibling.status in {"verified", "declared"} and sibling.value is True
        code = "seat_sibling" if trusted else "seat_question"
        return case.say(code, "seat_lock", "true" if trusted else "unknown", "home.seat_locked_by_sibling")
    return case.say("seat_locked", "seat_lock", "false", name, until=until.isoformat(), group=group.name)


def _points(case: _Case) -> int:
    """Return the points in thousandths; what is not confirmed counts nothing yet and becomes a question."""
    rule = case.policy.points
    if rule is None:
        return 0
    if rule.mode == "computed":
        return sum(_item(case, item) for item in rule.items)
    spec = case.spec("points.imported_total")
    fact, value = case.facts.get(spec.name), known_value(spec, case.facts)
    if fact is None or (fact.value is None and fact.status in {"verified", "declared"}):
        return 0
    if not isinstance(value, int | float) or fact.status in {"not_found", "unavailable", "mismatch"}:
        case.say("points_question", "points", "unknown", spec.name, item=spec.label)
        return 0
    words = value_words(spec, value)
    case.say(
        "points_imported",
        "points",
        "true",
        spec.name,
        points=words,
        source=source_words(spec, fact),
        at=when_words(fact),
    )
    return round(value * 1000)


def _item(case: _Case, item: PointItem) -> int:
    seen: list[LeafResult] = []
    outcome = judge(item.when, case.facts, case.days, seen)
    case.steps.extend(leaf_step(item.id, result, case.days) for result in seen)
    if outcome == "unknown":
        case.say("points_question", "points", "unknown", item=item.name)
        return 0
    points = item.points if outcome == "true" else 0
    case.say("points_item", "points", outcome, item=item.name, points=f"{points:g}")
    return round(points * 1000)


def _order(case: _Case, group: Group, exact: int) -> tuple[int, ...]:
    return tuple(_position(case, rule, exact) for rule in group.order if rule.by != "ticket")


def _position(case: _Case, rule: OrderRule, exact: int) -> int:
    """Return one integer of the order, lower is better; an unconfirmed value keeps its claim and becomes a question."""
    if rule.by == "points" or rule.spec is None:
        return -exact
    spec = rule.spec
    if rule.fallback is not None and spec.name not in case.facts:
        spec = rule.fallback
    fact, value = case.facts.get(spec.name), known_value(spec, case.facts)
    refuted = fact is not None and fact.status == "mismatch"
    if value is None or refuted:
        case.say("order_question", "order", "unknown", spec.name, label=spec.label)
        return LAST
    if fact is not None and fact.status in {"not_found", "unavailable"}:
        case.say("order_question", "order", "unknown", spec.name, label=spec.label)
    else:
        case.say("order_part", "order", "true", spec.name, label=spec.label, value=value_words(spec, value))
    if isinstance(value, date):
        number = value.year * 10_000 + value.month * 100 + value.day
    elif rule.by == "rank":
        return rule.values.index(value) if value in rule.values else len(rule.values)
    else:
        number = round(float(value) * 1000) if isinstance(value, int | float) else LAST
    return -number if rule.descending else number


def _materials(group: Group, facts: Facts) -> tuple[Material, ...]:
    def verified(names: Iterable[str]) -> bool:
        return all((fact := facts.get(name)) is not None and fact.status == "verified" for name in names)

    return tuple(Material(m.id, m.name, not (m.proves and verified(m.proves))) for m in group.materials)


def _ignored(case: _Case) -> None:
    for name in sorted(set(case.facts) - set(DICTIONARY) - set(case.policy.local_facts)):
        case.say("fact_ignored", "facts", "true", fact=name)
