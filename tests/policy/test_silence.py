"""Silence never refuses: three values, and what each status of a fact does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import DICTIONARY, Fact, Facts, Verdict, evaluate, scheme_names
from policy.family import STATUSES
from tests.policy.personas import DEED, HOUSEHOLD, PERMIT, judge, shipped

POLICIES = {name: shipped(name) for name in scheme_names()}


def fact(value: Any, status: str) -> dict[str, Any]:
    return {"value": value, "status": status, "source": "household", "at": "2025-06-20T09:30:00+08:00"}


@pytest.mark.parametrize("status", ["not_found", "unavailable"])
@pytest.mark.parametrize("value", ["in_zone", None])
def test_silence_keeps_the_group_and_asks_a_person(status: str, value: str | None) -> None:
    result = judge(shipped("changde"), HOUSEHOLD, DEED, {"household.zone_relation": fact(value, status)})
    assert result.group is not None
    assert result.group.id == "class_1"
    assert result.needs_person
    assert [step.facts for step in result.questions if step.facts] == [("household.zone_relation",)]
    assert result.eligible is Verdict.YES  # some group is certain whatever the answer


def test_what_is_open_in_a_group_that_is_met_anyway_is_no_question() -> None:
    result = judge(shipped("linping-2021"), HOUSEHOLD, DEED, {"household.same_as_parent": fact(True, "unavailable")})
    assert result.group is not None
    assert (result.group.id, result.needs_person, result.questions) == ("one_a", False, ())


def test_groups_below_a_provisional_one_stay_out_of_the_explanation() -> None:
    silent = {"home.zone_relation": fact("in_zone", "unavailable")}
    result = judge(shipped("changde"), HOUSEHOLD, DEED, PERMIT, silent, {"household.zone_relation": "in_zone"})
    assert {step.rule for step in result.trace} == {"age", "seat_lock", "class_1", "order"}


def test_silence_about_the_only_possible_group_is_unknown_not_a_refusal() -> None:
    result = judge(shipped("linping-2021"), {"household.zone_relation": fact("in_zone", "unavailable")})
    assert (result.eligible, result.needs_person) == (Verdict.UNKNOWN, True)


def test_mismatch_is_false_where_the_claim_was_refuted() -> None:
    result = judge(shipped("changde"), HOUSEHOLD, DEED, {"household.zone_relation": fact("in_zone", "mismatch")})
    assert result.group is not None
    assert result.group.id == "class_2"
    refuted = [step for step in result.trace if step.code == "condition_refuted"]
    assert {step.outcome for step in refuted} == {"false"}


def test_mismatch_elsewhere_changes_nothing() -> None:
    result = judge(shipped("changde"), HOUSEHOLD, DEED, {"child.sex": fact("male", "mismatch")})
    assert result.group is not None
    assert result.group.id == "class_1"


def test_a_home_without_its_share_is_a_question() -> None:
    family = {**HOUSEHOLD, **{k: v for k, v in DEED.items() if k != "home.ownership_share"}}
    result = judge(shipped("chancheng-2021"), family)
    assert result.group is not None
    assert (result.group.id, result.needs_person) == ("match_1", True)
    assert [step.code for step in result.questions] == ["condition_missing", "group_provisional"]
    assert "not stated" in result.questions[0].text("en")


@pytest.mark.parametrize("status", ["not_found", "unavailable", "mismatch"])
def test_unconfirmed_birth_date_neither_grants_nor_refuses(status: str) -> None:
    for born in ("2019-08-31", "2020-05-05"):
        result = judge(shipped("changde"), HOUSEHOLD, {"child.birth_date": fact(born, status)})
        assert (result.eligible, result.needs_person) == (Verdict.UNKNOWN, True)


def test_no_birth_date_is_a_question() -> None:
    result = evaluate(shipped("changde"), Facts.from_json(dict(HOUSEHOLD)))
    assert (result.eligible, result.needs_person) == (Verdict.UNKNOWN, True)


def test_unconfirmed_order_date_keeps_its_claim_and_asks() -> None:
    result = judge(shipped("changde"), HOUSEHOLD, {"household.registered_on": fact("2019-05-01", "unavailable")})
    assert result.order == (20190501,)
    assert result.needs_person
    last = judge(shipped("changde"), HOUSEHOLD, {"household.registered_on": fact("2019-05-01", "mismatch")})
    assert last.order > result.order


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "date": st.dates().map(lambda day: day.isoformat()),
    "number": st.integers(0, 300) | st.floats(0, 300),
    "share": st.floats(0, 1),
    "flag": st.booleans(),
    "text": st.text(max_size=6),
}
BASES: list[dict[str, Any]] = [{}, {**HOUSEHOLD, **DEED}, dict(PERMIT), {"child.birth_date": "2015-01-01", **HOUSEHOLD}]
# Facts that speak against the family: confirming that a seat is taken may of course cost it.
ADVERSE = ("home.seat_locked_until", "home.seat_used_on")
JUNK = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=12)


@st.composite
def families(draw: st.DrawFn, *, junk: bool = False) -> dict[str, Fact]:
    base = draw(st.sampled_from(BASES))
    found = {name: Fact(value, draw(st.sampled_from(STATUSES)), "household") for name, value in base.items()}
    for name in draw(st.lists(st.sampled_from(sorted(DICTIONARY)), unique=True, max_size=25)):
        spec = DICTIONARY[name]
        fitting = st.sampled_from(sorted(spec.choices)) if spec.choices else VALUES[spec.kind]
        value = draw(JUNK if junk else fitting)
        found[name] = Fact(value, draw(st.sampled_from(STATUSES)), "household", draw(st.none() | st.just("2025-06-01")))
    return found


@settings(max_examples=60, deadline=None)
@given(families(junk=True), st.sampled_from(sorted(POLICIES)))
def test_evaluation_is_total_and_explains_itself(family: dict[str, Fact], scheme: str) -> None:
    result = evaluate(POLICIES[scheme], Facts(family))
    assert all(step.text("zh") and step.text("en") for step in result.trace)
    assert result.needs_person or result.eligible is not Verdict.UNKNOWN
    assert result.needs_person == bool(result.questions)
    assert all(isinstance(part, int) for part in result.order_key)


@settings(max_examples=120, deadline=None)
@given(families(), st.sampled_from(sorted(POLICIES)), st.data())
def test_verifying_a_claim_never_lowers(family: dict[str, Fact], scheme: str, data: st.DataObject) -> None:
    names = sorted(set(family) - set(ADVERSE))
    if not names:
        return
    name = data.draw(st.sampled_from(names))
    policy = POLICIES[scheme]
    before = evaluate(policy, Facts(family))
    verified = {**family, name: Fact(family[name].value, "verified", "household")}
    after = evaluate(policy, Facts(verified))
    assert after.tier <= before.tier
    if name != "child.birth_date":  # an unconfirmed birth date grants nothing that its confirmation could take away
        rank = {Verdict.NO: 0, Verdict.UNKNOWN: 1, Verdict.YES: 2}
        assert rank[after.eligible] >= rank[before.eligible]
    if after.tier == before.tier and after.group is not None:
        assert after.order <= before.order


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(POLICIES)), st.sampled_from([{**HOUSEHOLD, **DEED}, {**PERMIT}]), st.data())
def test_an_outage_never_costs_a_place(scheme: str, family: dict[str, Any], data: st.DataObject) -> None:
    policy = POLICIES[scheme]
    sure = judge(policy, family)
    down = data.draw(st.sets(st.sampled_from(sorted(family)), min_size=1))
    status = data.draw(st.sampled_from(["not_found", "unavailable"]))
    silent = {name: fact(family[name] if data.draw(st.booleans()) else None, status) for name in sorted(down)}
    result = judge(policy, family, silent)
    assert result.tier <= sure.tier
    assert result.eligible is not Verdict.NO
