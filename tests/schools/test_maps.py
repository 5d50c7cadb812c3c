"""The pure map: plane, houses along roads, ways on foot, and GeoJSON in and out. All geography is made up."""

import itertools
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identifiers.address import parse
from schools.maps.atlas import Atlas
from schools.maps.houses import BESIDE_M, Houses
from schools.maps.model import DistrictMap, NamedPlace, Road, Water
from schools.maps.plane import Plane, along, foot, length, simplified
from schools.maps.reading import read_map, write_map
from schools.maps.walking import DETOUR, Streets, Walk
from schools.matching import distance_m
from schools.matching.model import Point

ORIGIN = (111.69, 29.03)
PLANE = Plane.around(ORIGIN)
metres = st.floats(-20_000, 20_000)
places = st.tuples(metres, metres)
lines = st.lists(places, min_size=2, max_size=12)


def at(east: float, north: float) -> Point:
    longitude, latitude = PLANE.degrees((east, north))
    return round(longitude, 6), round(latitude, 6)


def road(name: str, *line: tuple[float, float], first: int | None = None, last: int | None = None) -> Road:
    return Road(name, tuple(at(*point) for point in line), first, last)


@given(places)
def test_metres_and_degrees_undo_each_other(place: tuple[float, float]) -> None:
    assert PLANE.metres(PLANE.degrees(place)) == pytest.approx(place, abs=1e-6)


@given(places, places)
def test_the_plane_measures_as_the_sphere_does(a: tuple[float, float], b: tuple[float, float]) -> None:
    there = distance_m(PLANE.degrees(a), PLANE.degrees(b))
    assert math.dist(a, b) == pytest.approx(there, rel=0.006, abs=0.5)


@given(lines, st.floats(0, 1))
def test_a_point_along_a_line_lies_on_it(line: list[tuple[float, float]], share: float) -> None:
    point, way = along(line, share * length(line))
    away = min(math.dist(point, foot(point, a, b)[1]) for a, b in itertools.pairwise(line))
    assert away < 1e-3
    assert math.hypot(*way) == pytest.approx(1)


@given(lines, st.floats(1, 500))
def test_what_is_left_out_of_a_line_is_near_it(line: list[tuple[float, float]], tolerance: float) -> None:
    found = simplified(line, tolerance)
    assert (found[0], found[-1]) == (line[0], line[-1])
    assert set(found) <= set(line)
    for point in line:
        nearest = min(math.dist(point, foot(point, a, b)[1]) for a, b in itertools.pairwise(found))
        assert nearest <= tolerance + 1e-6


@given(st.integers(1, 199))
def test_a_house_stands_beside_its_road_odd_left_even_right(number: int) -> None:
    found = Houses([road("启明路", (0, 0), (990, 0), first=1, last=199)], PLANE).point("启明路", number)
    assert found is not None
    east, north = PLANE.metres(found)
    assert east == pytest.approx((number - 1) * 5, abs=0.5)
    assert north == pytest.approx(BESIDE_M if number % 2 else -BESIDE_M, abs=0.2)


@given(st.integers(1, 99))
def test_the_side_of_a_house_does_not_hang_on_how_the_line_was_drawn(number: int) -> None:
    forth = Houses([road("路", (0, 0), (900, 40), first=1, last=99)], PLANE).point("路", number)
    back = Houses([road("路", (900, 40), (0, 0), first=99, last=1)], PLANE).point("路", number)
    assert forth is not None
    assert back is not None
    assert PLANE.metres(forth) == pytest.approx(PLANE.metres(back), abs=0.01)


TOWN = DistrictMap(
    roads=(
        road("启明路", (0, 0), (1000, 0), first=1, last=199),
        road("人民路", (1000, 0), (1000, 1000), first=2, last=200),
        road("", (0, 0), (0, 1000)),
    ),
    water=(Water("示例河", areas=(((at(0, 0), at(9, 0), at(9, 9), at(0, 0)),),)),),
    places=(NamedPlace("长庚示例苑", at(500, 60)), NamedPlace("示例村", at(-200, 0))),
    boundary=(((at(-500, -500), at(1500, -500), at(1500, 1500), at(-500, -500)),),),
)


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("启明路101号", (505, 15)),
        ("湖南省常德市武陵区启明路１０１号3栋501室", (505, 15)),
        ("启明路101-2号", (505, 15)),
        ("启明路201号", None),
        ("启明路", None),
        ("长庚示例苑3栋501", (500, 60)),
        ("启明路900号长庚示例苑3栋", (500, 60)),  # no such number is known, the estate is
        ("示例村3组", (-200, 0)),
        ("湖南省长沙市岳麓区启明路101号", None),  # another city's road
        ("光明路1号", None),
    ],
)
def test_an_address_gets_its_point_from_the_map(address: str, there: tuple[float, float] | None) -> None:
    found = Atlas(TOWN, "湖南省常德市武陵区").locate(parse(address))
    assert (found is None) == (there is None)
    if found is not None and there is not None:
        assert PLANE.metres(found) == pytest.approx(there, abs=1)


def test_a_walk_follows_the_roads() -> None:
    walks = Atlas(TOWN).walks(at(0, 500), {"round": at(1000, 500), "same": at(0, 900), "near": at(20, 510)})
    assert walks["round"] == Walk(2000, by_road=True)  # down, along and up again: no road leads across
    assert walks["same"] == Walk(400, by_road=True)
    assert walks["near"].metres == 30
    assert (walks["round"].minutes, walks["near"].minutes) == (25, 1)


