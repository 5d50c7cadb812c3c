"""What people typed where the portal once gave a wrong answer, or none: each with the kind it stands for."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identifiers import check, compare_names, is_none, normalise, numbers_in, radicals

TODAY = date(2026, 11, 29)
DEED = "湘(2019)常德市不动产权第0012345号"


@pytest.mark.parametrize(
    ("typed", "role", "code"),
    [
        ("20200831", "child", "looks_like_date"),
        ("19900101", "guardian", "looks_like_date"),
        ("1234567890", "guardian", "travel_permit_issues"),
        ("H1234567899", "guardian", "travel_permit_issues"),
        ("T220123456", "guardian", "birth_certificate_adult"),
        ("2020-8-31", "child", "date_not_number"),
        ("2020.8.31", "child", "date_not_number"),
        ("19—8—31", "child", "date_not_number"),
        ("民国108年8月31日", "child", "date_not_number"),
        ("1990年1月1日", "guardian", "date_not_number"),
        ("无", "child", "no_number_needed"),
        ("——", "guardian", "no_number_needed"),
    ],
)
def test_a_number_of_something_else_is_named(typed: str, role: str, code: str) -> None:
    checked = check("id", typed, role=role, today=TODAY)  # type: ignore[arg-type]
    assert (checked.ok, checked.code) == (False, code)


@pytest.mark.parametrize(
    ("typed", "value", "kind"),
    [
        ("2020083101", "20200831", "travel-permit"),
        ("00123456", "00123456", "travel-permit"),
        ("t 220123456", "T220123456", "birth-certificate"),
        ("830000201908310017", "830000201908310017", "residence-permit"),
    ],
)
def test_a_child_applies_by_the_document_it_has(typed: str, value: str, kind: str) -> None:
    checked = check("id", typed, role="child", today=TODAY)
    assert (checked.value, checked.kind) == (value, kind)


@pytest.mark.parametrize("typed", ["无", "没有", "暂无", "none", "N/A", "-", "——", "/", " 无 ", "没有。", "未办理"])
def test_none_is_understood(typed: str) -> None:
    assert is_none(typed)


@pytest.mark.parametrize("typed", ["无锡路1号", "吴", "E12345678", "", "没事", "X1"])
def test_what_only_begins_like_none_is_not(typed: str) -> None:
    assert not is_none(typed)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("（2020）湘房合字第0815号", "(2020)湘房合字第0815号"),
        ("住租备字2023第0042号", "住租备字2023第0042号"),
        ("430702-2020-000815", "430702-2020-000815"),
        ("ht 2020/15", "HT2020/15"),
    ],
)
def test_contracts_stand_as_cities_print_them(typed: str, value: str) -> None:
    checked = check("contract", typed)
    assert (checked.ok, checked.value) == (True, value)


@pytest.mark.parametrize("typed", ["无号", "合同", "12", "合同第1号", "a" * 61 + "12"])
def test_what_has_no_number_is_no_contract(typed: str) -> None:
    assert check("contract", typed).code == "contract_format"


@pytest.mark.parametrize(
    "typed",
    [
        "湘2019常德市不动产权第0012345号",
        "湘〔2019〕常德市不动产权第0012345号",
        "湘 (2019) 常德市不动产权第 0012345 号",
    ],
)
def test_brackets_left_out_are_put_back(typed: str) -> None:
    assert check("certificate", typed, today=TODAY).value == DEED


@pytest.mark.parametrize("joint", ["、", "，", ";", " ", "和", "\n", "/"])
def test_two_certificates_in_one_field_are_both_taken(joint: str) -> None:
    other = DEED.replace("45号", "46号")
    checked = check("certificate", f"{DEED}{joint}{other}", today=TODAY)
    assert (checked.ok, checked.value) == (True, f"{DEED}、{other}")
    assert normalise("certificate", checked.value) == checked.value


def test_the_numbers_of_one_home_are_told_apart() -> None:
    other = DEED.replace("45号", "46号")
    assert numbers_in(f" {DEED} 和 {other}") == [DEED, other]
    assert numbers_in("") == numbers_in("、") == []


def test_a_wrong_one_of_two_certificates_is_refused_with_its_own_reason() -> None:
    assert check("certificate", f"{DEED}、{DEED.replace('2019', '2039')}", today=TODAY).code == "certificate_year"
    assert check("certificate", f"{DEED}、abc", today=TODAY).code == "certificate_format"
    assert check("certificate", "、".join([DEED] * 5), today=TODAY).code == "certificate_several"


@pytest.mark.parametrize(("typed", "value"), [("⼟⼩明", "土小明"), ("⺠⻢", "民马"), ("王⼩⻰", "王小龙")])
def test_radicals_from_a_copied_page_are_the_characters_they_show(typed: str, value: str) -> None:
    checked = check("name", typed)
    assert (checked.ok, checked.value) == (True, value)


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_characters_of_radicals_are_settled_at_once(text: str) -> None:
    once = radicals.characters(text)
    assert radicals.characters(once) == once
    assert len(once) == len(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("阿布都热依木 买买提", "阿布都热依木·买买提"),
        ("李頔", "李𬱖"),
        ("呂娜", "吕娜"),
        ("張偉", "张伟"),
        ("邓喆", "邓哲"),
        ("MARIA SOUSA", "SOUSA, MARIA"),
        ("JOSÉ PEÑA", "Jose Pena"),
    ],
)
def test_spelling_only(one: str, other: str) -> None:
    assert compare_names(one.replace(",", ""), other.replace(",", "")) == "spelling"
    assert compare_names(other.replace(",", ""), one.replace(",", "")) == "spelling"


@pytest.mark.parametrize(
    ("one", "other"), [("张三", "张四"), ("王伟", "王伟伟"), ("MARIA SOUSA", "MARIA SOUZA"), ("李木", "李本")]
)
def test_another_name_is_another_name(one: str, other: str) -> None:
    assert compare_names(one, other) == "different"


@given(st.text("甲乙丙丁戊己庚辛壬癸·", min_size=1, max_size=6))
def test_a_name_is_the_same_as_itself(name: str) -> None:
    assert compare_names(name, name) == "same"
