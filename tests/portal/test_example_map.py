"""The example's made-up geography: made again it is the same, and its map, zones and tables say one thing."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.seasons.models import Season
from identifiers.address import parse
from portal.seasons.export import folder_of
from portal.seasons.folder import SeasonPlan, read_folder
from portal.seasons.store import store_plan
from schools.maps.atlas import Atlas
from schools.maps.drawing import Site, draw
from schools.maps.walking import DETOUR
from schools.matching import AddressBook, ZoneIndex, distance_m, match
from schools.models import MapSheet
from schools.selectors import atlas
from synthetic.geography import NOTE, files
from tests.portal.test_load_season import EXAMPLE, folder, replace, said

__all__ = ["folder"]
PLACE = "湖南省常德市武陵区"
STAGES = {"小学": "primary", "初中": "junior", "幼儿园": "kindergarten"}


@pytest.fixture(scope="module")
def plan() -> SeasonPlan:
    return read_folder(EXAMPLE)


@pytest.fixture(scope="module")
def chart(plan: SeasonPlan) -> Atlas:
    return Atlas(plan.map, PLACE)


def rows(name: str) -> list[dict[str, str]]:
    with (EXAMPLE / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def listed() -> Iterator[tuple[str, str, str]]:
    """(stage, address, zone) of everything that the example's tables name."""
    for row in rows("zones.csv"):
        stage = STAGES[row["学段"]]
        if row["类型"] == "道路":
            for number in range(int(row["起号"]), int(row["止号"]) + 1, 2):
                yield stage, f"{row['名称']}{number}号", row["学区"]
        else:
            yield stage, row["名称"], row["学区"]
    for row in rows("estates.csv"):
        for stage, column in (
            ("primary", "zone"),
            ("junior", "junior_zone"),
            ("kindergarten", "kindergarten_zone"),
        ):
            zone = row[column]
            yield stage, f"{row['road']}{row['number']}号", zone
            yield stage, f"{row['road']}{row['number']}号{row['name']}3幢1单元501室", zone


def test_the_geography_made_again_is_the_same_and_says_that_it_is_made_up() -> None:
    for name, text in files(EXAMPLE, 2026).items():
        assert (EXAMPLE / name).read_text(encoding="utf-8") == text, name
    assert NOTE.startswith("合成数据")
    assert all(NOTE in (EXAMPLE / name).read_text(encoding="utf-8") for name in ("map.geojson", "polygons.geojson"))


def test_every_road_of_the_tables_is_on_the_map(plan: SeasonPlan) -> None:
    named = {row["名称"] for row in rows("zones.csv") if row["类型"] == "道路"} | {
        row["road"] for row in rows("estates.csv")
    }
    assert named == {road.name for road in plan.map.roads if road.name}


def test_rules_and_map_agree_on_every_address_of_the_tables(plan: SeasonPlan, chart: Atlas) -> None:
    book = AddressBook(further=chart.locate)
    index = {}
    for stage in STAGES.values():
        zones = [zone for zone in plan.zones if zone.stage == stage]
        index[stage] = ZoneIndex.build(zones, book)
        assert all(zone.polygon for zone in zones)
    for stage, address, zone in listed():
        for written in (address, PLACE + address):
            found = match(written, index[stage].zones, index=index[stage])
            names = [one.name for one in index[stage].zones if one.id in found.zones]
            assert (found.outcome, names) == ("matched", [zone]), written
            codes = {step.code for step in found.steps}
            assert "map_inside" in codes, written


def test_a_school_stands_where_its_address_says(plan: SeasonPlan, chart: Atlas) -> None:
    for school in plan.schools:
        point = chart.locate(parse(school["address"]))
        assert point is not None, school
        assert distance_m(point, (school["longitude"], school["latitude"])) < 60


