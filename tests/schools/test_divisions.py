"""Divisions by code and by name, from the vendored tables."""

import pytest

from schools.matching import divisions


def test_counties_of_the_shipped_examples_are_known() -> None:
    names = {"330282": "慈溪市", "330113": "临平区", "430702": "武陵区", "430703": "鼎城区", "440604": "禅城区"}
    for code, name in names.items():
        county = divisions.county(code)
        assert county is not None
        assert (county.name, county.level, county.parent) == (name, "county", code[:4])
        assert divisions.towns(code)


def test_towns_belong_to_their_county() -> None:
    towns = divisions.towns("330282")
    assert {"附海镇", "龙山镇", "浒山街道"} <= {town.name for town in towns}
    assert [town.code for town in towns] == sorted(town.code for town in towns)
    assert all(town.code.startswith("330282") and town.parent == "330282" for town in towns)


@pytest.mark.parametrize("code", ["", "3302", "330227", "999999", "330282001", "慈溪市"])
def test_what_is_no_county_in_force_is_none(code: str) -> None:
    assert divisions.county(code) is None


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("330282", "浙江省宁波市慈溪市"),
        ("330282001", "浙江省宁波市慈溪市" + divisions.towns("330282")[0].name),
        ("110105", "北京市朝阳区"),
        ("659012", "新疆维吾尔自治区白杨市"),
        ("71", "台湾省"),
        ("99", ""),
    ],
)
def test_full_names_are_written_as_in_an_address(code: str, name: str) -> None:
    if code == "330282001":
        code = divisions.towns("330282")[0].code
    assert divisions.full_name(code) == name


def test_names_of_the_levels_above() -> None:
    assert (divisions.province_name("430702"), divisions.city_name("430702")) == ("湖南省", "常德市")
    assert (divisions.province_name("659012"), divisions.city_name("659012")) == ("新疆维吾尔自治区", "")
    assert (divisions.province_name("990000"), divisions.city_name("9900")) == ("", "")
    assert [county.name for county in divisions.counties("4307")][:2] == ["武陵区", "鼎城区"]


def test_search_finds_exact_and_bare_names_first() -> None:
    assert divisions.search("慈溪")[0].code == "330282"
    assert divisions.search("临平区")[0].code == "330113"
    found = divisions.search("朝阳")
    assert {"110105", "2113"} <= {division.code for division in found}
    assert found[0].code == "2113", "a city comes before counties of the same bare name"
    assert divisions.search(" ") == ()
    assert divisions.search("没有这个地方") == ()
    assert len(divisions.search("区", limit=5)) == 5


def test_place_names_are_never_a_single_character() -> None:
    names = divisions.place_names()
    assert {"慈溪", "慈溪市", "浒山", "浒山街道"} <= names
    assert min(map(len, names)) == 2
    assert "市辖区" not in names
