"""A group nobody can reach, a range that holds nothing, an abolished proof in other words: refused with the line."""

from __future__ import annotations

import pytest

from policy import load, scheme_names, scheme_text
from tests.policy.builder import material, policy_text
from tests.policy.test_errors import issues, line_of, only

ZONE = "fact: household.zone_relation"
EVERYWHERE = "in: [in_zone, in_district, in_city, elsewhere]"
RANGES = [
    ("{fact: insurance.months, between: [9, 3]}", "empty_range"),
    ("{fact: home.ownership_share, between: [1, 0.5]}", "empty_range"),
    ("{fact: child.birth_date, between: [cutoff, 72 months before cutoff]}", "empty_range"),
    ("{fact: child.birth_date, between: [2019-09-01, 2018-09-01]}", "empty_range"),
    ("{not: {fact: insurance.months, between: [9, 3]}}", "empty_range"),
]


@pytest.mark.parametrize(("when", "code"), RANGES)
def test_a_range_whose_ends_stand_the_wrong_way_round_is_refused(when: str, code: str) -> None:
    text = policy_text(when)
    issue = only(text)
    assert (issue.code, issue.line) == (code, line_of(text, when))


def test_a_range_of_one_value_or_of_other_facts_is_none_of_ours() -> None:
    load(policy_text("{fact: insurance.months, between: [9, 9]}"))
    load(policy_text("{fact: child.birth_date, between: [72 months before cutoff, cutoff]}"))


SWALLOWING = [
    "{fact: child.birth_date, gte: 1990-01-01}",
    "{fact: child.birth_date, lte: cutoff}",
    "{fact: child.sex, in: [male, female]}",
    "{any: [{fact: home.mortgaged, eq: true}, {fact: home.mortgaged, ne: true}]}",
    f"{{{ZONE}, {EVERYWHERE}}}",
    f"{{any: [{{{ZONE}, eq: in_zone}}, {{{ZONE}, ne: in_zone}}]}}",
    f"{{not: {{all: [{{{ZONE}, eq: in_zone}}, {{{ZONE}, eq: in_city}}]}}}}",
    "{any: [{fact: child.birth_date, lte: 2019-08-31}, {fact: child.birth_date, gte: 2019-08-31}]}",
    f"{{any: [{{fact: home.kind, eq: deed}}, {{all: [{{{ZONE}, {EVERYWHERE}}}]}}]}}",
]


@pytest.mark.parametrize("when", SWALLOWING)
def test_a_first_group_that_every_family_meets_is_refused_at_its_line(when: str) -> None:
    text = policy_text(when)
    issue = only(text)
    assert (issue.code, issue.path, issue.line) == ("group_of_everybody", "groups[0].when", line_of(text, when))
    assert "`last`" in issue.message


KEPT = [
    "{any: [{fact: child.birth_date, lt: 2019-08-31}, {fact: child.birth_date, gt: 2019-08-31}]}",  # one day is left
    "{any: [{fact: insurance.months, gte: 12}, {fact: insurance.months, lt: 12}]}",  # who claims no insurance is left
    f"{{{ZONE}, in: [in_zone, in_district, in_city]}}",
    "{fact: home.ownership_share, gte: 0}",
]


@pytest.mark.parametrize("when", KEPT)
def test_a_group_that_leaves_somebody_is_taken(when: str) -> None:
    load(policy_text(when))


LAST = "{fact: child.birth_date, gte: 2000-01-01}"
UNREACHED = [
    (f"{{{ZONE}, in: [in_zone, in_city]}}", f"{{{ZONE}, eq: in_zone}}", "group_unreachable"),
    ("{fact: insurance.months, gte: 6}", "{fact: insurance.months, between: [9, 12]}", "group_unreachable"),
    (
        "{fact: child.birth_date, lte: 24 months before cutoff}",
        "{fact: child.birth_date, lt: 36 months before cutoff}",
        "group_unreachable",
    ),
    (
        f"{{any: [{{{ZONE}, eq: in_zone}}, {{fact: home.kind, eq: deed}}]}}",
        f"{{all: [{{fact: home.kind, eq: deed}}, {{{ZONE}, ne: in_zone}}]}}",
        "group_unreachable",
    ),
    ("{fact: home.kind, eq: deed}", f"{{all: [{{{ZONE}, eq: in_zone}}, {{{ZONE}, eq: in_city}}]}}", "group_of_nobody"),
]


@pytest.mark.parametrize(("first", "later", "code"), UNREACHED)
def test_a_group_that_is_implied_by_an_earlier_one_is_refused_at_its_line(first: str, later: str, code: str) -> None:
    text = policy_text(first).replace(f"when: {LAST}", f"when: {later}")
    issue = only(text)
    assert (issue.code, issue.path, issue.line) == (code, "groups[1].when", line_of(text, f"when: {later}"))


def test_a_locked_seat_leaves_the_family_to_the_group_behind() -> None:
    first, later = f"{{{ZONE}, in: [in_zone, in_city]}}", f"{{{ZONE}, eq: in_zone}}"
    lock = "seat_lock: {years: {primary: 6}, groups: [first]}\n"
    load(policy_text(first, extra=lock).replace(f"when: {LAST}", f"when: {later}"))


def test_a_group_of_another_stage_takes_nobody_of_this_one() -> None:
    text = policy_text(f"{{{ZONE}, {EVERYWHERE}}}").replace("stages: [primary]", "stages: [primary, junior]")
    text = text.replace("  - id: first", "  - id: first\n    stages: [junior]")
    load(text)
    assert {one.code for one in issues(text.replace("stages: [junior]\n", "stages: [primary, junior]\n"))} == {
        "group_of_everybody"
    }


@pytest.mark.parametrize("scheme", scheme_names())
def test_every_group_of_a_shipped_scheme_is_reached(scheme: str) -> None:
    load(scheme_text(scheme))


ABOLISHED = [
    ("年薪证明", "never_asked"),
    ("月薪 流水", "never_asked"),
    ("职称证书", "never_asked"),
    ("独生子女光荣证", "abolished_proof"),
    ("准生证", "abolished_proof"),
    ("生育服务证", "abolished_proof"),
    ("免疫接种本", "abolished_proof"),
    ("接种记录", "abolished_proof"),
    ("超过正常入学年龄证明", "abolished_proof"),
    ("超 龄 证 明", "abolished_proof"),
]


@pytest.mark.parametrize(("name", "code"), ABOLISHED)
def test_an_abolished_proof_in_other_words_is_refused_with_the_line(name: str, code: str) -> None:
    text = policy_text(materials=material(name))
    issue = only(text)
    assert (issue.code, issue.line) == (code, line_of(text, name))


@pytest.mark.parametrize("name", ["户口簿", "不动产权证书", "延缓入学的病历证明", "居住证", "无房证明"])
def test_what_may_be_asked_stays(name: str) -> None:
    load(policy_text(materials=material(name)))
