"""The address book: a home's point on the map, and the drawn zone that then decides."""

import pytest

from identifiers.address import parse
from schools.matching import AddressBook, AddressRule, Zone, ZoneIndex, match
from schools.matching.model import Point

EAST, WEST = (111.71, 29.05), (111.69, 29.05)
LINES: list[tuple[str, Point]] = [
    ("棋盘山路12号", EAST),
    ("棋盘山路14号", WEST),
    ("阳光花园", EAST),
    ("湖南省常德市武陵区东江街道示例小区", EAST),
    ("湖南省常德市武陵区启明街道示例小区", WEST),
]


@pytest.mark.parametrize(
    ("address", "point"),
    [
        ("湖南省常德市武陵区棋盘山路12号", EAST),
        ("棋盘山路１４号3栋501室", WEST),
        ("棋盘山路16号", None),
        ("棋盘山路", None),
        ("阳光花园3栋501", EAST),
        ("棋盘山路14号阳光花园3栋501", WEST),  # the house is more exact than the estate
        ("武陵区启明街道示例小区1栋", WEST),
        ("示例小区1栋", None),  # two places of this name
        ("别处村3组", None),
    ],
)
def test_an_address_is_found_by_its_house_or_its_estate(address: str, point: Point | None) -> None:
    assert AddressBook(LINES).point(parse(address)) == point


def box(west: float, east: float) -> list[list[list[float]]]:
    return [[[west, 29.0], [east, 29.0], [east, 29.1], [west, 29.1], [west, 29.0]]]


def zone(name: str, *rules: AddressRule, area: list[list[list[float]]] | None = None) -> Zone:
    return Zone(name, name, 2026, "primary", (f"{name}小学",), rules, area)


ROAD = AddressRule("include", "road", "棋盘山路")
DRAWN = (zone("东", area=box(111.70, 111.72)), zone("西", area=box(111.68, 111.70)))


def matched(address: str, *zones: Zone) -> tuple[str, tuple[str, ...]]:
    found = match(address, zones, index=ZoneIndex.build(zones, AddressBook(LINES)))
    return found.outcome, found.zones


def test_a_drawn_zone_decides_by_the_point_of_the_book() -> None:
    assert matched("棋盘山路12号", *DRAWN) == ("matched", ("东",))
    assert matched("棋盘山路14号", *DRAWN) == ("matched", ("西",))
    assert matched("棋盘山路16号", *DRAWN) == ("unknown", ())


def test_rules_and_map_that_disagree_go_to_a_person() -> None:
    zones = (zone("东", ROAD, area=box(111.70, 111.72)), DRAWN[1])
    assert matched("棋盘山路12号", *zones) == ("matched", ("东",))
    assert matched("棋盘山路14号", *zones) == ("ambiguous", ("东", "西"))


def test_without_any_drawn_zone_the_book_changes_nothing() -> None:
    zones = (zone("东", ROAD),)
    plain = match("棋盘山路14号", zones)
    assert match("棋盘山路14号", zones, index=ZoneIndex.build(zones, AddressBook(LINES))) == plain


def test_a_point_outside_the_earth_is_refused() -> None:
    with pytest.raises(ValueError, match="-180 to 180"):
        AddressBook([("阳光花园", (200.0, 29.0))])