def test_ways_on_foot_lead_everywhere_and_only_bridges_cross_the_river(plan: SeasonPlan, chart: Atlas) -> None:
    schools = {school["code"]: (school["longitude"], school["latitude"]) for school in plan.schools}
    for home in [place.point for place in plan.map.places][::5]:
        for code, walk in chart.walks(home, schools).items():
            assert walk.by_road
            assert walk.metres >= distance_m(home, schools[code]) - 60
    south, north = chart.locate(parse("府坪街道人民路451号")), chart.locate(parse("永安街道建设路1051号"))
    assert south is not None
    assert north is not None
    over = chart.walks(south, {"x": north})["x"]
    assert over.metres > DETOUR * distance_m(south, north)


def test_a_drawing_from_the_roads_around_is_the_drawing_from_all(plan: SeasonPlan, chart: Atlas) -> None:
    schools = [Site(school["name"], (school["longitude"], school["latitude"]), 1) for school in plan.schools]
    for at, place in enumerate(plan.map.places[::7]):
        sites = schools[at : at + 3]
        some = chart.around([place.point, *(site.point for site in sites)])
        drawn = [draw(one, plan.zones, sites, home=place.point, near=True) for one in (plan.map, some)]
        assert drawn[0] == drawn[1]
    home = plan.map.places[0].point
    assert len(chart.around([home]).roads) < len(plan.map.roads)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"kind":"boundary"', '"kind":"border"', "map.geojson row 1 column kind"),
        ('"name":"示例湖"', '"name":"' + "湖" * 90 + '"', "map.geojson row 3 column name"),
        ('"from":1,"to":', '"from":1,"till":', "map.geojson row 5 column to"),
        ('"from":19,', '"from":2,', "column from: its numbers 2-300 overlap those of feature"),
        ("[111.6", "[29.0", "map.geojson row 1 column geometry"),
        ('"FeatureCollection"', '"Collection"', "map.geojson: not a GeoJSON FeatureCollection"),
        ('{"type"', "{type", "map.geojson: not readable as JSON"),
    ],
)
def test_a_mistake_in_the_map_is_named_with_feature_and_property(
    folder: Path, old: str, new: str, expected: str
) -> None:
    replace(folder / "map.geojson", old, new)
    problems = said(folder)
    assert any(expected in line for line in problems), problems


def test_a_folder_without_a_map_has_none(folder: Path, db: None) -> None:
    (folder / "map.geojson").unlink()
    plan = read_folder(folder)
    assert plan.problems == []
    store_plan(plan)
    assert atlas("430702", 2026) is None


@pytest.fixture
def loaded(db: None, plan: SeasonPlan) -> None:
    store_plan(plan)


def test_a_loaded_map_comes_out_as_it_went_in(loaded: None, plan: SeasonPlan, tmp_path: Path) -> None:
    written = folder_of(Season.objects.get())
    for name, content in written.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    again = read_folder(tmp_path)
    assert again.problems == []
    assert again.map == plan.map
    sheet = MapSheet.objects.get()
    store_plan(again)
    assert MapSheet.objects.get() == sheet  # nothing changed: it keeps its row
    assert folder_of(Season.objects.get()) == written


def test_find_school_knows_every_row_of_the_tables(loaded: None, client: Client) -> None:
    """Its hint asks for road and number, or estate and building: every one that a table names leads to its zone."""
    ends = {(stage, address.rstrip("0123456789号")): (address, zone) for stage, address, zone in listed()}
    for (stage, _road), (address, zone) in ends.items():
        text = client.post(reverse("enrollment:find-school"), {"address": address, "stage": stage}).content.decode()
        assert zone in text, (stage, address)
        assert 'data-qa="answer"' in text, (stage, address)


def test_find_school_knows_the_address_of_every_school(loaded: None, client: Client, plan: SeasonPlan) -> None:
    stages = {plan_["school"]: plan_["stage"] for plan_ in plan.seats}
    own = {code for zone in plan.zones for code in zone.schools}
    assert {school["kind"] for school in plan.schools if school["code"] not in own} == {"private", "migrant"}
    for school in (one for one in plan.schools if one["code"] in own):
        typed = {"address": school["address"], "stage": stages[school["code"]]}
        text = client.post(reverse("enrollment:find-school"), typed).content.decode()
        answer = text.partition('data-qa="answer"')[2].partition("</div>")[0]
        assert school["name"] in answer, school
