"""The compiled judge says what the plain evaluator says: whatever the policy, whatever the family, word for word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from policy import Evaluation, Fact, Facts, Policy, PolicyError, compare, evaluate, load, scheme_names, scheme_text
from policy.compare import Subject
from policy.evaluate import judge_of
from policy.judge import Judge
from policy.reference import judge_plainly
from synthetic import generate
from tests.policy.builder import policy_text
from tests.policy.generated import families, policies
from tests.policy.personas import DEED, HOUSEHOLD, shipped
from tests.synthetic.cities import city


def same(policy: Policy, facts: Facts) -> Evaluation:
    """Judge both ways; also what is printed is equal, so that 1 and true, or 1 and 1.0, are not confused."""
    found, wanted = Judge(policy).judge(facts), judge_plainly(policy, facts)
    assert found == wanted
    assert repr(found) == repr(wanted)
    assert found.questions == wanted.questions
    assert found.to_json() == wanted.to_json()
    return found


def loaded(text: str) -> Policy | None:
    """A generated policy; one whose group nobody can reach is refused, which is another test's business."""
    try:
        return load(text)
    except PolicyError as error:
        refused = {issue.code for issue in error.errors}
    assert refused <= {"group_of_nobody", "group_of_everybody", "group_unreachable", "empty_range"}, text
    return None


@settings(max_examples=150, deadline=None)
@given(policies(), st.lists(families(), min_size=1, max_size=4))
def test_any_policy_judges_any_family_as_the_reference_does(text: str, drawn: list[dict[str, Fact]]) -> None:
    policy = loaded(text)
    assume(policy is not None)
    assert policy is not None
    for family in drawn:
        same(policy, Facts(family))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(scheme_names()), families())
def test_the_shipped_schemes_judge_any_family_as_the_reference_does(scheme: str, family: dict[str, Fact]) -> None:
    same(shipped(scheme), Facts(family))


@pytest.fixture(scope="module")
def children() -> list[Facts]:
    found = generate(city(families=400))
    return [Facts.from_json(one.truth[child.id].facts) for one in found for child in one.children]


@pytest.mark.parametrize("scheme", scheme_names())
def test_a_city_is_judged_as_the_reference_does(scheme: str, children: list[Facts]) -> None:
    policy = shipped(scheme)
    groups = {one.group.id if one.group else "" for one in (same(policy, facts) for facts in children)}
    assert len(groups) > 2


def test_the_trace_tells_of_the_family_as_it_was_judged() -> None:
    family = {name: Fact(value) for name, value in {**HOUSEHOLD, **DEED}.items()}
    policy = shipped("changde")
    wanted = judge_plainly(policy, Facts(dict(family)))
    found = evaluate(policy, Facts(family))
    family.clear()  # before anybody read the trace
    assert found.trace == wanted.trace
    assert found.trace[0].rule == "age"
    assert found.trace[:1] == (found.trace[0],)


def test_one_text_is_compiled_once_and_a_changed_policy_for_itself() -> None:
    text = scheme_text("shandong")
    first, again = load(text), load(text)
    assert first is not again
    judge = judge_of(first)
    assert judge_of(again) is judge
    assert judge_of(first) is judge
    changed = replace(first, otherwise_person=not first.otherwise_person)
    assert changed.digest == first.digest
    nobody = Facts({})
    assert evaluate(changed, nobody) == judge_plainly(changed, nobody)
    assert evaluate(first, nobody) == judge_plainly(first, nobody)


def test_a_comparison_says_what_changes_for_whom(children: list[Facts]) -> None:
    old, new = load(policy_text()), load(policy_text("{fact: home.zone_relation, eq: in_zone}"))
    subjects = [Subject(str(number), f"s{number % 3}", facts) for number, facts in enumerate(children)]
    found = compare(old, new, subjects, limit=10)
    moved = [
        (one.school, before.group.id if before.group else "-", after.group.id if after.group else "-")
        for one in subjects
        if (before := judge_plainly(old, one.facts)).order_key != (after := judge_plainly(new, one.facts)).order_key
    ]
    assert moved
    assert found.changed == len(moved)
    by_school = {(school, *move): count for school, moves in found.by_school.items() for move, count in moves.items()}
    assert by_school == {key: moved.count(key) for key in moved}
    assert all(change.why["zh"] and change.why["en"] for change in found.changes)
