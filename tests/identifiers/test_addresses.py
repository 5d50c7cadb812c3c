"""Addresses: one normal form for the many spellings of a home, and its parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identifiers import check, mask, normalise, parse, same_place

FLATS = [
    "三幢五〇一室",
    "3幢501室",
    "3栋501室",
    "3号楼501",
    "３幢５０１",
    "三栋五零一",
    "第3幢 501室",
    "3幢5楼501室",
    "3#501",
]


@pytest.mark.parametrize("spelling", FLATS)
def test_spellings_of_one_flat_are_equal(spelling: str) -> None:
    assert normalise("address", f"慈溪市浒山街道阳光花园{spelling}") == "慈溪市浒山街道阳光花园3幢501室"
    assert parse(f"阳光花园{spelling}").key == parse("阳光花园3幢501室").key


@pytest.mark.parametrize("spelling", ["3-2-501", "3幢2-501", "三幢二单元五〇一", "3号楼2单元501室", "三栋2单元5层501"])
def test_spellings_with_a_unit_are_equal(spelling: str) -> None:
    address = parse(f"慈溪市浒山街道阳光花园{spelling}")
    assert (address.building, address.unit, address.room) == ("3", "2", "501")


@pytest.mark.parametrize(
    ("raw", "division", "road", "number"),
    [
        ("浙江省宁波市慈溪市浒山街道新城大道北路88号3幢501室", "浙江省宁波市慈溪市浒山街道", "新城大道北路", "88"),
        ("慈溪市白沙路街道三北大街１２３号", "慈溪市白沙路街道", "三北大街", "123"),
        ("杭州市临平区南苑街道八一路五号", "杭州市临平区南苑街道", "八一路", "5"),
        ("济南市历下区泉城路街道县西巷二十一号", "济南市历下区泉城路街道", "县西巷", "21"),
        ("佛山市禅城区石湾镇街道镇中路3号", "佛山市禅城区石湾镇街道", "镇中路", "3"),
        ("佛山市禅城区祖庙街道市东下路8号之一", "佛山市禅城区祖庙街道", "市东下路", "8-1"),
        ("浙江省宁波市镇海区招宝山街道沿江东路12弄", "浙江省宁波市镇海区招宝山街道", "沿江东路", "12"),
        ("慈溪市市场路5号", "慈溪市", "市场路", "5"),
        ("宗汉街道曙光西路88-1号", "宗汉街道", "曙光西路", "88-1"),
        ("上海市浦东新区世纪大道100号", "上海市浦东新区", "世纪大道", "100"),
        ("一号路二号", "", "1号路", "2"),
        ("慈溪市附海镇中兴路1号", "慈溪市附海镇", "中兴路", "1"),
        ("慈溪市北二环路12号", "慈溪市", "北二环路", "12"),
        ("新乡市红旗区平原路1号", "新乡市红旗区", "平原路", "1"),
        ("浙江省台州市路桥区路桥街道银安街679号", "浙江省台州市路桥区路桥街道", "银安街", "679"),
        ("河北省唐山市路南区新华东道8号", "河北省唐山市路南区", "新华东道", "8"),
        ("景德镇市珠山区中山北路1号", "景德镇市珠山区", "中山北路", "1"),
        ("深圳市南山区粤海街道科苑南路2666号", "深圳市南山区粤海街道", "科苑南路", "2666"),
    ],
)
def test_divisions_roads_and_numbers(raw: str, division: str, road: str, number: str) -> None:
    address = parse(raw)
    assert (address.division, address.road, address.number) == (division, road, number)
    assert address.raw == raw


@pytest.mark.parametrize("name", ["四季花园", "五一小区", "三里屯公寓", "万达华府"])
def test_numerals_inside_names_stay(name: str) -> None:
    assert parse(f"{name}二幢三〇一室").estate == name


@pytest.mark.parametrize(
    ("raw", "division", "estate"),
    [
        ("江南水乡3幢501", "", "江南水乡"),
        ("慈溪市宗汉街道江南水乡花园2幢101室", "慈溪市宗汉街道", "江南水乡花园"),
        ("浙江省慈溪市周巷镇阳光城市花园3幢501", "浙江省慈溪市周巷镇", "阳光城市花园"),
        ("阳光城市花园3幢501", "", "阳光城市花园"),
        ("慈溪市中横线94号书香门第3幢2单元501室", "慈溪市", "书香门第"),
        ("慈溪市水门弄129号孙塘新村三期3幢501室", "慈溪市", "孙塘新村3期"),
        ("海曙区西门街道翠柏里12幢304室", "海曙区西门街道", "翠柏里"),
    ],
)
def test_estates_whose_names_sound_like_divisions(raw: str, division: str, estate: str) -> None:
    address = parse(raw)
    assert (address.division, address.estate) == (division, estate)


def test_an_estate_in_brackets_beside_its_road() -> None:
    for raw in ("新城大道88号（阳光花园）3幢501室", "阳光花园（新城大道88号）3幢501室"):
        address = parse(raw)
        assert (address.road, address.number, address.estate) == ("新城大道", "88", "阳光花园")


def test_the_house_number_of_an_estate_is_its_building() -> None:
    inside = parse("阳光花园3号501室")
    assert (inside.estate, inside.building, inside.number, inside.room) == ("阳光花园", "3", "", "501")
    lane = parse("沿江东路12弄3号501室")
    assert (lane.road, lane.number, lane.building, lane.room) == ("沿江东路", "12", "3", "501")


def test_what_only_looks_like_a_numeral_stays() -> None:
    assert normalise("address", "百十千幢") == "百十千幢"


def test_villages_and_their_groups() -> None:
    address = parse("慈溪市观海卫镇五一村三组12号")
    assert (address.division, address.village, address.number) == ("慈溪市观海卫镇", "五一村", "12")
    assert parse("曙光新村3幢501").estate == "曙光新村"
    behind = parse("慈溪市寺山路108号白沙社区安置房3幢501室")
    assert (behind.road, behind.number, behind.village, behind.estate) == ("寺山路", "108", "白沙社区", "安置房")
    community = parse("浒山街道金山社区阳光花园3幢501")
    assert (community.village, community.estate) == ("金山社区", "阳光花园")


@pytest.mark.parametrize(
    "other",
    [
        "浙江省宁波市慈溪市浒山街道新城路8号阳光花园3幢2单元501室",
        "慈溪市浒山街道新城路８号阳光花园三号楼二单元五〇一",
        "新城路8号阳光花园3栋501室",
        "慈溪市浒山街道阳光花园3幢2单元501",
        "慈溪市新城路8号3幢501室",
        "浙江省慈溪市浒山街道新城路8号3幢501室",
        "宁波市浒山街道新城路8号3幢501室",
        "浒山街道新城路8号3幢501室",
    ],
)
def test_one_home_written_by_different_registers(other: str) -> None:
    home = "浙江省宁波市慈溪市浒山街道新城路8号阳光花园3幢2单元501室"
    assert same_place(home, other)
    assert same_place(parse(other), parse(home))


@pytest.mark.parametrize(
    "other",
    [
        "余姚市新城路8号阳光花园3幢2单元501室",
        "宁波市余姚市新城路8号阳光花园3幢2单元501室",
        "江苏省慈溪市新城路8号阳光花园3幢2单元501室",
        "慈溪市附海镇新城路8号阳光花园3幢2单元501室",
        "慈溪市新城路9号阳光花园3幢2单元501室",
        "慈溪市新城路8号阳光花园3幢1单元501室",
        "慈溪市新城路8号阳光花园3幢2单元502室",
        "慈溪市新城路8号阳光花园",
        "慈溪市文化路8号3幢2单元501室",
        "慈溪市新城路3幢2单元501室",
        "3幢2单元501室",
        "",
    ],
)
def test_another_home_or_too_little_to_tell(other: str) -> None:
    assert not same_place("浙江省宁波市慈溪市浒山街道新城路8号阳光花园3幢2单元501室", other)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("路8", "address_short"),
        ("12345678", "address_no_place"),
        ("号" * 201, "too_long"),
        ("慈溪市新城路\x008号", "control_character"),
        ("", "empty"),
    ],
)
def test_refused_addresses(raw: str, code: str) -> None:
    assert check("address", raw).code == code


def test_an_address_without_a_number_only_warns() -> None:
    checked = check("address", "慈溪市浒山街道新城大道")
    assert checked.ok
    assert [warning.code for warning in checked.warnings] == ["address_no_number"]
    assert check("address", "慈溪市浒山街道新城大道8号").warnings == ()


def test_a_flat_without_its_estate_only_warns() -> None:
    checked = check("address", "三幢五〇一室")
    assert (checked.ok, checked.value) == (True, "3幢501室")
    assert [warning.code for warning in checked.warnings] == ["address_no_place"]


def test_the_mask_shows_the_beginning_only() -> None:
    assert mask("address", "浙江省宁波市慈溪市新城路8号") == "浙江省" + "*" * 11


@given(st.integers(1, 99), st.integers(1, 9), st.integers(101, 3399))
def test_numbers_of_a_flat_survive_any_spelling(building: int, unit: int, room: int) -> None:
    expected = f"阳光花园{building}幢{unit}单元{room}室"
    for raw in (f"阳光花园{building}号楼{unit}单元{room}", f"阳光花园 {building}-{unit}-{room}", expected):
        assert normalise("address", raw) == expected
