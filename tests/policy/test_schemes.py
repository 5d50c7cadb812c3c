"""Every group of every shipped scheme, met by a named family and missed at its border."""

from __future__ import annotations

import pytest

from policy import Verdict, load, scheme_names, scheme_text
from tests.policy.personas import (
    CONTRACT,
    DEED,
    ELSEWHERE,
    GRANDPARENTS,
    HOUSEHOLD,
    PERMIT,
    Family,
    group_of,
    judge,
    shipped,
)

DISTRICT: Family = {"household.zone_relation": "in_district", "household.registered_on": "2019-05-01"}
OTHERS_HOME: Family = {**DEED, "home.owner_relation": "other"}
ELDERS_HOME: Family = {**DEED, "home.owner_relation": "grandparent", "household.same_as_grandparent": False}
RENTED: Family = {"home.kind": "rented", "home.zone_relation": "in_zone"}
CASES: list[tuple[str, str, list[Family], str | None]] = [
    ("changde", "home and household", [HOUSEHOLD, DEED], "class_1"),
    ("changde", "contract and household", [HOUSEHOLD, CONTRACT], "class_1"),
    ("changde", "grandparents' home", [GRANDPARENTS], "class_1"),
    ("changde", "mortgage does not lower", [HOUSEHOLD, DEED, {"home.mortgaged": True}], "class_1"),
    ("changde", "home only", [ELSEWHERE, DEED], "class_2"),
    ("changde", "household only", [HOUSEHOLD], "class_3"),
    ("changde", "household, home unusable", [HOUSEHOLD, DEED, {"home.usable": False}], "class_3"),
    ("changde", "collective household", [{**HOUSEHOLD, "household.type": "collective"}], "class_5"),
    ("changde", "migrant", [PERMIT], "class_4"),
    ("changde", "migrant in business", [{**PERMIT, "insurance.months": 0, "work.kind": "self_employed"}], "class_4"),
    ("changde", "lapsed permit", [{**PERMIT, "permit.valid_on_check_day": False}], "class_5"),
    ("changde", "neither", [ELSEWHERE, {"home.kind": "none"}], "class_5"),
    ("changde", "nothing but a birth date", [], "class_5"),
    ("shandong", "home and household", [HOUSEHOLD, DEED], "home_and_household"),
    ("shandong", "household only", [HOUSEHOLD], "household_only"),
    ("shandong", "household, someone else's home", [HOUSEHOLD, OTHERS_HOME], "household_only"),
    ("shandong", "home only", [ELSEWHERE, DEED], "home_only"),
    ("shandong", "migrant", [PERMIT], "migrant"),
    ("shandong", "soldier's child", [ELSEWHERE, {"preferential.military": True}], "preferential"),
    ("shandong", "soldier's child with a home", [HOUSEHOLD, DEED, {"preferential.military": True}], "preferential"),
    ("shandong", "none of the five", [ELSEWHERE], None),
    ("linping-2021", "A with parents", [HOUSEHOLD, DEED], "one_a"),
    ("linping-2021", "A with grandparents", [GRANDPARENTS], "one_a"),
    ("linping-2021", "A by the householder", [HOUSEHOLD, DEED, {"household.same_as_parent": False}], "one_a"),
    ("linping-2021", "B: contract is no deed", [HOUSEHOLD, CONTRACT], "one_b"),
    ("linping-2021", "B: grandparents' home, parents' household", [HOUSEHOLD, ELDERS_HOME], "one_b"),
    ("linping-2021", "B: no home", [HOUSEHOLD], "one_b"),
    ("linping-2021", "home in the zone, household in the district", [DISTRICT, DEED], "district_home"),
    ("linping-2021", "household in the district", [DISTRICT], "district_household"),
    ("linping-2021", "migrant", [PERMIT], "migrant"),
    ("linping-2021", "none", [ELSEWHERE], None),
    ("chancheng-2021", "matching, parents", [HOUSEHOLD, DEED], "match_1"),
    ("chancheng-2021", "matching, the child owns", [HOUSEHOLD, DEED, {"home.owner_relation": "child"}], "match_1"),
    ("chancheng-2021", "matching, grandparents", [GRANDPARENTS], "match_2"),
    ("chancheng-2021", "half the title", [HOUSEHOLD, DEED, {"home.ownership_share": 0.5}], "other_1"),
    ("chancheng-2021", "addresses differ", [HOUSEHOLD, DEED, {"home.matches_household": False}], "other_1"),
    ("chancheng-2021", "contract", [HOUSEHOLD, CONTRACT], "other_2"),
    ("chancheng-2021", "no home", [HOUSEHOLD], "other_3"),
    ("chancheng-2021", "household in the district", [DISTRICT, DEED], "other_4"),
    ("chancheng-2021", "household elsewhere", [ELSEWHERE, DEED], "other_5"),
    ("chancheng-2021", "no household declared", [DEED], "other_5"),
    ("chancheng-2021", "rented and filed", [DISTRICT, RENTED, {"application.rented_filed": True}], "other_6"),
    ("chancheng-2021", "public rental", [DISTRICT, RENTED, {"home.kind": "public_rental"}], "other_6"),
    ("chancheng-2021", "migrant", [PERMIT], "other_7"),
    ("chancheng-2021", "rented, not filed", [DISTRICT, RENTED], None),
]  # fmt: skip


