"""What the six further adapters make of records, without HTTP: what agrees, what does not, and what nobody holds."""

from datetime import date
from typing import Any

import pytest

from verification.agencies import Doubt, Judgement, adapter

TODAY = date(2027, 6, 15)
CHILD, MOTHER, FATHER = "430702201905010027", "430702199001011225", "430702198901011234"
OTHER = "110101194001014990"
HOME = "常德市武陵区测试路12号3栋2单元501室"
BIRTH = {
    "certificate": "R430123456",
    "id_number": CHILD,
    "name": "合成小童",
    "born_on": "2019-05-01",
    "parents": [{"id_number": MOTHER, "name": "合成母", "relation": "mother"}],
}
DIVORCE = {
    "id_number": FATHER,
    "spouse_id": MOTHER,
    "status": "divorced",
    "registered_on": "2023-02-01",
    "custody": [{"child_id": CHILD, "parent": MOTHER}],
}
LEASE = {
    "lease": "ZL202600000001",
    "kind": "lease",
    "tenants": [{"id_number": MOTHER, "name": "合成母"}],
    "address": HOME,
    "filed_on": "2026-01-02",
    "until": "2028-01-01",
    "status": "filed",
}
LICENCE = {
    "licence": "92430702MA0000001X",
    "company": "合成小店",
    "id_number": MOTHER,
    "name": "合成母",
    "registered_on": "2022-03-01",
    "division": "430702",
    "status": "open",
}
CARD = {"id_number": CHILD, "name": "合成小童", "grade": "2", "until": "2031-01-01", "status": "valid"}
PUPIL = {
    "id_number": CHILD,
    "name": "合成小童",
    "school": "合成幼儿园",
    "school_code": "K1",
    "division": "430702",
    "stage": "kindergarten",
    "entered_on": "2024-09-01",
    "left_on": "",
    "status": "enrolled",
    "guardians": [{"id_number": MOTHER, "name": "合成母"}],
    "certificate": "湘（2018）常德市不动产权第0000001号",
    "contract": "",
}
CLAIMS: dict[str, dict[str, Any]] = {
    "birth": {"id_number": CHILD, "name": "合成小童", "born_on": "2019-05-01", "parents": [MOTHER, FATHER]},
    "marriage": {"people": [MOTHER, FATHER], "child_id": CHILD, "separated": True, "stays_with": [MOTHER]},
    "rental": {"number": "ZL202600000001", "people": [MOTHER], "address": HOME, "on": "2027-06-15"},
    "business": {"people": [MOTHER], "names": {MOTHER: "合成母"}, "city": "4307"},
    "disability": {"id_number": CHILD, "name": "合成小童", "on": "2027-06-15"},
    "registry": {
        "id_number": CHILD,
        "name": "合成小童",
        "guardian_ids": [MOTHER],
        "homes": ["湘(2018)常德市不动产权第0000001号"],
        "stage": "primary",
    },
}
RECORDS: dict[str, dict[str, Any]] = {
    "birth": BIRTH,
    "marriage": DIVORCE,
    "rental": LEASE,
    "business": LICENCE,
    "disability": CARD,
    "registry": PUPIL,
}


def judge(agency: str, *records: dict[str, Any], **claim: Any) -> Judgement:
    return adapter(agency).judge({**CLAIMS[agency], **claim}, records, TODAY)


def doubts(agency: str, *records: dict[str, Any], **claim: Any) -> list[Doubt]:
    return [one.field for one in judge(agency, *records, **claim).differences]


@pytest.mark.parametrize("agency", CLAIMS)
def test_a_faithful_record_is_a_match(agency: str) -> None:
    found = judge(agency, RECORDS[agency])
    assert (found.outcome, found.differences) == ("match", ())
    assert found.record


@pytest.mark.parametrize("agency", CLAIMS)
def test_everybody_asked_about_is_a_key(agency: str) -> None:
    keys = adapter(agency).keys(CLAIMS[agency])
    assert keys
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("agency", "outcome"),
    [
        ("birth", "not_found"),
        ("marriage", "not_found"),
        ("rental", "not_found"),
        ("business", "match"),
        ("disability", "match"),
        ("registry", "match"),
    ],
)
def test_what_nobody_holds_is_open_where_the_family_claims_it(agency: str, outcome: str) -> None:
    assert judge(agency).outcome == outcome


