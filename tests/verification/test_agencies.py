"""Each agency's adapter, asked through the real client over HTTP: what its answer means for a claim."""

from typing import Any
from uuid import uuid4

import pytest

from foundation import clock
from tests.agencies import City
from verification.checking import checks_run
from verification.models import Check, Finding

pytestmark = pytest.mark.django_db
CHILD, MOTHER, OTHER = "430702201905040013", "430702198501010029", "430702198601010046"
HOME = "湖南省常德市武陵区滨湖路12号"
AWAY = "湖南省长沙市岳麓区麓山路1号"
CERTIFICATE = "湘(2018)常德市不动产权第0012345号"
CONTRACT = "430702201800123"

HOUSEHOLD = {
    "id_number": CHILD,
    "name": "合成小明",
    "householder_id": MOTHER,
    "householder_relation": "parent",
    "address": HOME,
    "division": "430702",
    "registered_on": "2019-06-01",
    "type": "family",
    "members": [{"id_number": MOTHER, "name": "合成家长", "relation": "self"}],
}
DEED = {
    "certificate": CERTIFICATE,
    "owners": [{"id_number": MOTHER, "name": "合成家长", "share": 1.0}],
    "address": HOME,
    "registered_on": "2018-03-02",
    "mortgaged": True,
    "seized": False,
    "kind": "residential",
    "status": "current",
}
FILED = {
    "contract": CONTRACT,
    "buyers": DEED["owners"],
    "address": HOME,
    "filed_on": "2024-01-05",
    "kind": "residential",
    "status": "filed",
}
PERMIT = {
    "id_number": MOTHER,
    "name": "合成家长",
    "address": HOME,
    "issued_on": "2020-01-01",
    "endorsed_until": "2990-01-01",
}
PAID = {"id_number": MOTHER, "name": "合成家长", "city": "常德", "months": ["2025-01", "2025-02"], "backpaid": []}
RECORDS: dict[str, dict[str, Any]] = {
    "household": HOUSEHOLD,
    "real_estate": DEED,
    "contract": FILED,
    "permit": PERMIT,
    "insurance": PAID,
}
CLAIMS: dict[str, dict[str, Any]] = {
    "household": {"id_number": CHILD, "name": "合成小明", "guardian_ids": [MOTHER], "address": HOME},
    "real_estate": {"number": CERTIFICATE, "people": [MOTHER], "address": HOME, "share": "100"},
    "contract": {"number": CONTRACT, "people": [MOTHER], "address": HOME, "share": "100"},
    "permit": {"id_number": MOTHER, "name": "合成家长", "address": HOME},
    "insurance": {"id_number": MOTHER, "name": "合成家长", "months": "2", "cities": ["常德市", "4307"]},
}
NONE: dict[str, dict[str, Any]] = {
    "household": {"none": True, "id_number": CHILD, "name": "合成小明", "guardian_ids": [MOTHER], "city": "4307"},
    "real_estate": {"none": True, "people": [MOTHER]},
    "contract": {"none": True, "people": [MOTHER]},
    "permit": {"none": True, "id_number": MOTHER},
    "insurance": {"none": True, "id_number": MOTHER},
}


def opened(agency: str, claim: dict[str, Any]) -> Check:
    now = clock.now()
    return Check.objects.create(
        subject=uuid4(), district_code="430702", agency=agency, claim=claim, next_attempt_at=now, created_at=now
    )


def ask(agency: str, claim: dict[str, Any]) -> Finding:
    check = opened(agency, claim)
    assert checks_run(subject=check.subject) == 1
    return Finding.objects.get(check_made=check)


@pytest.mark.parametrize("agency", list(RECORDS))
def test_a_true_claim_is_a_match_with_its_evidence(agencies: City, agency: str) -> None:
    agencies.put(agency, RECORDS[agency])
    finding = ask(agency, CLAIMS[agency])
    assert (finding.outcome, finding.differences) == ("match", [])
    assert finding.evidence == RECORDS[agency]
    assert (finding.source, len(finding.trace_id)) == (f"mock:{agency}", 32)
    assert len(finding.evidence_hash) == 64


