"""Borders of the single rules: age, shares, dates, seat lock, points, order, materials."""

from __future__ import annotations

from typing import Any

import pytest

from policy import Evaluation, Facts, Verdict, evaluate, load
from tests.policy.builder import material, policy_text
from tests.policy.personas import DEED, HOUSEHOLD, judge, shipped

SIX = {"child.birth_date": "2019-08-31"}


def run(text: str, **facts: Any) -> Evaluation:
    return evaluate(load(text), Facts.from_json({**SIX, **{k.replace("__", "."): v for k, v in facts.items()}}))


def in_first(text: str, **facts: Any) -> bool:
    group = run(text, **facts).group
    return group is not None and group.id == "first"


@pytest.mark.parametrize(
    ("born", "round_", "eligible", "code"),
    [
        ("2019-08-31", "main", True, "age_met"),
        ("2019-09-01", "main", False, "age_later_round"),
        ("2019-12-31", "main", False, "age_later_round"),
        ("2019-12-31", "supplementary", True, "age_stretched"),
        ("2020-01-01", "supplementary", False, "age_too_young"),
        ("2020-01-01", "main", False, "age_too_young"),
    ],
)
def test_age_turns_on_the_cut_off_day(born: str, round_: str, eligible: bool, code: str) -> None:
    result = judge(shipped("changde"), HOUSEHOLD, {"child.birth_date": born, "application.round": round_})
    assert result.eligible.value is eligible
    assert code in {step.code for step in result.trace}


def test_a_stage_without_a_rule_has_no_age_limit() -> None:
    result = judge(shipped("changde"), HOUSEHOLD, {"child.birth_date": "2009-01-01", "application.stage": "junior"})
    assert (result.eligible, result.trace[0].code) == (Verdict.YES, "age_free")


def test_upper_age_is_reached_on_the_birthday() -> None:
    text = policy_text().replace("min_years: 6}", "min_years: 6, max_years: 9}")
    assert run(text, **{"child.birth_date": "2016-09-01"}).eligible is Verdict.YES
    assert run(text, **{"child.birth_date": "2016-08-31"}).eligible is Verdict.NO


@pytest.mark.parametrize(("share", "met"), [(0.5, True), (0.4999, False), (1, True), (0, False)])
def test_share_of_exactly_half(share: float, met: bool) -> None:
    assert in_first(policy_text("{fact: home.ownership_share, gte: 0.5}"), home__ownership_share=share) is met


@pytest.mark.parametrize(("share", "met"), [(0.5, False), (0.5001, True)])
def test_share_over_half(share: float, met: bool) -> None:
    assert in_first(policy_text("{fact: home.ownership_share, gt: 0.5}"), home__ownership_share=share) is met


@pytest.mark.parametrize(
    ("when", "day", "met"),
    [
        ("lte: cutoff", "2025-08-31", True),
        ("lt: cutoff", "2025-08-31", False),
        ("lte: 36 months before cutoff", "2022-08-31", True),
        ("lte: 36 months before cutoff", "2022-09-01", False),
        ("lte: 6 months before cutoff", "2025-02-28", True),
        ("lte: 6 months before cutoff", "2025-03-01", False),
        ("lt: entry", "2025-08-31", True),
        ("lt: entry", "2025-09-01", False),
        ("between: [2020-01-01, 10 days before cutoff]", "2025-08-21", True),
        ("between: [2020-01-01, 10 days before cutoff]", "2025-08-22", False),
        ("gt: 1 year before cutoff", "2024-09-01", True),
    ],
)
def test_dates_absolute_and_relative(when: str, day: str, met: bool) -> None:
    assert in_first(policy_text(f"{{fact: household.registered_on, {when}}}"), household__registered_on=day) is met


def test_facts_compare_with_each_other() -> None:
    text = policy_text("{fact: household.registered_on, gte: {fact: home.deed_date}}")
    assert in_first(text, household__registered_on="2020-01-01", home__deed_date="2020-01-01")
    assert not in_first(text, household__registered_on="2019-12-31", home__deed_date="2020-01-01")


def test_not_reads_as_the_opposite_also_for_what_nobody_claims() -> None:
    text = policy_text("{not: {any: [{fact: home.kind, eq: deed}, {fact: insurance.months, gte: 12}]}}")
    assert in_first(text)
    assert in_first(text, insurance__months=11)
    assert not in_first(text, insurance__months=12)
    assert not in_first(text, home__kind="deed")


def test_definitions_and_own_facts_need_no_code() -> None:
    extra = (
        "definitions: {island: {fact: local.island, eq: true}}\n"
        "facts: [{name: local.island, type: flag, label: {zh: 海岛家庭, en: Island family}}]\n"
    )
    text = policy_text("{use: island}", extra=extra)
    assert in_first(text, **{"local.island": True})
    assert not in_first(text, **{"local.island": False})


def test_supplementary_round_has_its_own_cut_off() -> None:
    text = policy_text("{fact: household.registered_on, lte: cutoff}", extra="supplementary: {cutoff: 2025-10-15}\n")
    day = {"household.registered_on": "2025-10-15"}
    assert not in_first(text, **day)
    assert in_first(text, **day, **{"application.round": "supplementary"})


