"""Distances, circles and areas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.matching import Zone, ZoneIndex, distance_m, match, within

points = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
SQUARE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
HOLE = [[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6], [0.4, 0.4]]


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert distance_m((121.0, 30.0), (121.0, 31.0)) == pytest.approx(111_195, abs=1)
    assert distance_m((121.0, 60.0), (122.0, 60.0)) == pytest.approx(55_597, abs=10)
    assert distance_m((0.0, 0.0), (180.0, 0.0)) == pytest.approx(20_015_115, abs=10)


@given(points, points)
def test_distance_is_symmetric_and_zero_only_at_the_same_place(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert distance_m(a, b) == pytest.approx(distance_m(b, a))
    assert distance_m(a, a) == 0
    assert 0 <= distance_m(a, b) <= 20_015_116


@pytest.mark.parametrize("point", [(30.0, 121.0), (181.0, 0.0), (float("nan"), 0.0)])
def test_a_point_outside_the_earth_is_an_error(point: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="longitude"):
        distance_m(point, (121.0, 30.0))


def test_within_is_sorted_by_distance_and_includes_the_radius() -> None:
    places = {"far": (121.0, 31.0), "b": (121.0, 30.01), "a": (121.0, 30.01), "here": (121.0, 30.0)}
    radius = distance_m((121.0, 30.0), places["a"])
    assert [place for place, _ in within((121.0, 30.0), places, radius)] == ["here", "a", "b"]
    assert within((121.0, 30.0), {}, 1000) == ()


def test_holes_and_several_parts() -> None:
    other = [[[2.0, 0.0], [3.0, 0.0], [3.0, 1.0], [2.0, 1.0], [2.0, 0.0]]]
    zones = [Zone("z", "学区", 2026, "primary", ("小学",), polygon=[[SQUARE, HOLE], other])]
    outcomes = [match("x", zones, point=point).outcome for point in ((0.2, 0.2), (0.5, 0.5), (2.5, 0.5), (1.5, 0.5))]
    assert outcomes == ["matched", "unknown", "matched", "unknown"]


@pytest.mark.parametrize("polygon", [[[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]], [[[0, 0], [1, 1]]], [], [[]]])
def test_an_area_that_is_none_is_refused_with_the_name_of_its_zone(polygon: list[list[list[list[float]]]]) -> None:
    with pytest.raises(ValueError, match="第一学区"):
        ZoneIndex.build([Zone("z", "第一学区", 2026, "primary", ("小学",), polygon=polygon)])
