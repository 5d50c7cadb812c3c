"""A policy in plain words: nothing of the data is left out, and both languages are complete."""

from pathlib import Path

import pytest

from policy import DICTIONARY, load, scheme_names, scheme_text
from policy.conditions import facts_of
from policy.plain import Clause, described
from policy.words import Text

CHINESE = range(0x4E00, 0xA000)
SCHEMES = {
    **{name: scheme_text(name) for name in scheme_names()},
    "unseen": (Path(__file__).parent / "unseen.yaml").read_text("utf-8"),
}


def lines(clause: Clause) -> list[Text]:
    return [clause.text, *(line for part in clause.parts for line in lines(part))]


def every_text(name: str) -> list[Text]:
    plain = described(load(SCHEMES[name]))
    groups = [
        text
        for group in plain.groups
        for text in (group.name, group.rule, *lines(group.conditions), *group.order, *group.agencies, *group.materials)
    ]
    return [*plain.ages, *groups, plain.otherwise, *plain.points, *plain.rules]


@pytest.mark.parametrize("name", SCHEMES)
def test_every_line_is_said_in_both_languages_and_nothing_is_left_to_fill_in(name: str) -> None:
    for text in every_text(name):
        assert any(ord(char) in CHINESE for char in text.zh), text
        assert not any(ord(char) in CHINESE for char in text.en), text
        assert not set("{}") & set(text.zh + text.en), text
        assert "None" not in text.en


@pytest.mark.parametrize("name", SCHEMES)
def test_every_fact_a_group_asks_for_is_named(name: str) -> None:
    policy = load(SCHEMES[name])
    known = {**DICTIONARY, **policy.local_facts}
    for group, plain in zip(policy.groups, described(policy).groups, strict=True):
        told = " ".join(text.zh for text in lines(plain.conditions))
        for fact in facts_of(group.when):
            assert known[fact].label.zh in told, (group.id, fact)
        assert len(plain.order) == len(group.order)
        assert [text.zh for text in plain.materials] == [material.name.zh for material in group.materials]


def test_a_changed_number_changes_the_words() -> None:
    text = scheme_text("changde")
    before, after = described(load(text)), described(load(text.replace("count: 2", "count: 3")))
    assert [line for line in after.rules if line not in before.rules] == [
        Text("每个孩子最多填报3所学校。", "Each child can name up to 3 schools.")
    ]
    swapped = described(load(text.replace("mechanism: parallel", "mechanism: sequential")))
    assert any("志愿优先" in line.zh for line in swapped.rules)
    assert not any("志愿优先" in line.zh for line in before.rules)


def test_dates_are_worked_out() -> None:
    texts = list(every_text("changde"))
    told = " ".join(text.en for text in texts)
    assert "31 Aug 2025" in told
    assert any("2025年8月31日" in text.zh for text in texts)
    assert "before cutoff" not in told
