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


def row(**changed: str) -> dict[str, str]:
    return {name: ROW[name] for name in ("zone", "year", "stage", "schools")} | changed


BORDERS = (
    "棋盘山路以东, 沿江路以北",
    "棋盘山路以东，沿江路以北",
    "沿江路以北",
    "人民路以南至建设路",
    "东至人民路",
    "南到建设路西到河街",
    "人民路至建设路",
    "人民路—建设路",
    "沿人民路向东",
    "滨湖路，沿建设路",
    "人民路与建设路之间",
    "人民路两侧",
    "武陵大道西侧",
    "铁路线以内",
    "穿紫河一线",
    "西起桃花源路",
    "武陵区西起桃花源路",
    "东临人民路",
    "东临桃花源路，西靠人民路",
    "北靠沅江",
    "南抵河街",
    "东面人民路",
    "东：人民路",
    "人民路为界",
    "以人民路为界",
    "人民路左边",
    "人民路向东",
    "人民路一带",
)


@pytest.mark.parametrize("kind", ["路", "小区", "村"])
@pytest.mark.parametrize("sentence", BORDERS)
def test_the_sentence_of_a_border_is_refused_and_never_read_as_one_road(sentence: str, kind: str) -> None:
    zones, errors = read_rules([row(kind=kind, name=sentence)])
    assert [(error.row, error.column, error.code) for error in errors] == [(2, "name", "border")]
    assert "polygons.geojson" in errors[0].message
    assert [zone.rules for zone in zones] == [()]


@pytest.mark.parametrize("name", ["沿江路", "沿河街", "沿湖大道", "东至路", "大道至诚小区", "以勒小区", "江北路"])
def test_names_that_only_look_like_borders_are_names(name: str) -> None:
    zones, errors = read_rules([row(kind="小区" if name.endswith("小区") else "路", name=name)])
    assert errors == ()
    assert [rule.name for rule in zones[0].rules] == [name]


def test_several_roads_in_one_cell_are_refused() -> None:
    _zones, errors = read_rules([row(kind="路", name="棋盘山路、滨湖路")])
    assert [error.code for error in errors] == ["several_names"]


NO_ROADS = {
    "人民路与建设路": "several_names",
    "人民路和建设路": "several_names",
    "人民路及建设路": "several_names",
    "人民路和平路": "several_names",
    "沅江与桃花源路": "several_names",
    "人民路1号至99号": "numbers_in_name",
    "人民路1-99号": "numbers_in_name",
    "人民路100号": "numbers_in_name",
    "人民路单号": "numbers_in_name",
    "人民路北段": "part_or_name",
    "人民南路四段": "part_of_road",
    "解放路延伸段": "part_of_road",
    "人民路北": "more_than_road",
    "人民路步行街": "more_than_road",
    "白马村人民路": "more_than_road",
    "西门口": "no_road",
}


@pytest.mark.parametrize(("sentence", "code"), NO_ROADS.items())
def test_what_is_more_than_one_road_is_refused_with_what_to_write(sentence: str, code: str) -> None:
    zones, errors = read_rules([row(kind="路", name=sentence)])
    assert [(error.row, error.column, error.code) for error in errors] == [(2, "name", code)]
    assert sentence in errors[0].message
    assert {"Write", "write"} & set(errors[0].message.replace(",", " ").split())
    assert [zone.rules for zone in zones] == [()]


ROADS = """
    和平路 和平巷 与时路 及第路 状元及第街 东临路 东临江路 东起凤街 西连云路 北靠山路 临江路 界河路 东界路 左边路 北岸路
    北京路 人民南路 中山一路 经一路 3号路 双号街 环线 铁路街 马路街 公路街 铁道路 河街 学院胡同 318国道 G319线 机场高速
    长堤 武陵区人民路
"""


@pytest.mark.parametrize("name", ROADS.split())
def test_roads_whose_names_hold_such_characters_are_read_and_found(name: str) -> None:
    zones, errors = read_rules([row(kind="路", name=name)])
    assert errors == ()
    assert match(f"{name}12号", zones).outcome == "matched"


def test_a_street_that_is_called_a_section_is_read_with_its_numbers() -> None:
    zones, errors = read_rules([row(kind="路", name="天府大道北段", low="1")])
    assert errors == ()
    assert match("天府大道北段1288号", zones).outcome == "matched"
    assert match("天府大道1288号", zones).outcome == "unknown"


WAYS = st.sampled_from(["路", "街", "大道", "巷"])
PLAIN = st.text("人民建设滨湖朗州柳叶洞庭武陵紫缘启明光荣", min_size=2, max_size=3)


@given(PLAIN, WAYS, PLAIN, WAYS, st.sampled_from(["与", "和", "及", "至", "到", "、", "-"]))
def test_two_roads_in_one_cell_are_never_one(one: str, way: str, other: str, ending: str, link: str) -> None:
    zones, errors = read_rules([row(kind="路", name=one + way + link + other + ending)])
    assert [error.row for error in errors] == [2]
    assert [zone.rules for zone in zones] == [()]


@given(
    PLAIN,
    WAYS,
    st.sampled_from(["东", "南", "西", "北"]),
    st.sampled_from(["起", "临", "靠", "抵", "接", "邻", "至", "到", "起于", "临近", "以", "："]),
)
def test_one_side_of_a_border_is_never_a_road(name: str, way: str, side: str, verb: str) -> None:
    _zones, errors = read_rules([row(kind="路", name=side + verb + name + way)])
    assert [error.code for error in errors] == ["border"]


@given(PLAIN, WAYS)
def test_a_plain_name_is_always_a_road(name: str, way: str) -> None:
    zones, errors = read_rules([row(kind="路", name=name + way)])
    assert errors == ()
    assert match(f"{name}{way}5号", zones).outcome == "matched"


def test_a_zone_that_is_drawn_may_be_described_by_its_borders() -> None:
    rows = [row(kind="四至", name="棋盘山路以东，沿江路以北"), row(kind="路", name="滨湖路")]
    zones, errors = read_rules(rows)
    assert [(error.row, error.code) for error in errors] == [(2, "border_not_drawn")]
    known = {(zones[0].name, zones[0].year, zones[0].stage)}
    zones, errors = read_rules(rows, known)
    assert (errors, [rule.name for rule in zones[0].rules]) == ((), ["滨湖路"])