LOCK = [
    ({"home.seat_locked_until": "2025-08-31"}, "class_1", "seat_free"),
    ({"home.seat_locked_until": "2025-09-01"}, "class_3", "seat_locked"),
    ({"home.seat_used_on": "2019-09-01"}, "class_1", "seat_free"),
    ({"home.seat_used_on": "2019-09-02"}, "class_3", "seat_locked"),
    ({"home.seat_used_on": "2023-09-01", "home.seat_locked_by_sibling": True}, "class_1", "seat_sibling"),
    ({"home.seat_used_on": {"status": "unavailable"}}, "class_1", "seat_question"),
]


@pytest.mark.parametrize(("facts", "group", "code"), LOCK)
def test_seat_lock_of_six_years(facts: dict[str, Any], group: str, code: str) -> None:
    result = judge(shipped("changde"), HOUSEHOLD, DEED, facts)
    assert result.group is not None
    assert result.group.id == group
    assert code in {step.code for step in result.trace}
    assert result.needs_person is (code == "seat_question")


@pytest.mark.parametrize(("written", "group"), [("", "first"), (", sibling_exempt: false", "last")])
def test_siblings_are_exempt_unless_the_policy_says_no(written: str, group: str) -> None:
    text = policy_text(extra=f"seat_lock: {{years: {{primary: 6}}, groups: [first]{written}}}\n")
    used = {"home.seat_used_on": "2023-09-01", "home.seat_locked_by_sibling": True}
    result = run(text, household__zone_relation="in_zone", **used)
    assert result.group is not None
    assert result.group.id == group


def test_groups_may_be_for_one_stage_only() -> None:
    text = policy_text().replace("stages: [primary]", "stages: [primary, junior]")
    text = text.replace("  - id: first", "  - id: first\n    stages: [junior]")
    here = {"household.zone_relation": "in_zone"}
    assert not in_first(text, **here)
    assert in_first(text, **here, **{"application.stage": "junior"})


def test_a_refuted_sibling_does_not_open_the_lock() -> None:
    facts = {
        "home.seat_used_on": "2023-09-01",
        "home.seat_locked_by_sibling": {"value": True, "status": "mismatch", "source": "household"},
    }
    result = judge(shipped("changde"), HOUSEHOLD, DEED, facts)
    assert result.group is not None
    assert result.group.id == "class_3"


POINTS = """points:
  mode: computed
  items:
    - id: years
      dimension: residence
      name: {zh: 居住, en: Residence}
      points: 12.5
      when: {fact: permit.held_since, lte: 3 years before cutoff}
    - id: insured
      dimension: occupation
      name: {zh: 社保, en: Insurance}
      points: 30
      when: {fact: insurance.months, gte: 12}
"""


def test_computed_points_add_up_and_rank_first() -> None:
    text = policy_text(order="{by: points}, ", extra=POINTS)
    both = run(text, household__zone_relation="in_zone", permit__held_since="2022-08-31", insurance__months=12)
    one = run(text, household__zone_relation="in_zone", insurance__months=12)
    assert (both.points, both.order, one.order) == (42, (-42500,), (-30000,))
    assert both.order < one.order


def test_unconfirmed_points_count_nothing_yet_and_ask() -> None:
    text = policy_text(order="{by: points}, ", extra=POINTS)
    silent = {"value": 40, "status": "unavailable", "source": "insurance"}
    result = run(text, household__zone_relation="in_zone", insurance__months=silent)
    assert result.points == 0
    assert result.needs_person
    assert [step.code for step in result.questions if step.rule == "points"] == ["points_question"]


def test_rank_order_follows_the_list() -> None:
    text = policy_text(order="{by: rank, fact: home.owner_relation, values: [parent, grandparent]}, ")
    orders = [
        run(text, household__zone_relation="in_zone", home__owner_relation=who).order
        for who in ("parent", "grandparent", "other")
    ]
    assert orders == [(0,), (1,), (2,)]


def test_descending_number_order() -> None:
    text = policy_text(order="{by: number, fact: insurance.months, direction: desc}, ")
    long, short = (run(text, household__zone_relation="in_zone", insurance__months=n).order for n in (50, 49))
    assert long < short


def test_verified_facts_make_their_material_unnecessary() -> None:
    paper = "{id: book, name: {zh: 户口簿, en: Register}, proves: [household.zone_relation]}"
    text = policy_text(materials=f"{paper}, {material('照片')}")
    verified = {"value": "in_zone", "status": "verified", "source": "household"}
    assert [m.needed for m in run(text, household__zone_relation=verified).materials] == [False, True]
    assert [m.needed for m in run(text, household__zone_relation="in_zone").materials] == [True, True]


def test_otherwise_may_refuse_in_words() -> None:
    text = policy_text().replace("gte: 2000-01-01", "lt: 2000-01-01")
    result = run(text, household__zone_relation="elsewhere")
    assert (result.eligible, result.group, result.tier) == (Verdict.NO, None, 3)
    assert result.trace[-1].code == "otherwise_not_eligible"


def test_stage_not_covered_is_not_eligible() -> None:
    result = run(policy_text(), **{"application.stage": "junior"})
    assert result.eligible is Verdict.NO
    assert result.trace[0].code == "stage_closed"
