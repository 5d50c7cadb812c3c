"""Property numbers, credit codes and mobiles."""

from datetime import date

import pytest

from identifiers import check, mask, normalise

TODAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    "typed",
    [
        "浙(2023)慈溪市不动产权第0012345号",
        "浙（２０２３）慈溪市不动产权第 00123456 号",
        "浙〔2023〕慈溪市不动产权第0012345号",
        "湘［2019］常德市不动产权第0012345号",
    ],
)
def test_certificates_in_any_brackets_and_length(typed: str) -> None:
    checked = check("certificate", typed, today=TODAY)
    assert checked.ok
    assert "(20" in checked.value
    assert checked.facts["number"].startswith("0012345")


def test_a_certificate_of_next_year_is_refused_on_a_known_day_only() -> None:
    typed = "浙(2027)慈溪市不动产权第0012345号"
    assert check("certificate", typed, today=TODAY).code == "certificate_year"
    assert check("certificate", typed).ok


@pytest.mark.parametrize("typed", ["慈房权证浒山字第012345号", "慈国用(2010)第010203号", "沪房地浦字(2009)第012345号"])
def test_older_certificates_stay_valid(typed: str) -> None:
    checked = check("certificate", typed)
    assert checked.ok
    assert [warning.code for warning in checked.warnings] == ["certificate_old"]


@pytest.mark.parametrize("typed", ["0012345", "浙(2023)慈溪市", "产权证", "浙(2023)慈溪市不动产权第号"])
def test_half_a_certificate_number_is_refused(typed: str) -> None:
    assert check("certificate", typed).code == "certificate_format"


def test_property_unit_numbers_have_28_characters() -> None:
    checked = check("property-unit", "330282 001001 gb00001 f00010001")
    assert (checked.ok, checked.value) == (True, "330282001001GB00001F00010001")
    assert checked.facts["division"] == "330282"
    assert check("property-unit", "330282001001GB00001F0001000").code == "unit_length"
    assert check("property-unit", "330282001001GB00001X00010001").code == "unit_format"


def test_credit_codes_and_their_check_character() -> None:
    assert check("credit-code", "9111 0000 6000 3734 1l").value == "91110000600037341L"
    wrong = check("credit-code", "911100006000373411")
    assert (wrong.code, wrong.params["expected"]) == ("checksum", "L")
    assert check("credit-code", "9111000060003734IL").code == "credit_character"
    assert check("credit-code", "9111").code == "length"


@pytest.mark.parametrize(
    ("typed", "ok"), [("ht-2023－00012", True), ("ABC", False), ("----", False), ("HT_1234", False)]
)
def test_contract_numbers(typed: str, ok: bool) -> None:
    assert check("contract", typed).ok is ok


@pytest.mark.parametrize(
    "typed", ["13800138000", "138 0013 8000", "１３８－００１３－８０００", "+86 138-0013-8000", "008613800138000"]
)
def test_spellings_of_one_mobile(typed: str) -> None:
    assert check("mobile", typed).value == "+8613800138000" == normalise("mobile", typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("010-62345678", "phone_not_mobile"),
        ("1380013800", "phone_format"),
        ("12345", "phone_format"),
        ("13800138000转8", "phone_format"),
        ("13800138000 ext. 8", "phone_extension"),
        ("电话", "phone_format"),
        ("+", "phone_format"),
    ],
)
def test_numbers_no_text_message_reaches(typed: str, code: str) -> None:
    assert check("mobile", typed).code == code


def test_mobiles_abroad_are_accepted_with_their_country() -> None:
    checked = check("mobile", "+852 5123 4567")
    assert (checked.ok, checked.facts["country"]) == (True, "HK")


def test_masks() -> None:
    assert mask("mobile", "+86 13800138000") == "138****8000"
    assert mask("certificate", "浙(2023)慈溪市不动产权第0012345号") == "浙(2" + "*" * 16 + "345号"
    assert mask("contract", "HT-1") == "H***"
