"""Where the families of a rehearsal live: homes that every stage puts into one zone, made from zones as they stand."""

import csv
import io

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from portal.rehearsing.estates import BUILDINGS, EACH, Ground, Spot, estates
from portal.rehearsing.ground import UNUSUAL, safe_season, scaled
from schools.maps.model import Road
from schools.matching import AddressBook, AddressRule, Zone, ZoneIndex, match
from schools.models import Stage

PLACE = "湖南省常德市武陵区"
SQUARE = [[(111.0, 29.0), (111.1, 29.0), (111.1, 29.1), (111.0, 29.1), (111.0, 29.0)]]


def zone(name: str, *rules: AddressRule, stage: str = "primary", polygon: object = None) -> Zone:
    return Zone(name, name, 2026, stage, (f"school of {name}",), rules, polygon)  # type: ignore[arg-type]


def ground(*zones: Zone, book: AddressBook | None = None) -> Ground:
    index = ZoneIndex(zones, book)
    return Ground(zones, lambda address: match(address, zones, index=index))


def road(name: str, *, low: int | None = None, high: int | None = None, parity: str = "all") -> AddressRule:
    return AddressRule("include", "road", name, parity, low, high)  # type: ignore[arg-type]


def estate(name: str, *, low: int | None = None, high: int | None = None) -> AddressRule:
    return AddressRule("include", "estate", name, "all", low, high)


def test_each_zone_has_homes_and_every_building_of_them_lies_in_it() -> None:
    odd, even = (
        zone("甲学区", road("启明路", low=1, high=99, parity="odd")),
        zone("乙学区", road("启明路", low=2, high=98, parity="even")),
    )
    whole = zone("中学学区", road("启明路"), stage="junior")
    both = {"primary": ground(odd, even), "junior": ground(whole)}
    rows = estates(both, place=PLACE, town="启明街道")
    assert {row["zone"] for row in rows} == {"甲学区", "乙学区"}
    assert {row["junior_zone"] for row in rows} == {"中学学区"}
    assert {row["town"] for row in rows} == {"启明街道"}
    assert len({row["name"] for row in rows}) == len(rows)
    for row in rows:
        assert (int(row["number"]) % 2 == 1) == (row["zone"] == "甲学区")
        for building in BUILDINGS:
            found = both["primary"].match(Spot(row["road"], int(row["number"]), row["name"]).address(PLACE, building))
            assert (found.outcome, found.zones) == ("matched", (row["zone"],))


def test_an_estate_that_two_zones_part_by_its_buildings_is_nobodys_home() -> None:
    first, second = (
        zone("甲学区", estate("金色家园", low=1, high=9)),
        zone("乙学区", estate("金色家园", low=10, high=40)),
    )
    assert estates({"primary": ground(first, second)}, place=PLACE, town="") == []
    third = zone("丙学区", estate("银色家园"))
    rows = estates({"primary": ground(first, second, third)}, place=PLACE, town="")
    assert [(row["name"], row["zone"]) for row in rows] == [("银色家园", "丙学区")]


def test_what_only_one_stage_can_place_is_nobodys_home() -> None:
    stages = {
        "primary": ground(zone("甲学区", estate("金色家园"))),
        "junior": ground(zone("中学", estate("银色家园"), stage="junior")),
    }
    assert estates(stages, place=PLACE, town="") == []


def test_zones_that_are_only_drawn_are_lived_in_by_the_address_book_or_the_map() -> None:
    drawn = zone("甲学区", polygon=SQUARE)
    book = AddressBook([("启明路12号", (111.05, 29.05)), ("金色家园", (111.06, 29.06)), ("远方路1号", (112.0, 29.0))])
    stages = {"primary": ground(drawn, book=book)}
    assert estates(stages, place=PLACE, town="") == []
    rows = estates(stages, place=PLACE, town="", book=["启明路12号", "金色家园", "远方路1号", "无法识别"])
    assert {(row["road"], row["zone"]) for row in rows} >= {("启明路", "甲学区")}
    assert "远方路" not in {row["road"] for row in rows}
    line = (111.05, 29.05), (111.06, 29.05)
    known = AddressBook(further=lambda address: line[0] if address.road == "洞庭大道" else None)
    rows = estates(
        {"primary": ground(drawn, book=known)},
        place=PLACE,
        town="",
        roads=[Road("洞庭大道", line, 1, 99, "odd"), Road("", line), Road("无号路", line)],
    )
    assert [(row["road"], int(row["number"]) % 2) for row in rows] == [("洞庭大道", 1)]