@pytest.mark.parametrize(("scheme", "name", "families", "expected"), CASES, ids=[f"{c[0]}: {c[1]}" for c in CASES])
def test_persona_reaches_its_group(scheme: str, name: str, families: list[Family], expected: str | None) -> None:
    assert group_of(shipped(scheme), *families) == expected


@pytest.mark.parametrize("scheme", scheme_names())
def test_every_group_has_a_persona(scheme: str) -> None:
    reached = {case[3] for case in CASES if case[0] == scheme}
    assert {group.id for group in shipped(scheme).groups} <= reached


@pytest.mark.parametrize("scheme", scheme_names())
def test_every_scheme_names_its_source_and_asks_for_at_most_five_materials(scheme: str) -> None:
    policy = shipped(scheme)
    assert policy.source.name.zh
    assert policy.source.note is not None
    assert max(len(group.materials) for group in policy.groups) <= 5


@pytest.mark.parametrize("scheme", scheme_names())
def test_a_scheme_moves_to_another_season_as_a_whole(scheme: str) -> None:
    published, moved = shipped(scheme), load(scheme_text(scheme, year=2027))
    assert (moved.year, moved.cutoff.year, moved.entry.year) == (2027, 2027, 2027)
    assert [rule.cutoff.replace(year=published.year) for rule in moved.ages] == [rule.cutoff for rule in published.ages]
    assert (moved.source, moved.title) == (published.source, published.title)
    assert moved.digest != published.digest


def test_changde_has_five_classes_and_only_the_fifth_is_checked_offline() -> None:
    policy = shipped("changde")
    assert [group.offline for group in policy.groups] == [False, False, False, False, True]
    assert judge(policy, ELSEWHERE).needs_offline_check
    assert not judge(policy, HOUSEHOLD).needs_offline_check


def test_chancheng_has_two_matching_and_seven_not_matching_classes() -> None:
    ids = [group.id for group in shipped("chancheng-2021").groups]
    assert [sum(name.startswith(prefix) for name in ids) for prefix in ("match", "other")] == [2, 7]


def test_linping_puts_a_before_b_then_the_earlier_household_date() -> None:
    policy = shipped("linping-2021")
    late_a = judge(policy, HOUSEHOLD, DEED, {"household.registered_on": "2021-01-01"})
    early_b = judge(policy, HOUSEHOLD, {"household.registered_on": "2015-01-01"})
    later_b = judge(policy, HOUSEHOLD, {"household.registered_on": "2015-01-02"})
    assert late_a.order_key < early_b.order_key < later_b.order_key


def test_linping_migrants_rank_by_points_then_permit() -> None:
    policy = shipped("linping-2021")
    many = judge(policy, PERMIT, {"points.imported_total": 120.5, "permit.held_since": "2020-01-01"})
    few = judge(policy, PERMIT, {"points.imported_total": 120, "permit.held_since": "2010-01-01"})
    earlier = judge(policy, PERMIT, {"points.imported_total": 120, "permit.held_since": "2009-01-01"})
    assert many.order < earlier.order < few.order
    assert (many.points, few.points) == (120, 120)


def test_a_family_outside_every_group_meets_a_person_not_a_refusal() -> None:
    result = judge(shipped("shandong"), ELSEWHERE)
    assert (result.eligible, result.group, result.needs_person) == (Verdict.UNKNOWN, None, True)


def test_contract_homes_are_ordered_by_the_day_of_filing() -> None:
    result = judge(shipped("changde"), ELSEWHERE, CONTRACT)
    assert result.order == (20200302,)
    assert not result.needs_person