@pytest.mark.parametrize("agency", list(RECORDS))
def test_no_record_is_not_found_and_nothing_else(agencies: City, agency: str) -> None:
    assert ask(agency, CLAIMS[agency]).outcome == "not_found"


@pytest.mark.parametrize("agency", list(RECORDS))
def test_declaring_none_where_there_is_none_is_a_match(agencies: City, agency: str) -> None:
    # but every child has a household somewhere: one that no register knows is known to nobody
    assert ask(agency, NONE[agency]).outcome == ("not_found" if agency == "household" else "match")


def test_a_household_in_another_city_is_a_match_and_one_here_is_not(agencies: City) -> None:
    agencies.put("household", {**HOUSEHOLD, "address": AWAY, "division": "430104"})
    assert ask("household", NONE["household"]).outcome == "match"


@pytest.mark.parametrize("division", ["430702", "430725", None])
def test_a_household_here_contradicts_who_declared_none(agencies: City, division: str | None) -> None:
    agencies.put("household", {**HOUSEHOLD, "division": division})
    assert [row["field"] for row in ask("household", NONE["household"]).differences] == ["household_here"]


@pytest.mark.parametrize("agency", ["real_estate", "contract"])
def test_declaring_no_home_while_owning_one_is_a_mismatch(agencies: City, agency: str) -> None:
    agencies.put(agency, RECORDS[agency])
    finding = ask(agency, NONE[agency])
    assert [row["field"] for row in finding.differences] == ["home_kind"]


@pytest.mark.parametrize(
    ("agency", "changed", "field"),
    [
        ("household", {"name": "合成小红"}, "child_name"),
        ("household", {"address": AWAY}, "household_address"),
        ("household", {"householder_id": OTHER, "members": []}, "guardian_id"),
        ("real_estate", {"certificate": "湘(2018)常德市不动产权第0099999号"}, "home_certificate"),
        ("real_estate", {"address": AWAY}, "home_address"),
        ("real_estate", {"owners": [{"id_number": MOTHER, "name": "合成家长", "share": 0.5}]}, "home_share"),
        ("contract", {"address": AWAY}, "home_address"),
        ("permit", {"endorsed_until": "2020-01-01"}, "permit_until"),
        ("permit", {"address": AWAY}, "home_address"),
        ("insurance", {"backpaid": ["2025-02"]}, "insurance_months"),
    ],
)
def test_a_difference_is_named_by_the_field_of_the_form(
    agencies: City, agency: str, changed: dict[str, Any], field: str
) -> None:
    agencies.put(agency, {**RECORDS[agency], **changed})
    finding = ask(agency, CLAIMS[agency])
    assert finding.outcome == "mismatch"
    assert [row["field"] for row in finding.differences] == [field]


def test_a_home_owned_by_strangers_is_a_mismatch(agencies: City) -> None:
    agencies.put("real_estate", {**DEED, "owners": [{"id_number": OTHER, "name": "合成他人", "share": 1.0}]})
    assert [row["field"] for row in ask("real_estate", CLAIMS["real_estate"]).differences] == ["home_owner_relation"]


@pytest.mark.parametrize(
    ("agency", "broken"),
    [
        ("household", {"members": "none"}),
        ("real_estate", {"owners": [{"id_number": MOTHER, "share": "all"}]}),
        ("permit", {"endorsed_until": "next year"}),
        ("insurance", {"months": None}),
    ],
)
def test_a_record_that_cannot_be_read_waits_for_another_try(
    agencies: City, agency: str, broken: dict[str, Any]
) -> None:
    agencies.put(agency, {**RECORDS[agency], **broken})
    now = clock.now()
    check = Check.objects.create(
        subject=uuid4(),
        district_code="430702",
        agency=agency,
        claim=CLAIMS[agency],
        next_attempt_at=now,
        created_at=now,
    )
    assert checks_run(subject=check.subject) == 0
    check.refresh_from_db()
    assert (check.state, check.attempts) == ("pending", 1)