def test_where_no_road_is_the_straight_line_counts_with_its_factor() -> None:
    far = at(5000, 5000)
    assert Streets(TOWN.roads, PLANE).walks(at(0, 0), {"x": far})["x"] == Walk(
        round(math.hypot(5000, 5000) * DETOUR / 10) * 10, by_road=False
    )
    assert Streets([], PLANE).walks(at(0, 0), {"x": at(1000, 0)})["x"] == Walk(1300, by_road=False)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=6, unique=True))
def test_in_a_grid_a_walk_is_the_way_round_the_blocks(corners: list[tuple[int, int]]) -> None:
    grid = [road("", *[(x * 200.0, y * 200.0) for x in range(10)]) for y in range(10)]
    grid += [road("", *[(x * 200.0, y * 200.0) for y in range(10)]) for x in range(10)]
    (home, *others) = corners
    walks = Streets(grid, PLANE).walks(
        at(home[0] * 200, home[1] * 200), {f"{x},{y}": at(x * 200, y * 200) for x, y in others}
    )
    for x, y in others:
        walk = walks[f"{x},{y}"]
        assert walk.by_road
        assert walk.metres == pytest.approx(200 * (abs(x - home[0]) + abs(y - home[1])), abs=10)


def test_a_map_is_the_same_after_writing_and_reading() -> None:
    found, errors = read_map(json.loads(json.dumps(write_map(TOWN, note="合成数据"))))
    assert errors == ()
    assert found == TOWN


def feature(kind: str, shape: str, coordinates: object, **properties: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": {"kind": kind, **properties},
        "geometry": {"type": shape, "coordinates": coordinates},
    }


LINE = [[111.69, 29.03], [111.70, 29.03]]
WRONG = [
    ("kind", feature("river", "LineString", LINE)),
    ("geometry", feature("road", "Point", LINE[0])),
    ("geometry", feature("road", "LineString", [[29.03, 111.69], [29.03, 111.70]])),
    ("geometry", feature("road", "LineString", [[111.69, 29.03]])),
    ("geometry", feature("road", "LineString", [[111.69, "29.03"], [111.70, 29.03]])),
    ("geometry", feature("road", "LineString", [[float("nan"), 29.03], [111.70, 29.03]])),
    ("geometry", feature("road", "LineString", 7)),
    ("geometry", feature("water", "Polygon", [LINE])),
    ("geometry", feature("water", "Polygon", [[*LINE, [111.7, 29.04], [111.7, 29.05]]])),
    ("from", feature("road", "LineString", LINE, name="启明路", to=99)),
    ("to", feature("road", "LineString", LINE, name="启明路", **{"from": 1, "to": "99"})),
    ("from", feature("road", "LineString", LINE, name="启明路", **{"from": 0, "to": 99})),
    ("from", feature("road", "LineString", LINE, name="人民路", **{"from": 60, "to": 99})),
    ("name", feature("road", "LineString", LINE, **{"from": 1, "to": 99})),
    ("name", feature("road", "LineString", LINE, name="路" * 90)),
    ("parity", feature("road", "LineString", LINE, name="启明路", parity="both", **{"from": 1, "to": 99})),
    ("geometry", feature("road", "MultiLineString", [LINE, LINE], name="启明路", **{"from": 1, "to": 99})),
    ("name", feature("place", "Point", LINE[0])),
    ("name", feature("place", "Point", LINE[0], name="示例村")),
    ("", {"type": "Feature", "geometry": None, "properties": {"kind": "road"}}),
    ("", 7),
]
GOOD = [
    feature("road", "LineString", LINE, name="人民路", **{"from": 1, "to": 60}),
    feature("place", "Point", LINE[0], name="示例村"),
]


@pytest.mark.parametrize(("column", "wrong"), WRONG)
def test_a_mistake_is_named_with_its_feature_and_the_rest_is_read(column: str, wrong: object) -> None:
    found, errors = read_map({"type": "FeatureCollection", "features": [*GOOD, wrong]})
    assert [(error.feature, error.column) for error in errors] == [(3, column)]
    assert (len(found.roads), len(found.places)) == (1, 1)


def test_both_sides_of_a_road_may_be_two_lines() -> None:
    odd = feature("road", "LineString", LINE, name="人民路", parity="单号", **{"from": 101, "to": 199})
    even = feature("road", "LineString", LINE, name="人民路", parity="even", **{"from": 100, "to": 198})
    found, errors = read_map({"type": "FeatureCollection", "features": [*GOOD, odd, even]})
    assert errors == ()
    assert [one.parity for one in found.roads] == ["all", "odd", "even"]


@pytest.mark.parametrize("body", [None, [], {}, {"type": "FeatureCollection"}, {"type": "Feature", "features": []}])
def test_what_is_no_collection_is_said_once(body: object) -> None:
    assert [error.feature for error in read_map(body)[1]] == [0]


def test_other_coordinates_than_wgs_84_are_refused() -> None:
    def system(name: str) -> list[str]:
        crs = {"type": "name", "properties": {"name": name}}
        body = {"type": "FeatureCollection", "features": GOOD, "crs": crs}
        return [error.column for error in read_map(body)[1]]

    assert system("urn:ogc:def:crs:EPSG::4526") == ["crs"]
    assert system("urn:ogc:def:crs:OGC:1.3:CRS84") == system("urn:ogc:def:crs:EPSG::4490") == []