@pytest.mark.parametrize("agency", ["birth", "marriage", "business", "disability", "registry"])
def test_an_answer_about_somebody_else_is_none(agency: str) -> None:
    other = {**RECORDS[agency], "id_number": OTHER, "spouse_id": "", "guardians": [], "certificate": ""}
    found = judge(agency, other)
    assert [one.field for one in found.differences] == [Doubt.OTHER_PERSON]
    assert found.record is None


@pytest.mark.parametrize(
    ("agency", "changed", "doubt"),
    [
        ("birth", {"name": "别人"}, Doubt.CHILD_NAME),
        ("birth", {"name": "合成*童"}, Doubt.UNREADABLE_NAME),
        ("birth", {"born_on": "2019-05-02"}, Doubt.BIRTH_DATE),
        ("birth", {"parents": [{"id_number": OTHER}]}, Doubt.BIRTH_PARENT),
        ("marriage", {"custody": [{"child_id": CHILD, "parent": FATHER}]}, Doubt.CUSTODY),
        ("rental", {"lease": "ZL202600000009"}, Doubt.LEASE_NUMBER),
        ("rental", {"tenants": [{"id_number": OTHER}]}, Doubt.LEASE_TENANT),
        ("rental", {"status": "cancelled"}, Doubt.LEASE_STATE),
        ("rental", {"until": "2027-06-14"}, Doubt.LEASE_UNTIL),
        ("rental", {"address": "常德市武陵区别处路1号"}, Doubt.HOME_ADDRESS),
        ("business", {"status": "revoked"}, Doubt.BUSINESS_STATE),
        ("business", {"name": "别人"}, Doubt.GUARDIAN_NAME),
        ("disability", {"grade": "九级"}, Doubt.DISABILITY_GRADE),
        ("disability", {"until": "2027-06-14"}, Doubt.DISABILITY_UNTIL),
        ("disability", {"name": "别人"}, Doubt.CHILD_NAME),
        ("registry", {"name": "别人"}, Doubt.CHILD_NAME),
        ("registry", {"stage": "primary"}, Doubt.REGISTERED_ALREADY),
    ],
)
def test_each_contradiction_is_a_doubt(agency: str, changed: dict[str, Any], doubt: Doubt) -> None:
    assert doubts(agency, {**RECORDS[agency], **changed}) == [doubt]


def test_who_lives_together_and_was_divorced_is_asked() -> None:
    assert doubts("marriage", DIVORCE, separated=False, stays_with=[]) == [Doubt.FAMILY_SITUATION]
    alone = {"people": [MOTHER], "separated": False, "stays_with": []}
    assert doubts("marriage", DIVORCE, **alone) == []  # "the one parent there is"
    married = {**DIVORCE, "status": "married", "custody": []}
    assert doubts("marriage", married, separated=False, stays_with=[]) == []
    assert doubts("marriage", married) == []  # who is married may live apart


def test_of_two_marriages_the_one_that_the_child_is_of_counts() -> None:
    again = {"id_number": MOTHER, "spouse_id": OTHER, "status": "married", "registered_on": "2025-01-01"}
    found = judge("marriage", again, DIVORCE)
    assert found.record == DIVORCE


def test_a_public_rental_home_is_no_ordinary_lease() -> None:
    assert doubts("rental", LEASE, public=True) == [Doubt.LEASE_KIND]
    assert doubts("rental", {**LEASE, "kind": "公租房"}, public=True) == []
    assert judge("rental", number="", public=True).outcome == "not_found"
    assert judge("rental", number="").outcome == "match"


def test_of_an_old_and_a_new_lease_the_one_that_runs_counts() -> None:
    old = {**LEASE, "lease": "ZL202300000001", "until": "2025-01-01"}
    assert judge("rental", old, LEASE, number="").record == LEASE


def test_a_business_that_was_given_up_is_none() -> None:
    found = judge("business", {**LICENCE, "status": "注销"})
    assert (found.outcome, found.record) == ("match", None)
    elsewhere = {**LICENCE, "division": "430104", "registered_on": "2010-01-01"}
    assert judge("business", elsewhere, LICENCE).record == LICENCE


def test_two_schools_at_once_are_a_question() -> None:
    assert Doubt.TWO_RECORDS in doubts("registry", PUPIL, {**PUPIL, "school": "另一所"})


def test_siblings_and_the_home_are_told_apart() -> None:
    elder = {**PUPIL, "id_number": OTHER, "name": "合成哥哥", "certificate": ""}
    neighbour = {**PUPIL, "id_number": "110101201501014990", "guardians": [{"id_number": OTHER}]}
    record = judge("registry", PUPIL, elder, neighbour).record
    assert record == {"own": [PUPIL], "siblings": [elder], "homes": [neighbour]}
