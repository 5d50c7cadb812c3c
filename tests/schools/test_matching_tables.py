"""A bureau's zone table: what is read, and what is said about each mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.matching import AddressRule, match, read_rules

ROW = {
    "zone": "第一学区", "year": "2026", "stage": "primary", "schools": "第一小学", "effect": "include", "kind": "road",
    "name": "新城大道", "parity": "odd", "low": "1", "high": "99",
}  # fmt: skip


def errors(*rows: dict[str, str]) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for error in read_rules(rows)[1]]


def test_a_chinese_table_is_read() -> None:
    headings = ("学区", "年份", "学段", "学校", "方式", "类型", "名称", "单双号", "起号", "止号", "备注")
    lines = [
        ("第一学区", "2026.0", "小学", "第一小学、第二小学", "包含", "道路", "新城大道", "单号", "１", "99", ""),
        ("第一学区", "2026", "小学", "", "除外", "小区", "阳光花园", "", "", "", "随意"),
        ("",) * len(headings),
    ]
    rows = [dict(zip(headings, line, strict=True)) for line in lines]
    zones, mistakes = read_rules(rows)
    assert mistakes == ()
    (zone,) = zones
    assert (zone.name, zone.year, zone.stage, zone.schools) == ("第一学区", 2026, "primary", ("第一小学", "第二小学"))
    assert zone.rules == (
        AddressRule("include", "road", "新城大道", "odd", 1, 99),
        AddressRule("exclude", "estate", "阳光花园"),
    )
    assert match("慈溪市新城大道15号", zones).schools == ("第一小学", "第二小学")


def test_optional_columns_have_defaults() -> None:
    row = {column: ROW[column] for column in ("zone", "year", "stage", "schools", "kind", "name")}
    zones, mistakes = read_rules([row])
    assert mistakes == ()
    assert zones[0].rules == (AddressRule("include", "road", "新城大道"),)


def test_zones_of_two_years_are_two_zones() -> None:
    zones, mistakes = read_rules([ROW, ROW | {"year": "2027"}])
    assert mistakes == ()
    assert [zone.id for zone in zones] == ["2026-primary-第一学区", "2027-primary-第一学区"]


def test_a_missing_column_stops_the_reading() -> None:
    row = {column: value for column, value in ROW.items() if column not in {"kind", "year"}}
    assert errors(row, row) == [(1, "year", "missing_column"), (1, "kind", "missing_column")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"zone": ""}, ("zone", "missing_value")),
        ({"year": "26"}, ("year", "not_a_year")),
        ({"year": ""}, ("year", "missing_value")),
        ({"stage": "大学"}, ("stage", "unknown_value")),
        ({"schools": "、"}, ("schools", "missing_value")),
        ({"effect": "maybe"}, ("effect", "unknown_value")),
        ({"kind": "river"}, ("kind", "unknown_value")),
        ({"kind": ""}, ("kind", "missing_value")),
        ({"name": ""}, ("name", "missing_value")),
        ({"name": "路"}, ("name", "no_name")),
        ({"name": "长" * 201}, ("name", "too_long")),
        ({"parity": "三"}, ("parity", "unknown_value")),
        ({"low": "0"}, ("low", "not_a_number")),
        ({"low": "-1"}, ("low", "not_a_number")),
        ({"high": "1.5"}, ("high", "not_a_number")),
        ({"high": "9" * 7}, ("high", "not_a_number")),
        ({"low": "9", "high": "3"}, ("high", "range_reversed")),
        ({"low": "2", "high": "2"}, ("parity", "range_empty")),
    ],
)
def test_each_mistake_is_named_with_row_and_column(change: dict[str, str], expected: tuple[str, str]) -> None:
    good = ROW | {"zone": "第二学区"}
    zones, mistakes = read_rules([good, ROW | change])
    assert [(error.row, error.column, error.code) for error in mistakes] == [(3, *expected)]
    assert mistakes[0].message
    assert zones[0].rules, "the good row is still read"


def test_every_mistake_of_a_row_is_reported_at_once() -> None:
    found = errors(ROW | {"year": "x", "kind": "river", "low": "a", "high": "b"})
    assert [column for _, column, _ in found] == ["year", "kind", "low", "high"]


def test_repeated_and_contradicting_rows() -> None:
    assert errors(ROW, ROW) == [(3, "name", "duplicate")]
    assert errors(ROW, ROW | {"effect": "exclude"}) == [(3, "effect", "contradiction")]
    assert errors(ROW, ROW | {"low": "101", "high": "", "schools": "别的小学"}) == [(3, "schools", "schools_differ")]


@given(st.lists(st.fixed_dictionaries({column: st.sampled_from([value, "", "x", "0", "二"]) for column, value in ROW.items()}), max_size=5))  # fmt: skip  # noqa: E501
def test_any_table_is_answered_with_zones_or_errors(rows: list[dict[str, str]]) -> None:
    zones, mistakes = read_rules(rows)
    kept = sum(len(zone.rules) for zone in zones)
    wrong = {error.row for error in mistakes}
    assert kept + len(wrong) == sum(1 for row in rows if any(row.values()))
