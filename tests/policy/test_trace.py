"""A decision reads as plain words in both languages, and names rule, fact, source and time."""

from __future__ import annotations

import json
import re
from pathlib import Path

from policy import AGENCIES, DICTIONARY, Facts, digest, evaluate, load, scheme_text
from policy.messages import ISSUES, MESSAGES, STEPS
from tests.policy.builder import policy_text
from tests.policy.personas import DEED, HOUSEHOLD, judge, shipped

ROOT = Path(__file__).resolve().parents[2]


def test_a_step_names_fact_value_source_time_and_requirement() -> None:
    known = {"value": 0.5, "status": "verified", "source": "real_estate", "at": "2021-06-02T10:15:00+08:00"}
    result = judge(shipped("chancheng-2021"), HOUSEHOLD, DEED, {"home.ownership_share": known})
    step = next(s for s in result.trace if s.facts == ("home.ownership_share",))
    assert step.text("en") == (
        "Family's share of the title: 50% (source: real estate register, 2021-06-02 10:15); "
        "the rule asks: 100%. Not met."
    )
    assert step.text("zh-hans") == "家庭产权份额：50%（来源：不动产登记，2021-06-02 10:15）；要求：100%。不符合"
    assert (step.rule, step.values, step.sources, step.at) == ("match_1", (0.5,), ("real_estate",), (known["at"],))


def test_relative_dates_are_worked_out() -> None:
    text = policy_text("{fact: household.registered_on, lte: 36 months before cutoff}")
    result = evaluate(load(text), Facts.from_json({"household.registered_on": "2022-08-31"}))
    assert "on or before 2022-08-31" in result.trace[1].text("en")
    assert "不晚于2022-08-31" in result.trace[1].text("zh")


def test_an_outage_is_said_kindly() -> None:
    silent = {"value": "in_zone", "status": "unavailable", "source": "household"}
    result = judge(shipped("changde"), HOUSEHOLD, DEED, {"household.zone_relation": silent})
    (step, group) = result.questions
    assert "nothing is refused" in step.text("en")
    assert "公安户籍未能确认（暂时无法查询）" in step.text("zh")
    assert "核实前不降低类别" in group.text("zh")


def test_result_is_json_and_repeats_bit_for_bit() -> None:
    first = json.dumps(judge(shipped("changde"), HOUSEHOLD, DEED).to_json(), ensure_ascii=False, sort_keys=True)
    again = json.dumps(judge(shipped("changde"), DEED, HOUSEHOLD).to_json(), ensure_ascii=False, sort_keys=True)
    assert first == again


def test_facts_survive_json() -> None:
    facts = Facts.from_json({"home": {"kind": "deed"}, "child.sex": {"value": "male", "status": "verified", "at": "x"}})
    assert Facts.from_json(json.loads(json.dumps(facts.to_json()))) == facts


def test_digest_ignores_layout_and_sees_every_value() -> None:
    text = scheme_text("changde")
    assert digest("# a comment\n" + text) == digest(text) == load(text).digest
    assert digest(text.replace("count: 2", "count: 3")) != digest(text)
    assert digest("b: 1\na: 2\n") == digest("a: 2\nb: 1\n")


def test_every_message_has_the_same_placeholders_in_both_languages() -> None:
    for code, text in {**ISSUES, **STEPS}.items():
        zh, en = (set(re.findall(r"{(\w+)}", words)) for words in (text.zh, text.en))
        assert zh == en, code
        assert not re.search(r"[一-鿿][,;:()]|[,;:()][一-鿿]", text.zh.replace("键: 值", "")), code


def test_dictionary_covers_the_agencies_and_speaks_both_languages() -> None:
    assert len(AGENCIES) == 14 + 9  # agencies that prove, and departments that answer
    for spec in DICTIONARY.values():
        assert spec.label.zh
        assert spec.label.en
        assert set(spec.agencies) <= set(AGENCIES)
        assert (spec.kind == "choice") == bool(spec.choices)
    assert not [name for name in DICTIONARY if "income" in name or "post" in name]


def test_catalogue_fragment_holds_every_message() -> None:
    fragment = (ROOT / "locale/fragments/policy.po").read_text("utf-8")
    for message in MESSAGES.values():
        assert f"msgid {json.dumps(message, ensure_ascii=False)}" in fragment


def test_the_manual_lists_every_fact_and_its_example_loads() -> None:
    manual = (ROOT / "docs/policy.md").read_text("utf-8")
    assert [name for name in DICTIONARY if f"`{name}`" not in manual] == []
    examples = re.findall(r"```yaml\n(policy: 1\n.*?)```", manual, re.DOTALL)
    assert examples
    assert all(load(example).groups for example in examples)
