"""A name is found by any part of it, by every reading and by initials; by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identifiers.spoken import part_asked, parts_of


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单小明", "小明"),
        ("单小明", "单小"),
        ("单小明", "shanxiaoming"),
        ("单小明", "Dan Xiaoming"),
        ("单小明", "xiao ming"),
        ("单小明", "sxm"),
        ("单小明", "shanxm"),
        ("单小明", "xm"),
        ("吕薇", "lvwei"),
        ("吕薇", "lǚ wēi"),
        ("吕薇", "LYU WEI"),
        ("吕薇", "lw"),
        ("阿布都热依木·买买提", "买买提"),
        ("阿布都热依木·买买提", "maimaiti"),
        ("阿布都热依木·买买提", "abudureyimu"),
        ("Maria Sousa", "sousa"),
        ("María José Sousa", "maria"),
        ("欧阳娜", "ouyang"),
    ],
)
def test_a_name_is_found_by_what_staff_type(name: str, typed: str) -> None:
    assert part_asked(typed) in parts_of(name)


@pytest.mark.parametrize("typed", ["", "明", "x", "WAJ3", "小m", "1234", "  ", "%%", "明·"])
def test_what_is_too_short_or_mixed_asks_for_nothing(typed: str) -> None:
    assert part_asked(typed) == ""


@pytest.mark.parametrize(("name", "typed"), [("单小明", "大明"), ("单小明", "shaoming"), ("Maria Sousa", "mar")])
def test_another_name_is_not_found(name: str, typed: str) -> None:
    assert part_asked(typed) not in parts_of(name)


@given(st.text(min_size=1, max_size=50))
def test_any_name_has_few_words_and_each_can_be_asked_for(name: str) -> None:
    parts = parts_of(name)
    assert len(parts) < 4000
    assert all(part_asked(part) == part for part in parts)
