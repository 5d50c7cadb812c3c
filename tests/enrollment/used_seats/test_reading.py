"""What the register of used seats says of a family, and how its table is read (pure)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from enrollment.used_seats.reading import SAME_SCHOOL, Asking, Use, facts_of, number_keys, place_keys, still_there
from enrollment.used_seats.table import MESSAGES, read_line
from foundation.clock import SHANGHAI
from policy.uses import SEAT_FACTS, SEAT_SIBLING
from synthetic.people import resident_id

AT = datetime(2026, 6, 21, 9, tzinfo=SHANGHAI)
KEPT = ("seats", "siblings")
ASKING = Asking("me", "primary", 2026, ("WL01",), {"n1"}, {"p1"}, {"mum", "dad"}, {"mum"}, AT, exempt=True)
USE = Use(
    1,
    AT - timedelta(days=400),
    "primary",
    "WL02",
    date(2023, 9, 1),
    None,
    "other",
    frozenset({"n1"}),
    frozenset({"p1"}),
    frozenset({"aunt", "uncle"}),
)


def seat(*uses: Use, asking: Asking = ASKING) -> tuple[Any, str, Any, str]:
    facts = facts_of(asking, uses, KEPT)
    used, sibling = facts[SEAT_FACTS[0]], facts[SEAT_SIBLING]
    return used.value, used.status, sibling.value, sibling.status


NOBODY = (None, "verified", None, "verified")


def test_the_same_number_is_the_same_home() -> None:
    assert seat(USE) == ("2023-09-01", "verified", False, "verified")
    assert seat(replace(USE, numbers=frozenset({"n2"}), places=frozenset())) == NOBODY


def test_each_of_several_certificates_names_the_home() -> None:
    first, second = number_keys("常房权证武字第001号"), number_keys("常房权证武字第002号")
    assert number_keys("常房权证武字第001号、常房权证武字第002号") == first + second


def test_an_address_alone_is_a_question() -> None:
    assert seat(replace(USE, numbers=frozenset({"n2"}))) == ("2023-09-01", "unavailable", False, "verified")


def test_own_use_another_stage_and_what_was_recorded_later_do_not_count() -> None:
    assert seat(replace(USE, child="me")) == NOBODY
    assert seat(replace(USE, stage="junior")) == NOBODY
    assert seat(replace(USE, at=AT + timedelta(seconds=1))) == NOBODY


def test_a_revoked_row_does_not_count_from_then_on() -> None:
    gone = replace(USE, pk=2, at=AT - timedelta(days=1), revokes=1)
    assert seat(USE, gone) == NOBODY
    assert seat(USE, replace(gone, at=AT + timedelta(days=1)))[0] == "2023-09-01"


@pytest.mark.parametrize(
    ("theirs", "proven", "expected"),
    [
        ({"mum", "dad"}, {"mum"}, (True, "verified")),
        ({"mum", "dad"}, set(), (True, "unavailable")),  # no household register names a parent with the child
        ({"mum"}, {"mum"}, (True, "unavailable")),
        ({"mum", "other"}, {"mum"}, (True, "unavailable")),
        (set(), {"mum"}, (True, "unavailable")),
        ({"aunt"}, {"mum"}, (False, "verified")),
    ],
)
def test_who_has_the_same_parents(theirs: set[str], proven: set[str], expected: tuple[bool, str]) -> None:
    assert seat(replace(USE, parents=frozenset(theirs)), asking=replace(ASKING, proven=proven))[2:] == expected


def test_a_strangers_use_is_not_hidden_by_a_newer_one_of_a_sibling() -> None:
    sibling = replace(USE, pk=2, used_on=date(2025, 9, 1), parents=frozenset({"mum", "dad"}))
    assert seat(USE, sibling) == ("2023-09-01", "verified", False, "verified")
    # where the policy exempts nobody, the newest use locks longest
    assert seat(USE, sibling, asking=replace(ASKING, exempt=False))[0] == "2025-09-01"


def test_an_elder_child_at_a_chosen_school() -> None:
    elder = replace(USE, school="WL01", parents=frozenset({"mum", "dad"}))

    def said(*uses: Use) -> tuple[Any, str]:
        fact = facts_of(ASKING, uses, KEPT)[SAME_SCHOOL]
        return fact.value, fact.status

    assert said(elder) == (True, "verified")
    assert said() == said(replace(elder, school="WL02")) == said(USE) == (False, "verified")
    assert said(replace(elder, parents=frozenset({"mum"}))) == (True, "unavailable")
    assert said(replace(elder, used_on=date(2026, 3, 1))) == (False, "verified")  # not elder: the same year


def test_who_is_still_there() -> None:
    assert still_there(replace(USE, used_on=date(2021, 9, 5)), 2026)
    assert not still_there(replace(USE, used_on=date(2020, 8, 31)), 2026)
    assert not still_there(replace(USE, left_on=date(2026, 7, 1)), 2026)


def test_a_district_without_the_lists_says_nothing() -> None:
    assert facts_of(ASKING, [USE], ()) == {}


def test_one_home_in_all_its_spellings_and_no_home_without_a_door() -> None:
    assert set(place_keys("湖南省常德市武陵区滨湖路12号碧桂园3栋501室")) & set(place_keys("武陵区滨湖路12号3幢501"))
    assert place_keys("常德市武陵区滨湖路12号") == []
    assert place_keys("") == []


# -- the table -----------------------------------------------------------------------------------------------------

TODAY = date(2026, 6, 1)
GOOD = {
    "school": "WL01",
    "stage": "小学",
    "used_on": "2023-09-01",
    "left_on": "",
    "child_id": resident_id("430702", date(2017, 5, 4), 11, "male"),
    "certificate": "湘（2018）常德市不动产权第0012345号",
    "contract": "",
    "unit": "",
    "address": "常德市武陵区滨湖路12号3栋501室",
    "parent_id": resident_id("430702", date(1987, 5, 4), 12, "female"),
    "other_parent_id": "",
}


def read(row: dict[str, str]) -> tuple[Any, list[str]]:
    wrong: list[str] = []

    def fail(column: str, code: str, **params: str) -> None:
        assert column in row
        assert GOOD["child_id"] not in MESSAGES[code].format(**params)
        wrong.append(code)

    return read_line(row, fail, schools={"WL01"}, today=TODAY), wrong


def test_a_row_is_read() -> None:
    line, wrong = read(GOOD)
    assert not wrong
    assert (line.school, line.stage, line.used_on, line.left_on) == ("WL01", "primary", date(2023, 9, 1), None)
    assert line.numbers == (("certificate", "湘(2018)常德市不动产权第0012345号"),)
    assert len(line.places) == 1


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"school": "XX"}, ["school"]),
        ({"stage": "大学"}, ["stage"]),
        ({"used_on": "昨天"}, ["day"]),
        ({"used_on": "2026-09-01"}, ["future"]),
        ({"left_on": "2022-01-01"}, ["order"]),
        ({"child_id": "430702201705040011"}, ["number"]),
        ({"other_parent_id": GOOD["parent_id"]}, ["same"]),
        ({"certificate": "房子"}, ["number"]),
        ({"certificate": "", "address": "武陵区滨湖路12号"}, ["home"]),
        ({"school": "XX", "stage": "大学", "used_on": "昨天"}, ["stage", "school", "day"]),
    ],
)
def test_every_error_of_a_row_is_named(changed: dict[str, str], codes: list[str]) -> None:
    line, wrong = read({**GOOD, **changed})
    assert line is None
    assert wrong == codes