def test_a_season_without_stages_or_without_zones_has_no_homes() -> None:
    assert estates({}, place=PLACE, town="") == []
    assert estates({"primary": ground()}, place=PLACE, town="") == []


def test_no_zone_has_more_homes_than_its_share() -> None:
    names = ("甲学区", "乙学区", "丙学区")
    zones = [zone(name, road(f"{name[0]}字路")) for name in names]
    rows = estates({"primary": ground(*zones)}, place=PLACE, town="")
    assert [sum(row["zone"] == name for row in rows) for name in names] == [EACH, EACH, EACH]


def test_no_line_of_an_agency_and_no_unplayed_round_comes_into_a_space() -> None:
    same = "2026-06-20 09:30:15"  # as of a round that two people closed and published within a minute
    season = {
        "district": "430702",
        "items": [
            "birth",
            {"item": "household", "owner": "公安", "endpoint": "https://real.example/", "secret": "police", "quota": 5},
            {
                "item": "permit",
                "endpoint": "https://real.example/",
                "test_person": "430702200001010011",
                "dialect": {"a": "b"},
            },
        ],
        "rounds": [
            {
                "stage": "primary",
                "kind": "main",
                "opens": "2026-06-20 08:00",
                **dict.fromkeys(("closes", "results"), same),
            },
            {"stage": "kindergarten", "kind": "main"},
        ],
    }
    safe = safe_season(yaml.safe_dump(season, allow_unicode=True).encode(), ["primary"]).decode()
    body = yaml.safe_load(safe)
    assert body["items"] == ["birth", {"item": "household", "owner": "公安"}, "permit"]
    (only,) = body["rounds"]
    assert only["stage"] == "primary"
    assert str(only["opens"]) < str(only["closes"]) < str(only["results"])
    assert body["synthetic"] is True
    for word in ("real.example", "police", "test_person", "dialect"):
        assert word not in safe


@given(
    families=st.integers(20, 2_000),
    seats=st.lists(st.integers(1, 900), min_size=1, max_size=30),
    junior=st.lists(st.integers(1, 900), min_size=0, max_size=10),
)
def test_seats_are_about_one_for_every_child_and_each_school_keeps_its_share(
    families: int, seats: list[int], junior: list[int]
) -> None:
    rows = [("学校代码", "学段", "招生计划", "班额")]
    rows += [(f"P{at}", "小学", str(count), "45") for at, count in enumerate(seats)]
    rows += [(f"J{at}", "初中", str(count), "50") for at, count in enumerate(junior)]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    stages = [Stage.PRIMARY, *([Stage.JUNIOR] if junior else [])]
    found = list(csv.reader(io.StringIO(scaled(out.getvalue().encode(), families, stages).decode("utf-8-sig"))))
    assert [row[:2] + row[3:] for row in found] == [[row[0], row[1], row[3]] for row in rows]
    new = [int(row[2]) for row in found[1:] if row[1] == "小学"]
    assert min(new) >= 1
    played = sum(new) * (families + UNUSUAL) / 2_000
    children = families * 1.1 * (0.6 if junior else 1) + UNUSUAL
    assert played == pytest.approx(children, rel=0.05, abs=len(seats) * (families + UNUSUAL) / 2_000)
    for first, second in zip(seats, new, strict=True):
        assert second / sum(new) == pytest.approx(first / sum(seats), abs=0.02 + 1 / sum(new))
