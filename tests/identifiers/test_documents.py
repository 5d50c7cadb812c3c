"""Passports, travel permits, foreign permanent residents, disability cards, and telling them apart."""

import pytest

from identifiers import check, mask, normalise
from tests.identifiers.numbers import resident


@pytest.mark.parametrize("typed", ["E12345678", "e1234 5678", "ＥＡ1234567", "C01X00T47", "12345"])
def test_passports_of_many_countries_are_accepted(typed: str) -> None:
    assert check("passport", typed).ok


@pytest.mark.parametrize("typed", ["ABCDEFGH", "E123", "E1234567890123456", "护照E1234567", "E1234_567"])
def test_what_is_no_passport_is_refused(typed: str) -> None:
    assert check("passport", typed).code == "passport_format"


@pytest.mark.parametrize(
    ("typed", "value", "origin"),
    [
        ("H12345678", "H12345678", "hong_kong"),
        ("h1234567801", "H12345678", "hong_kong"),
        ("M12345678 02", "M12345678", "macao"),
        ("12345678", "12345678", "taiwan"),
        ("1234567801", "12345678", "taiwan"),
    ],
)
def test_travel_permits_lose_the_count_of_issues(typed: str, value: str, origin: str) -> None:
    checked = check("travel-permit", typed)
    assert (checked.ok, checked.value, checked.facts["origin"]) == (True, value, origin)


@pytest.mark.parametrize("typed", ["A12345678", "H1234567", "H123456780", "123456789"])
def test_what_is_no_travel_permit_is_refused(typed: str) -> None:
    assert check("travel-permit", typed).code == "travel_permit_format"


def test_the_older_card_of_a_foreign_permanent_resident_stays_usable() -> None:
    checked = check("foreign-permanent-resident", "usa 1101 9001 0112")
    assert (checked.ok, checked.value, checked.facts["nationality"]) == (True, "USA110190010112", "USA")
    assert check("foreign-permanent-resident", resident()).code == "permanent_resident_format"


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        (resident(), "resident-id"),
        (resident("820000").lower(), "residence-permit"),
        (resident("933840"), "foreign-permanent-resident"),
        ("USA110190010112", "foreign-permanent-resident"),
        ("H1234567801", "travel-permit"),
        ("12345678", "travel-permit"),
        ("E12345678", "passport"),
    ],
)
def test_id_detects_the_document(typed: str, kind: str) -> None:
    checked = check("id", typed)
    assert (checked.ok, checked.kind) == (True, kind)
    assert checked.value == normalise("id", typed) == normalise(kind, typed)


@pytest.mark.parametrize("typed", [resident()[:-1], resident() + "1", "33028220200229123A", "3302822020022912O3"])
def test_a_mistyped_resident_id_never_passes_for_a_passport(typed: str) -> None:
    checked = check("id", typed, role="child")
    assert not checked.ok
    assert checked.kind == "resident-id"


def test_disability_cards_are_an_id_with_class_and_grade() -> None:
    checked = check("disability-card", resident() + "23")
    assert (checked.ok, checked.facts["class"], checked.facts["grade"]) == (True, "2", "3")
    assert check("disability-card", resident() + "83").code == "disability_class"
    assert check("disability-card", resident() + "25").code == "disability_grade"
    assert check("disability-card", resident()).code == "length"
    assert check("disability-card", resident()[:17] + "Z23").code == "not_digits"


def test_masks_of_documents() -> None:
    assert mask("passport", "E12345678") == "E******78"
    assert mask("travel-permit", "H1234567801") == "H******78"
    assert mask("id", "usa110190010112") == "U************12"
    assert mask("disability-card", resident() + "23") == resident()[:3] + "*" * 17
