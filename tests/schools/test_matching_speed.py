"""Matching is quick by remembering and by looking before it searches: neither may change an answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identifiers import address, text
from identifiers.numerals import counted
from schools.matching import AddressBook, AddressRule, Zone, ZoneIndex, match, named, read_rules, tables

ZONES = (
    Zone("z1", "第一学区", 2026, "primary", ("甲小学",), (AddressRule("include", "road", "测试路", "odd"),)),
    Zone(
        "z2",
        "第二学区",
        2026,
        "primary",
        ("乙小学",),
        (AddressRule("include", "road", "测试路", "even"), AddressRule("include", "estate", "阳光花园", high=9)),
    ),
    Zone("z3", "第三学区", 2026, "primary", ("丙小学",), (AddressRule("exclude", "estate", "阳光花园", low=3),)),
)
_PARTS = """
    武陵区 测试路 示范大道 12号 13号 008号 阳光花园 样例小区 大湾村 三 十二 3 07 幢 栋 号楼 # 座 1单元 二单元 第3层
    501室 五〇一 501 3-2-501 3-501 A座 房 房间 之一 １２ ｂ - － （ ） 弄 组 社区 新村 期 ,
"""
WRITTEN = st.sampled_from([*_PARTS.split(), " ", "\u200b"])
ADDRESSES = st.lists(WRITTEN, min_size=1, max_size=9).map("".join) | st.text(max_size=20)


def plainly(raw: str) -> str:
    """The normal form without looking first whether anything can change."""
    value = text.dashes(text.width(text.without_variants(text.visible(raw))))
    value = address._PUNCTUATION.sub("", address._GAP.sub("-", value.strip()))
    value = text.upper("".join(value.split()))
    for _ in range(address._MOST_PASSES):
        following = counted(value)
        for _marks, pattern, replacement in address._REPLACEMENTS:
            following = pattern.sub(replacement, following)
        if following == value:
            break
        value = following
    return value


@settings(max_examples=600, deadline=None)
@given(ADDRESSES)
def test_looking_first_changes_no_normal_form(raw: str) -> None:
    assert address.normalise(raw) == plainly(raw)


def test_folding_all_keys_at_once_is_folding_them_one_after_the_other() -> None:
    every = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    assert text.keys(every) == text.upper(text.dashes(text.width(every)))


@settings(max_examples=200, deadline=None)
@given(st.lists(ADDRESSES, min_size=1, max_size=4))
def test_an_answer_that_was_kept_is_the_answer(asked: list[str]) -> None:
    book = AddressBook([("武陵区测试路12号", (111.7, 29.0))])
    index = ZoneIndex.build(ZONES, book)
    for raw in (*asked, *asked):
        assert match(raw, ZONES, index=index) == match(raw, ZONES, index=ZoneIndex.build(ZONES, book))


def test_two_flats_of_a_building_share_an_answer_and_two_buildings_do_not() -> None:
    index = ZoneIndex.build(ZONES)
    flat = match("阳光花园2幢1单元501室", ZONES, index=index)
    assert flat is match("阳光花园2栋2单元602", ZONES, index=index)
    assert flat.zones == ("z2",)
    assert match("阳光花园12幢501室", ZONES, index=index).zones == ()
    parts = address.parse("阳光花园2幢1单元501室")
    assert match(replace(parts, room="101", unit="9"), ZONES, index=index) is flat


def least(work: Callable[[], object]) -> float:
    found = 9.0
    for _ in range(7):
        started = time.process_time()
        for _ in range(4):
            work()
        found = min(found, time.process_time() - started)
    return found


_SEEDS = """
    0 1 A1 1A 1- 市 区 县 镇 乡 路 街道 村 幢 单元 室 号 栋 号楼 十 栋十 座0-0 元11A 特别行政 自治州 花园 花园1 路1号之
    东 路至 路到啊 沿江路 第 第1 房 1层 之 新村1 （1） 东起路 西临
"""


@pytest.mark.parametrize("seed", [*_SEEDS.split(), " 1 "])
def test_no_pattern_takes_more_than_its_length_explains(seed: str) -> None:
    """A text four times as long may take four times as long, and half as much again by chance; a square takes 16."""

    def read(size: int) -> float:
        raw = (seed * text.LIMIT)[:size]

        def work() -> None:
            address._place.cache_clear()
            address.parse(raw)

        return least(work)

    short, long = read(text.LIMIT // 4), read(text.LIMIT)
    assert long / short < 10 or long < 0.001 * 4  # a millisecond each: too short a time to compare
    for pattern in (named.BORDER, named.SIDE):
        short, long = (least(partial(pattern.search, (seed * size)[:size])) for size in (1_000, 4_000))
        assert long / short < 10 or long < 0.001 * 4


def test_a_table_is_bounded_in_cells_and_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"zone": "一", "year": "2026", "stage": "primary", "schools": "甲", "kind": "road", "name": "测试路"}
    huge = "路" * 5_000_000
    started = time.process_time()
    _, errors = read_rules([{**row, "name": huge}, {**row, "schools": huge}])
    assert time.process_time() - started < 0.05
    assert [(error.row, error.column, error.code) for error in errors] == [
        (2, "name", "too_long"),
        (3, "schools", "too_long"),
    ]
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    _, errors = read_rules({**row, "name": f"测试{number}路"} for number in "一二三四")
    assert [(error.row, error.code) for error in errors] == [(4, "too_many_rows")]
