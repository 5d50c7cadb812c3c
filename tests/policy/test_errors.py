"""A wrong policy is refused with the line, the path and what to do."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import PolicyError, PolicyIssue, load, scheme_text
from policy.plain import described
from tests.policy.builder import material, policy_text


def issues(text: str) -> tuple[PolicyIssue, ...]:
    with pytest.raises(PolicyError) as caught:
        load(text)
    return caught.value.errors


def only(text: str) -> PolicyIssue:
    found = issues(text)
    assert len(found) == 1, found
    return found[0]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


LAST_ORDER = "order: [{by: ticket}]\n    agencies: []"
REPLACED = [
    ("mechanism: parallel", "mechanism: lottery", "not_allowed", "choices.mechanism"),
    ('district: "430702"', "district: 430702", "wrong_type", "district"),
    ('district: "430702"', 'district: "4307"', "bad_format", "district"),
    ("year: 2025", "year: 1825", "out_of_range", "year"),
    ("year: 2025", "yaer: 2025", "unknown_key", "yaer"),
    ("last_seat: expand", "last_seat: any", "not_allowed", "siblings.last_seat"),
    ("count: 2", "count: 0", "out_of_range", "choices.count"),
    ("min_years: 6", "min_years: six", "wrong_type", "age[0].min_years"),
    ("min_years: 6", "min_years: 6, max_years: 6", "out_of_range", "age[0].max_years"),
    ("min_years: 6", "min_years: 6, stretch: {until: 2025-01-01}", "date_order", "age[0].stretch.until"),
    ("cutoff: 2025-08-31\nage", "cutoff: 2025-02-30\nage", "bad_date", "cutoff"),
    ("stages: [primary]", "stages: [junior]", "unknown_stage", "age[0].stage"),
    ("  - id: last", "  - id: first", "duplicate_id", "groups[1].id"),
    ("  - id: last", "  - id: last\n    tier: 1", "tier_order", "groups[1].tier"),
    (LAST_ORDER, LAST_ORDER.replace("ticket", "date, fact: home.deed_date"), "ticket_last", "groups[1].order"),
    ("policy: 1\n", "policy: 1\npolicy: 1\n", "duplicate_key", "policy"),
    ("siblings: {last_seat: expand}", "siblings: &a {last_seat: expand}", "alias", "policy"),
    ("siblings: {last_seat: expand}", "siblings: {last_seat: expand", "yaml_syntax", "policy"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "path"), REPLACED, ids=[f"{c[2]}: {c[1][:30]!r}" for c in REPLACED])
def test_each_mistake_has_its_code_line_and_path(old: str, new: str, code: str, path: str) -> None:
    text = policy_text().replace(old, new)
    if code == "tier_order":
        text = text.replace("  - id: first", "  - id: first\n    tier: 2")
    found = [issue for issue in issues(text) if issue.code == code]
    assert [issue.path for issue in found] == [path]
    if code not in {"yaml_syntax", "tier_order", "unknown_stage"}:
        key = new.strip().splitlines()[-1] if code == "duplicate_key" else new.partition("\n")[0]
        numbers = [number for number, line in enumerate(text.splitlines(), 1) if key in line]
        assert found[0].line in numbers
    assert found[0].column >= 1
    assert found[0].message
    assert found[0].message_zh


def test_missing_keys_are_all_named() -> None:
    found = issues("policy: 1\nid: x\n")
    assert {issue.code for issue in found} == {"missing_key"}
    assert any("`groups` is missing" in issue.message for issue in found)
    assert all(issue.line == 1 for issue in found)


CONDITIONS = [
    ("{fact: household.zone, eq: in_zone}", "unknown_fact", "did you mean `h"),
    ("{fact: household.zone_relation, eq: in_town}", "operand", "in_zone / in_district"),
    ("{fact: household.zone_relation, gte: in_zone}", "operator_type", "eq, ne, in"),
    ("{fact: household.zone_relation, is: in_zone}", "condition_form", "eq, ne, in"),
    ("{fact: household.zone_relation, eq: in_zone, ne: elsewhere}", "condition_form", "exactly one"),
    ("{fact: household.registered_on, lte: 3 moons before cutoff}", "bad_date", "36 months before cutoff"),
    ("{fact: household.registered_on, lte: 2025-02-30}", "bad_date", "2024-08-31"),
    ("{fact: home.ownership_share, gte: 50}", "operand", "0 … 1"),
    ("{fact: home.mortgaged, eq: maybe}", "operand", "true / false"),
    ("{fact: insurance.months, between: [1]}", "operand", "[low, high]"),
    ("{fact: household.registered_on, gte: {fact: home.kind}}", "operand", "home.kind"),
    ("{all: []}", "empty_condition", "all"),
    ("{use: nothing}", "unknown_definition", "nothing"),
    ("{all: [{fact: home.kind}]}", "condition_form", "fact"),
]


@pytest.mark.parametrize(("when", "code", "hint"), CONDITIONS, ids=[c[0] for c in CONDITIONS])
def test_wrong_conditions_name_their_line_and_the_way_out(when: str, code: str, hint: str) -> None:
    text = policy_text(when)
    issue = only(text)
    assert issue.code == code
    assert issue.line == line_of(text, when)
    assert issue.path.startswith("groups[0].when")
    assert hint in issue.message


def test_definitions_may_not_use_themselves() -> None:
    extra = "definitions:\n  a: {use: b}\n  b: {not: {use: a}}\n"
    assert {issue.code for issue in issues(policy_text("{use: a}", extra=extra))} == {"definition_cycle"}


def test_definitions_that_double_are_stopped_early() -> None:
    lines = [f"  d{n}: {{all: [{{use: d{n + 1}}}, {{use: d{n + 1}}}]}}" for n in range(60)]
    extra = "definitions:\n" + "\n".join(lines) + "\n  d60: {fact: home.kind, eq: deed}\n"
    assert "too_large" in {issue.code for issue in issues(policy_text("{use: d0}", extra=extra))}


def test_a_sixth_material_is_refused() -> None:
    five = ", ".join(material("材料", key=f"m{n}") for n in range(5))
    assert load(policy_text(materials=five)).groups[0].materials
    issue = only(policy_text(materials=f"{five}, {material('材料', key='m5')}"))
    assert (issue.code, issue.path) == ("too_many_materials", "groups[0].materials")
    assert "6" in issue.message


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("学前教育经历证明", "abolished_proof"),
        ("计划生育证明", "abolished_proof"),
        ("超龄入学证明", "abolished_proof"),
        ("户籍地无人监护证明", "abolished_proof"),
        ("预防接种证明", "abolished_proof"),
        ("父母职务证明", "never_asked"),
        ("家庭收入证明", "never_asked"),
        ("预防针本", "abolished_proof"),
        ("防疫证", "abolished_proof"),
        ("节育证", "abolished_proof"),
        ("流动人口婚育证明", "abolished_proof"),
        ("生育证", "abolished_proof"),
        ("入园证明", "abolished_proof"),
        ("在园证明", "abolished_proof"),
        ("任职证明", "never_asked"),
        ("个税清单", "never_asked"),
        ("个人所得税纳税记录", "never_asked"),
        ("银行流水", "never_asked"),
    ],
)
def test_abolished_proofs_are_refused(name: str, code: str) -> None:
    text = policy_text(materials=material(name))
    issue = only(text)
    assert (issue.code, issue.path) == (code, "groups[0].materials[0]")
    assert name in text.splitlines()[issue.line - 1]


@pytest.mark.parametrize(
    "name", ["学历证书", "入园体检表", "契税完税证明", "营业执照", "务工证明", "社保缴费记录", "出生医学证明", "结婚证"]
)
def test_what_is_on_no_list_may_be_asked(name: str) -> None:
    assert load(policy_text(materials=material(name))).groups[0].materials[0].name.zh == name


@pytest.mark.parametrize("name", ["Bank statement", "Personal tax list", "Contraception card"])
def test_their_english_names_are_refused_too(name: str) -> None:
    assert only(policy_text(materials=material("材料", name))).code in {"abolished_proof", "never_asked"}


def test_abolished_proofs_are_refused_in_english_and_by_key() -> None:
    assert only(policy_text(materials=material("纸", "Vaccination book"))).code == "abolished_proof"
    assert only(policy_text(materials=material("纸", key="family_planning"))).code == "abolished_proof"


def test_own_facts_may_not_ask_for_income_nor_shadow_the_dictionary() -> None:
    fact = "facts: [{name: NAME, type: number, label: {zh: LABEL, en: x}}]\n"
    assert only(policy_text(extra=fact.replace("NAME", "local.a").replace("LABEL", "家庭收入"))).code == "never_asked"
    assert only(policy_text(extra=fact.replace("NAME", "home.kind").replace("LABEL", "甲"))).code == "local_name"


EXEMPTION = "  exemption: {date: 2025-01-10, until: 2025-09-01, document: 省教基〔2025〕1号, dimensions: [education]}\n"
ITEM = "{id: a, dimension: DIM, name: {zh: 甲, en: A}, points: 5, when: {fact: home.kind, eq: deed}}"


def test_points_use_only_the_four_dimensions_unless_exempted() -> None:
    points = "points:\n  mode: computed\n  items:\n    - " + ITEM.replace("DIM", "education") + "\n"
    issue = only(policy_text(extra=points))
    assert (issue.code, issue.path) == ("dimension", "points.items[0].dimension")
    policy = load(policy_text(extra=points + EXEMPTION))
    assert policy.points is not None
    assert policy.points.exemption is not None
    said = [line for line in described(policy).points if "省教基〔2025〕1号" in line.zh]
    assert [line.zh for line in said] == [
        "超出户籍、居住、从业、房产四类的积分项（甲）经省教基〔2025〕1号批准（2025年1月10日），有效期至2025年9月1日。"
    ]
    assert "1 Sep 2025" in said[0].en
    assert "missing_key" in {
        issue.code for issue in issues(policy_text(extra=points + "  exemption: {dimensions: [education]}\n"))
    }


@pytest.mark.parametrize(
    ("given", "until", "entry", "codes"),
    [
        ("2025-08-31", "2025-09-01", "", {}),
        ("2025-01-10", "2025-09-10", "2025-09-10", {}),
        ("2025-01-10", "2025-08-31", "", {"points.exemption.until": "exemption_over"}),
        ("2025-01-10", "2025-09-09", "2025-09-10", {"points.exemption.until": "exemption_over"}),
        ("2025-01-10", "2024-12-31", "", {"points.exemption.until": "date_order"}),
        ("2025-09-01", "2026-09-01", "", {"points.exemption.date": "date_order"}),
        ("2025-01-10", "2025-02-30", "", {"points.exemption.until": "bad_date"}),
    ],
)
def test_an_exemption_holds_from_the_day_of_record_until_the_children_enter(
    given: str, until: str, entry: str, codes: dict[str, str]
) -> None:
    exemption = EXEMPTION.replace("2025-01-10", given).replace("2025-09-01", until)
    points = "points:\n  mode: computed\n  items:\n    - " + ITEM.replace("DIM", "education") + "\n" + exemption
    text = policy_text(extra=points + (f"entry: {entry}\n" if entry else ""))
    if not codes:
        load(text)
        return
    found = issues(text)
    assert {one.path: one.code for one in found} == codes
    assert all("exemption" in text.splitlines()[one.line - 1] for one in found)


def test_an_exemption_without_an_end_is_refused() -> None:
    points = "points:\n  mode: computed\n  items:\n    - " + ITEM.replace("DIM", "education") + "\n"
    issue = only(policy_text(extra=points + EXEMPTION.replace("until: 2025-09-01, ", "")))
    assert (issue.code, issue.path) == ("missing_key", "points.exemption")
    assert "until" in issue.message


def test_order_by_points_needs_points() -> None:
    assert only(policy_text(order="{by: points}, ")).code == "no_points"


def test_unknown_groups_are_refused() -> None:
    extra = "coordination: {order: [nearby], groups: [nobody]}\n"
    issue = only(policy_text(extra=extra))
    assert (issue.code, issue.path) == ("unknown_group", "coordination.groups[0]")


def test_all_mistakes_are_reported_at_once_in_the_order_of_lines() -> None:
    text = policy_text(
        "{fact: nope, eq: 1}", materials=material("收入证明"), extra="big_zone: {share_percent: 5, groups: [x]}\n"
    )
    found = issues(text)
    assert [issue.code for issue in found] == ["unknown_fact", "never_asked", "unknown_group"]
    assert [issue.line for issue in found] == sorted(issue.line for issue in found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "policy",
        "{}",
        "a: &x 1\nb: *x\n",
        "? {a: 1}\n: 2\n",
        "\x00",
        'a: "\\ud800"',
        "!!python/object:os.system x",
    ],
)
def test_what_is_no_policy_at_all_is_refused(text: str) -> None:
    assert issues(text)


def test_deep_and_large_documents_are_refused() -> None:
    assert "too_large" in {issue.code for issue in issues("a: " + "[" * 200 + "]" * 200)}
    assert "too_large" in {issue.code for issue in issues("# " + "x" * 300_000)}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damaged_scheme_ever_escapes_as_another_error(data: st.DataObject) -> None:
    text = scheme_text("changde")
    at = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(at, min(at + 60, len(text))))
    patch = data.draw(st.text(alphabet="abc: -{}[]\n\"'&*!%@`#|>,1", max_size=8))
    # Whatever the damage, the answer is a policy or a list of places: any other exception fails the test.
    with contextlib.suppress(PolicyError):
        assert load(text[:at] + patch + text[end:]).groups
