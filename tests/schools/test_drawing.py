"""The drawn map: what must be on it is, no name covers another, and a district without a map is drawn, too."""

import itertools
import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from schools.maps.drawing import HIGHEST, LOWEST, WIDTH, Sheet, Site, draw
from schools.maps.labels import Labels
from schools.maps.model import DistrictMap, Road, Water
from schools.matching import Zone
from schools.matching.model import Point

degrees = st.tuples(st.floats(111.6, 111.8), st.floats(28.95, 29.1))
names = st.text("启明路人民大道示例小学abc", min_size=2, max_size=10)


def box(west: float, south: float, side: float = 0.02) -> list[list[list[float]]]:
    east, north = west + side, south + side
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def zone(name: str, *, west: float, south: float = 29.0) -> Zone:
    return Zone(name, name, 2026, "primary", ("P1",), (), box(west, south))


def coordinates(sheet: Sheet) -> list[float]:
    paths = [sheet.boundary, sheet.water, sheet.roads, sheet.ways, *(zone.path for zone in sheet.zones)]
    return [float(number) for path in paths for number in re.findall(r"-?\d+\.\d+", path)]


@settings(deadline=None)
@given(st.lists(st.tuples(names, degrees), min_size=2, max_size=12), st.lists(degrees, min_size=2, max_size=6))
def test_every_school_is_on_the_sheet_and_no_name_covers_another(
    schools: list[tuple[str, Point]], road: list[Point]
) -> None:
    sites = [Site(name, point, number) for number, (name, point) in enumerate(schools, start=1)]
    sheet = draw(DistrictMap(roads=(Road("启明路", tuple(road)),)), [], sites, near=True)
    if sheet is None:  # all of them at one place
        assert len({(round(x, 4), round(y, 4)) for _name, (x, y) in schools}) == 1
        return
    assert len(sheet.marks) == len(sites)
    assert all(0 <= mark.x <= WIDTH and 0 <= mark.y <= sheet.height for mark in sheet.marks)
    assert LOWEST - 1 <= sheet.height <= HIGHEST + 1
    assert 0 < sheet.scale <= WIDTH / 4 + 0.1


@given(st.lists(st.tuples(names, st.floats(0, 340), st.floats(0, 300)), max_size=20))
def test_names_that_are_placed_stand_free_and_inside(wanted: Sequence[tuple[str, float, float]]) -> None:
    labels = Labels(340, 300)
    for name, x, y in wanted:
        labels.beside(x, y, name, "school", size=12, gap=9)
    for one, two in itertools.combinations(labels.taken, 2):
        assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
    assert all(left >= 0 and top >= 0 and right <= 340 and bottom <= 300 for left, top, right, bottom in labels.taken)


def test_a_name_along_a_line_is_never_upside_down() -> None:
    for end in ((300.0, 20.0), (20.0, 280.0), (20.0, 20.0)):
        for line in ([(160.0, 150.0), end], [end, (160.0, 150.0)]):
            labels = Labels(340, 300)
            assert labels.on_line(line, "启明路", "road-name", size=10.5)
            assert -90 < labels.placed[0].turn <= 90


def test_a_name_does_not_stand_where_a_line_bends() -> None:
    labels = Labels(340, 300)
    zigzag = [(20.0 + 6 * at, 150.0 + 12 * (at % 2)) for at in range(30)]
    assert not labels.on_line(zigzag, "洞庭大道", "road-name", size=10.5)


def test_neighbouring_zones_have_different_tints_and_ones_own_is_outlined() -> None:
    zones = [zone("甲", west=111.60), zone("乙", west=111.62), zone("丙", west=111.64)]
    sheet = draw(DistrictMap(), zones, [Site("示例小学", (111.61, 29.01))], own=["乙"])
    assert sheet is not None
    assert sheet.zones[0].tint != sheet.zones[1].tint != sheet.zones[2].tint
    assert [one.name for one in sheet.own_zones] == ["乙"]


def test_a_zone_of_several_parts_is_drawn_whole() -> None:
    parts = [box(111.60, 29.0), box(111.66, 29.0)]
    both = Zone("甲", "甲", 2026, "primary", ("P1",), (), parts)
    sheet = draw(DistrictMap(), [both], [])
    assert sheet is not None
    assert sheet.zones[0].path.count("M") == 2


def test_near_a_home_only_what_lies_around_it_is_drawn() -> None:
    far = Road("远路", ((112.5, 29.5), (112.6, 29.5)))
    near = Road("近路", ((111.69, 29.0), (111.71, 29.0)))
    lake = Water("示例湖", areas=((((111.70, 29.001), (111.702, 29.001), (111.702, 29.003), (111.70, 29.001)),),))
    home = (111.70, 29.0005)
    here = DistrictMap(roads=(far, near), water=(lake,))
    sheet = draw(here, [], [Site("示例小学", (111.705, 29.0), 1)], home=home, near=True)
    assert sheet is not None
    assert sheet.home is not None
    assert sheet.water
    assert [label.text for label in sheet.labels if label.kind == "road-name"] == ["近路"]
    assert all(-2000 < number < 2000 for number in coordinates(sheet))


def test_nothing_that_lies_apart_makes_no_map() -> None:
    assert draw(DistrictMap(), [], []) is None
    assert draw(DistrictMap(), [], [Site("示例小学", (111.7, 29.0))]) is None
