"""The report of a rehearsal: what counts as a problem, and that every name in it has words."""

from copy import deepcopy
from typing import Any

import pytest
from django.utils import translation

from portal.rehearsing.report import problems, wrong_kinds
from portal.rehearsing.shown import shown
from portal.rehearsing.words import ERRORS, KINDS, PHASES, PROBLEMS, error_said, kind_said, wrong_said
from synthetic.unusual import KINDS as UNUSUAL
from tests.portal.rehearsing.reports import REPORT


def changed(**parts: Any) -> dict[str, Any]:
    report = deepcopy(REPORT)
    for path, value in parts.items():
        *way, last = path.split("__")
        at = report
        for name in way:
            at = at[name]
        at[last] = value
    return report


def test_a_season_without_a_fault_has_no_problem() -> None:
    assert problems(REPORT) == ()


@pytest.mark.parametrize(
    ("parts", "code", "count"),
    [
        ({"judging__wrong_approvals": {"household:missing": 2, "permit:stale": 1}}, "approvals", 3),
        ({"admission": [{"stage": "primary", "digest": "x", "certificate": {"valid": False}}]}, "certificates", 1),
        ({"admission": [{"stage": "primary", "digest": "x", "certificate": None}]}, "certificates", 1),
        ({"states": {"accepted": 40, "attention": 2, "in_pool": 1}}, "unsettled", 3),
        ({"refused_at_filing": {"second_document": 1, "invalid": 4}}, "refused", 4),
        ({"kinds__twins__wrong": ["twins apart"]}, "kinds", 1),
        ({"rates__checks_done": 0.99}, "unchecked", 1),
        ({"messages__failed": 2}, "messages", 2),
        ({"judging__needless_share": 0.05, "judging__needless_questions": {"class_1": 3}}, "needless", 3),
    ],
)
def test_what_went_wrong_is_counted_and_said_in_both_languages(parts: dict[str, Any], code: str, count: int) -> None:
    report = changed(**parts)
    assert [(one.code, one.count) for one in problems(report)] == [(code, count)]
    for language, other in (("zh-hans", "en"), ("en", "zh-hans")):
        with translation.override(language):
            (here,) = shown(report).problems
        with translation.override(other):
            (there,) = shown(report).problems
        assert here != there
        assert "%" not in here


def test_what_is_usual_is_no_problem() -> None:
    assert problems(changed(judging__needless_share=0.01, judging__needless_questions={"class_1": 1})) == ()
    assert problems(changed(kinds__two_stages__wrong=["not played"])) == ()
    assert wrong_kinds(changed(kinds__two_stages__wrong=["not played"])) == {}


def test_the_page_says_places_rules_and_names() -> None:
    with translation.override("zh-hans"):
        found = shown(REPORT)
    primary = found.stages[0]
    assert primary.title == "小学"
    assert [(row.group, row.children, row.without) for row in primary.rules][:2] == [
        ("第一类 有房有户", 30, 2),
        ("不属于任何入学类别", 1, 1),
    ]
    assert [(row.school, row.full) for row in primary.schools] == [("启明街道小学", True), ("P02", False)]
    assert (found.filed, found.placed, found.unplaced) == (44, 41, 3)
    with translation.override("en"):
        assert shown(REPORT).stages[0].rules[0].group == "Class one: home and household"


def test_every_kind_of_unusual_family_has_a_name_in_chinese() -> None:
    assert UNUSUAL.keys() - KINDS.keys() == set()
    with translation.override("zh-hans"):
        for table in (KINDS, PHASES, ERRORS):
            assert [name for name, words in table.items() if str(words).isascii()] == []
        assert kind_said("a newer one", "as the city says it") == "as the city says it"
        assert set(PROBLEMS) == {
            "approvals",
            "certificates",
            "unsettled",
            "refused",
            "kinds",
            "unchecked",
            "messages",
            "needless",
        }


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("household:missing", "查无记录"),
        ("claim:permit", "家庭填写有出入"),
        ("claim:described_name", "家庭填写有出入"),
        ("household:never_seen", "记录有误"),
        ("no error planted", "数据无误"),
    ],
)
def test_errors_have_words(kind: str, words: str) -> None:
    with translation.override("zh-hans"):
        assert error_said(kind).endswith(words)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("c1: state is waiting, not ['accepted', 'declined']", "状态：实为候补，应为已确认、已放弃"),
        ("c1: a person looked is True, not False", "人工审核：实为是，应为否"),
        ("c1: refused, invalid", "无法报名：填写的内容没有通过"),
        ("twins apart", "同胞孩子被分到不同学校"),
        ("c1: not refused as a second document", "同一孩子的第二次报名没有被拦下"),
        ("something new", "something new"),
    ],
)
def test_what_was_not_right_is_said_in_words(line: str, words: str) -> None:
    with translation.override("zh-hans"):
        found = wrong_said(line)
        assert found.partition("：")[0] == words.partition("：")[0]
        assert "[" not in found
