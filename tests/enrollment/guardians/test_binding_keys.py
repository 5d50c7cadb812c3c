"""What makes children twins: parents, choices, neighbouring days; nothing is cut off."""

from datetime import date
from typing import Any

import pytest

from enrollment.guardians.binding.keys import born_together, group_key, parents_of

MOTHER, FATHER, OTHER = "430702199001010025", "430702199001010033", "430702199202020046"
DAY = date(2019, 8, 31)


def key(**changed: Any) -> str:
    given: dict[str, Any] = {
        "round_id": 7,
        "account": 3,
        "parents": {"a", "b"},
        "choices": ["WL01", "WL02"],
        "born": DAY,
    }
    return group_key(**(given | changed))


def bound(*keys: str) -> bool:
    return len(set(born_together(keys).values())) == 1


def test_a_key_fits_its_column_and_does_not_depend_on_the_order_of_the_parents() -> None:
    assert len(key()) == 64
    assert key(parents=["b", "a"]) == key(parents=["a", "b"])


@pytest.mark.parametrize(("day", "together"), [(31, True), (30, True), (29, False), (1, False)])
def test_twins_born_across_midnight_are_bound_and_other_siblings_are_not(day: int, together: bool) -> None:
    assert bound(key(), key(born=date(2019, 8, day))) is together


def test_three_of_one_birth_are_chained_and_every_month_and_year_ends_somewhere() -> None:
    assert bound(*(key(born=date(2019, 12, day)) for day in (30, 31)), key(born=date(2020, 1, 1)))
    assert bound(key(born=date(2020, 2, 28)), key(born=date(2020, 2, 29)))
    assert not bound(key(born=date(2020, 2, 28)), key(born=date(2020, 3, 1)))


@pytest.mark.parametrize(
    "changed",
    [
        {"round_id": 8},
        {"account": 4},
        {"parents": {"a"}},
        {"parents": {"a", "c"}},
        {"choices": ["WL02", "WL01"]},
        {"choices": ["WL01"]},
        {"choices": ["WL0", "1WL02"]},
        {"choices": ["WL01/WL02"]},
    ],
)
def test_whatever_differs_parts(changed: dict[str, Any]) -> None:
    assert not bound(key(), key(**changed))


def test_eight_long_codes_that_differ_in_the_last_never_bind() -> None:
    codes = [f"430702-PRIMARY-{number:05}" for number in range(8)]
    assert not bound(key(choices=codes), key(choices=[*codes[:-1], codes[-1][:-1] + "9"]))


def test_equal_keys_of_any_form_are_one_group() -> None:
    assert born_together(["twins", "twins", "others"]) == {"twins": "twins", "others": "others"}


def household(*members: str, head: str = "", couple: str = "") -> dict[str, Any]:
    rows = [{"id_number": one, "relation": "child"} for one in members]
    return {"householder_id": head, "members": rows + ([{"id_number": couple, "relation": "spouse"}] if couple else [])}


def declared(first: str = MOTHER, second: str = "") -> dict[str, str]:
    return {"guardian_id": first, "second_guardian_id": second}


def test_only_parents_whom_the_register_confirms_count() -> None:
    assert parents_of(declared(second=FATHER), household(MOTHER, FATHER)) == ({MOTHER, FATHER}, True)
    assert parents_of(declared(second=OTHER), household(FATHER, head=MOTHER)) == ({MOTHER}, True)
    # written otherwise, it is the same person
    assert parents_of(declared(f" {MOTHER} "), household(head=MOTHER)) == ({MOTHER}, True)


@pytest.mark.parametrize("record", [None, {}, household(OTHER)])
def test_where_the_register_confirms_nobody_the_numbers_stand_as_declared(record: dict[str, Any] | None) -> None:
    assert parents_of(declared(second=FATHER), record) == ({MOTHER, FATHER}, False)


def test_children_of_one_father_and_two_mothers_have_different_parents() -> None:
    first = parents_of(declared(FATHER), household(head=FATHER, couple=MOTHER))
    second = parents_of(declared(FATHER), household(head=FATHER, couple=OTHER))
    assert first == ({FATHER, MOTHER}, True)
    assert second == ({FATHER, OTHER}, True)
