"""Rehearsal: what a new policy changes, for whom, school by school."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from policy.evaluate import judge_of
from policy.evaluation import Evaluation
from policy.family import Facts
from policy.model import Policy


@dataclass(frozen=True, slots=True)
class Subject:
    """One child of a rehearsal: an id, the school of the zone ("" where none is known), and the facts."""

    id: str
    school: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Change:
    """One child for whom the policies differ; `before` and `after` hold eligible, group, tier, points and order."""

    id: str
    school: str
    before: dict[str, object]
    after: dict[str, object]
    why: dict[str, str]

    def to_json(self) -> dict[str, object]:
        """Return a JSON-safe object."""
        return {"id": self.id, "school": self.school, "before": self.before, "after": self.after, "why": self.why}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result: totals, moves between groups, moves per school, and the first `limit` changes in full."""

    families: int
    changed: int
    moves: dict[tuple[str, str], int]
    by_school: dict[str, dict[tuple[str, str], int]]
    eligibility_lost: int
    eligibility_won: int
    changes: tuple[Change, ...]

    def to_json(self) -> dict[str, object]:
        """Return a JSON-safe object."""
        return {
            "families": self.families,
            "changed": self.changed,
            "unchanged": self.families - self.changed,
            "eligibility_lost": self.eligibility_lost,
            "eligibility_won": self.eligibility_won,
            "moves": _moves(self.moves),
            "by_school": {school: _moves(moves) for school, moves in sorted(self.by_school.items())},
            "changes": [change.to_json() for change in self.changes],
            "changes_left_out": self.changed - len(self.changes),
        }


def _moves(moves: dict[tuple[str, str], int]) -> list[dict[str, object]]:
    ranked = sorted(moves.items(), key=lambda item: (-item[1], item[0]))
    return [{"from": before, "to": after, "count": count} for (before, after), count in ranked]


def _summary(result: Evaluation) -> dict[str, object]:
    return {
        "eligible": result.eligible.value,
        "group": result.group.id if result.group else None,
        "tier": result.tier,
        "points": result.points,
        "order": list(result.order),
        "needs_person": result.needs_person,
    }


def _why(result: Evaluation) -> dict[str, str]:
    rule = result.group.id if result.group else "otherwise"
    steps = [step for step in result.trace if step.rule == rule or (step.rule == "age" and step.outcome != "true")]
    return {lang: " ".join(step.text(lang) for step in steps) for lang in ("zh", "en")}


def compare(old: Policy, new: Policy, subjects: Iterable[Subject], *, limit: int = 1000) -> Comparison:
    """Judge every child by both policies, streaming; at most `limit` changes are kept in full."""
    families = changed = lost = won = 0
    moves: Counter[tuple[str, str]] = Counter()
    by_school: dict[str, Counter[tuple[str, str]]] = {}
    changes: list[Change] = []
    judged_by, judges_now = judge_of(old), judge_of(new)
    for subject in subjects:
        families += 1
        result = judges_now.judge(subject.facts)
        before, after = _summary(judged_by.judge(subject.facts)), _summary(result)
        if before == after:
            continue
        changed += 1
        move = (str(before["group"] or "-"), str(after["group"] or "-"))
        moves[move] += 1
        by_school.setdefault(subject.school, Counter())[move] += 1
        lost += before["eligible"] is True and after["eligible"] is False
        won += before["eligible"] is False and after["eligible"] is True
        if len(changes) < limit:
            changes.append(Change(subject.id, subject.school, before, after, _why(result)))
    schools = {school: dict(counts) for school, counts in by_school.items()}
    return Comparison(families, changed, dict(moves), schools, lost, won, tuple(changes))
