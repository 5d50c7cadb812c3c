"""Where to look in a number that is a digit off."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import identifiers
from synthetic.people import resident_id

TODAY = date(2026, 6, 1)
children = st.builds(
    lambda days, pair: resident_id("430702", date(2014, 1, 1) + timedelta(days=days), pair, "male"),
    st.integers(0, 3000),
    st.integers(0, 499),
)


@given(children)
def test_of_a_right_number_nothing_is_said(number: str) -> None:
    assert identifiers.diagnose(number, role="child", today=TODAY) == ()


@given(children, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_digit_gives_repairs_that_are_right_and_believable(number: str, at: int, digit: str) -> None:
    wrong = number[:at] + digit + number[at + 1 :]
    found = identifiers.repairs(wrong, role="child", today=TODAY)
    assert len(found) <= 3
    for repair in found:
        checked = identifiers.check("id", repair.value, role="child", today=TODAY)
        assert checked.ok
        assert {warning.code for warning in checked.warnings} <= {"foreign_document"}
        changed = [place for place in range(1, 19) if repair.value[place - 1] != wrong[place - 1]]
        assert tuple(changed) == repair.places


@given(children, st.integers(0, 16))
def test_swapped_neighbours_are_always_among_the_repairs_if_few_come_into_question(number: str, at: int) -> None:
    wrong = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if wrong == number or "X" in wrong[:17]:
        return
    found = identifiers.repairs(wrong, role="child", today=TODAY)
    assert (at + 1, at + 2) in [repair.places for repair in found] or all(r.kind == "swap" for r in found)


@pytest.mark.parametrize(
    ("number", "role", "codes"),
    [
        (resident_id("430702", date(2019, 5, 4), 12, "male"), "guardian", ["look_age_guardian"]),
        (resident_id("430702", date(1985, 5, 4), 12, "male"), "child", ["look_age_child"]),
        ("990000201905040250", "child", []),
    ],
)
def test_the_impossible_part_is_named(number: str, role: identifiers.Role, codes: list[str]) -> None:
    said = [item.code for item in identifiers.diagnose(number, role=role, today=TODAY)]
    assert said[: len(codes)] == codes


def test_an_impossible_division_and_day_are_both_named() -> None:
    said = [item.code for item in identifiers.diagnose("000000201913040250", role="child", today=TODAY)]
    assert said == ["look_division", "look_date"]


@pytest.mark.parametrize("other", ["", "E12345678", "12345", "H12345678", "43070220190504025"])
def test_other_shapes_are_left_to_the_ordinary_refusal(other: str) -> None:
    assert identifiers.diagnose(other, role="child", today=TODAY) == ()
    assert identifiers.repairs(other) == ()
