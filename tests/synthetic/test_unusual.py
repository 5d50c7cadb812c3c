"""The table of unusual families: every kind is different from the others, true to its label, and of valid numbers."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

import identifiers
from policy import DICTIONARY, Facts, evaluate, load, scheme_text
from synthetic import AGENCIES, Family, keys
from synthetic.unusual import KINDS, unusual
from tests.synthetic.cities import city

MADE = {family.kind: family for family in unusual(city(families=50))}
TODAY = date(2025, 6, 15)


def test_there_are_the_kinds_that_were_asked_for() -> None:
    assert len(KINDS) >= 25
    assert MADE.keys() == KINDS.keys()
    assert len({kind.differs for kind in KINDS.values()}) == len(KINDS)
    assert {"foreign", "taiwan", "hong_kong", "collective", "no_number", "described_name", "one_telephone"} <= set(
        KINDS
    )
    assert {"one_telephone", "grandparent", "separated", "abroad", "protected", "twins_midnight"} <= set(KINDS)


def test_a_kind_is_the_same_family_at_every_look() -> None:
    assert [one.to_json() for one in unusual(city(families=50))] == [one.to_json() for one in MADE.values()]


@pytest.mark.parametrize("name", KINDS)
def test_the_child_applies_by_the_document_of_its_kind(name: str) -> None:
    kind, family = KINDS[name], MADE[name]
    claim = next(iter(family.claims.values()))["child"]
    checked = identifiers.check("id", claim["id_number"], role="child", today=TODAY)
    assert (checked.ok, checked.kind) == (True, kind.document)
    if born := checked.facts.get("birth_date"):
        assert born == claim["birth_date"]
    assert identifiers.check("name", claim["name"], today=TODAY, document=checked.kind).ok


@pytest.mark.parametrize("name", KINDS)
def test_what_is_true_of_it_leads_to_the_end_of_its_kind(name: str) -> None:
    kind, family = KINDS[name], MADE[name]
    policy = load(scheme_text("changde"))
    for truth in family.truth.values():
        facts = Facts.from_json({**truth.facts, "application.round": "main"})
        assert set(facts) <= set(DICTIONARY)
        found = evaluate(policy, facts)
        if kind.ends == "not_eligible":
            assert found.eligible.value is False
        else:
            assert found.eligible.value is True
            assert found.group is not None
            assert found.group.id == kind.group
        if found.needs_offline_check:
            assert kind.person


def test_nobody_shares_a_number_with_somebody_else() -> None:
    """Numbers of children by what is typed; one child typed twice is that kind's very point."""
    seen = Counter(claim["child"]["id_number"].upper() for one in MADE.values() for claim in one.claims.values())
    assert max(seen.values()) == 1
    phones = Counter(one.claims[next(iter(one.claims))]["guardian"]["mobile"] for one in MADE.values())
    assert max(phones.values()) == 1


def records_under(family: Family, number: str) -> list[str]:
    """The agencies that hold anything under this number."""
    return [
        agency
        for agency in AGENCIES
        for record in family.records[agency]  # type: ignore[literal-required]
        if number in keys(record)
    ]


def test_whom_no_register_knows_is_in_none_and_others_are_in_theirs() -> None:
    for name, family in MADE.items():
        claim = next(iter(family.claims.values()))
        held = records_under(family, claim["child"]["id_number"].upper())
        assert ("household" in held) is (claim["household"] is not None), name


def test_twins_of_two_days_are_born_on_both_sides_of_midnight() -> None:
    first, second = MADE["twins_midnight"].claims.values()
    days = [date.fromisoformat(one["child"]["birth_date"]) for one in (first, second)]
    assert (days[1] - days[0]).days == 1
    assert date.fromisoformat(next(iter(MADE["leap_day"].claims.values()))["child"]["birth_date"]).month == 2


def test_a_second_family_has_its_own_guardian_and_telephone() -> None:
    first, second = MADE["one_telephone"].claims.values()
    for name in ("id_number", "mobile", "name"):
        assert first["guardian"][name] != second["guardian"][name]
