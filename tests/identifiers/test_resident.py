"""Resident IDs: what families type, what is refused and why, and what the number says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identifiers import check, mask, normalise
from tests.identifiers.numbers import resident

TODAY = date(2026, 6, 1)
divisions = st.sampled_from(["330282", "330113", "430702", "440604", "810000", "830000", "370102", "659012"])
numbers = st.builds(
    resident,
    divisions,
    st.dates(date(1900, 1, 1), TODAY).map(lambda day: day.strftime("%Y%m%d")),
    st.integers(0, 999).map("{:03}".format),
)


def test_the_example_of_the_standard_is_accepted() -> None:
    checked = check("resident-id", "11010519491231002X", today=TODAY)
    assert (checked.ok, checked.code, checked.message, checked.warnings) == (True, "ok", "", ())
    assert checked.facts == {
        "birth_date": "1949-12-31", "sex": "female", "division": "110105", "document": "resident_id",
    }  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002X ",
        "110105-19491231-002X",
        "110105—19491231—002X",
        "\u200b110105\u00a019491231\u202e002X\ufeff",
        "11010519491231002Ⅹ",
        "110105\u300019491231\t002x\n",
    ],
)
def test_ways_to_type_one_number_have_one_normal_form(typed: str) -> None:
    checked = check("resident-id", typed, role="child", today=TODAY)
    assert checked.ok
    assert checked.value == "11010519491231002X" == normalise("resident-id", typed)
    assert checked.raw == typed


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("\u200b \u3000", "empty"),
        ("1101051949123100", "length"),
        ("11010519491231002XX", "length"),
        ("1101051949123100２A", "not_digits"),
        ("X10105194912310021", "not_digits"),
        ("\u0661" * 18, "not_digits"),
        (resident(born="20230229"), "impossible_date"),
        (resident(born="20201301"), "impossible_date"),
        (resident(born="20200431"), "impossible_date"),
        (resident(born="18991231"), "impossible_date"),
        (resident(born="00000000"), "impossible_date"),
        (resident(born="20260602"), "future_birth_date"),
        ("9" * 600, "too_long"),
    ],
)
def test_refusals_have_a_stable_code_and_say_something(typed: str, code: str) -> None:
    checked = check("resident_id", typed, role="child", today=TODAY)
    assert (checked.ok, checked.code) == (False, code)
    assert checked.message


def test_someone_born_today_is_not_from_the_future() -> None:
    assert check("resident-id", resident(born="20260601"), today=TODAY).ok
    assert check("resident-id", resident(born="20260602")).ok, "without a day nothing can be judged as future"


@pytest.mark.parametrize(("division", "origin"), [("810000", "hong_kong"), ("820000", "macao"), ("830000", "taiwan")])
def test_residence_permits_are_resident_ids(division: str, origin: str) -> None:
    checked = check("resident-id", resident(division), today=TODAY)
    assert checked.ok
    assert not checked.warnings
    assert (checked.facts["document"], checked.facts["origin"]) == ("residence_permit", origin)


def test_an_unknown_county_only_warns() -> None:
    checked = check("resident-id", resident("339999"), role="child", today=TODAY)
    assert checked.ok
    assert [warning.code for warning in checked.warnings] == ["unknown_division"]
    assert "339999" in checked.message


@pytest.mark.parametrize("division", ["330227", "330113", "659012", "110103"])
def test_abolished_and_recent_counties_do_not_warn(division: str) -> None:
    assert check("resident-id", resident(division)).warnings == ()


def test_fifteen_digits_are_for_guardians_only() -> None:
    old = "110105491231002"
    assert check("resident-id", old, role="child").code == "fifteen_digits_child"
    assert check("resident-id", old).code == "fifteen_digits"
    accepted = check("resident-id", old, role="guardian", today=TODAY)
    assert (accepted.ok, accepted.value) == (True, "11010519491231002X")
    assert [warning.code for warning in accepted.warnings] == ["upgraded_from_fifteen"]
    assert check("resident-id", "110105491331002", role="guardian").code == "impossible_date"


def test_old_and_new_number_of_one_person_compare_equal() -> None:
    assert normalise("resident-id", "110105491231002") == normalise("resident-id", "11010519491231002x")


def test_a_foreign_permanent_resident_number_is_named_as_what_it_is() -> None:
    number = resident("933840", "20191101", "001")
    for kind in ("resident-id", "id", "foreign-permanent-resident"):
        checked = check(kind, number, today=TODAY)
        assert (checked.ok, checked.kind) == (True, "foreign-permanent-resident")
        assert checked.facts["nationality"] == "840"
        assert "division" not in checked.facts
    assert check("foreign-permanent-resident", number[:-1] + ("1" if number[-1] != "1" else "2")).code == "checksum"


@given(numbers)
def test_generated_numbers_are_accepted_and_told_apart(number: str) -> None:
    checked = check("resident-id", number, role="child", today=TODAY)
    assert checked.ok
    assert checked.facts["birth_date"].replace("-", "") == number[6:14]
    assert checked.facts["sex"] == ("male" if int(number[16]) % 2 else "female")


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_wrong_character_is_refused_without_echoing_the_number(number: str, place: int, char: str) -> None:
    if number[place] == char:
        return
    wrong = number[:place] + char + number[place + 1 :]
    checked = check("resident-id", wrong, role="child", today=TODAY)
    assert not checked.ok
    assert wrong not in checked.message
    assert wrong[6:14] not in checked.message
    if checked.code == "checksum":
        assert not any(char.isdigit() for char in checked.message)  # what would fit may be another person's number


@given(numbers, st.integers(0, 16))
def test_a_swap_of_neighbours_is_refused(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or not check("resident-id", swapped, today=TODAY).ok


@given(numbers)
def test_the_mask_hides_the_birth_date(number: str) -> None:
    masked = mask("resident-id", number)
    assert masked == number[:3] + "*" * 11 + number[14:]
