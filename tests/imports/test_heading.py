"""The first row of a table: what is missing, misspelt, doubled or elsewhere is named with what is right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.heading import MESSAGES, OURS, Named, match

COLUMNS = (
    Named("school", ("学校代码", "学校", "school")),
    Named("child_id", ("儿童证件号", "学生证件号")),
    Named("left_on", ("离校日期",), needed=False),
)
RIGHT = ["学校代码", "儿童证件号", "离校日期"]


def codes(*rows: list[str], merged: str = "") -> list[str]:
    return [one.code for one in match(rows, COLUMNS, merged=merged).wrong]


def test_any_order_width_case_and_mark_is_understood() -> None:
    found = match([["离校日期", "学校代码（必填）", " SCHOOL 2", "＊儿童证件号："]], COLUMNS)
    assert (dict(found.places), found.wrong) == ({"left_on": 0, "school": 1, "child_id": 3}, ())


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([], ["no_heading"]),
        ([["姓名", "1"]], ["no_heading"]),
        ([["学校代码"]], ["missing_column"]),
        ([["学校代码", "儿童证件号码"]], ["near_column"]),
        ([["学校代码", "儿童证件号", "离校日"]], ["near_column"]),
        ([["学校代码", "学校", "儿童证件号"]], ["twice_column"]),
        ([["2026年名单"], [], RIGHT, ["WL01"]], ["heading_below"]),
    ],
)
def test_what_is_wrong_is_named(rows: list[list[str]], wrong: list[str]) -> None:
    found = match(rows, COLUMNS)
    assert [one.code for one in found.wrong] == wrong
    assert all("{" not in MESSAGES[one.code].format(**one.params) for one in found.wrong)


def test_the_nearest_right_name_is_told() -> None:
    (wrong,) = match([["学校代码", "儿童证件号码"]], COLUMNS).wrong
    assert wrong.params == {"typed": "儿童证件号码", "column": "儿童证件号"}


def test_merged_names_are_told_before_what_they_hide() -> None:
    assert codes(["学校代码", ""], merged="A1:B1") == ["heading_merged"]


def test_a_column_of_nobody_is_told_and_ours_is_not() -> None:
    found = match([[OURS, *RIGHT, "备注"]], COLUMNS)
    assert (found.wrong, found.unread) == ((), ("备注",))


@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=5))
def test_nothing_typed_breaks_it(rows: list[list[str]]) -> None:
    found = match(rows, COLUMNS)
    assert found.wrong or {"school", "child_id"} <= found.places.keys()
