"""A district's map prepared for many questions: where an address lies, how far each school is on foot."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from identifiers.address import Address, parse
from schools.maps.houses import Houses
from schools.maps.model import DistrictMap
from schools.maps.plane import Plane
from schools.maps.walking import Streets, Walk
from schools.matching.model import Point
from schools.matching.points import one_place

_NUMBER = re.compile(r"[0-9]+")
BEYOND_M = 2_000.0  # a drawing shows at most this and its own size beyond what it must show
NOWHERE: Point = (111.7, 29.0)  # where the plane of an empty map lies: any point of the country does


class Atlas:
    """Built once from a map; ``division`` is the district's full name: a road of the same name elsewhere is another."""

    def __init__(self, found: DistrictMap, division: str = "") -> None:
        self.map = found
        self.plane = Plane.around(_middle(found))
        self._division = division
        self._houses = Houses(found.roads, self.plane)
        self._streets = Streets(found.roads, self.plane)
        self._boxes = [_box(road.line) for road in found.roads]
        self._places: dict[str, list[tuple[str, Point]]] = defaultdict(list)
        for place in found.places:
            parts = parse(place.name)
            for name in dict.fromkeys((parts.village + parts.estate, parts.estate, parts.village)):
                if name:
                    self._places[name].append((parts.division, place.point))

    def locate(self, address: Address) -> Point | None:
        """Where an address lies: its house on the road, else its estate or village. None where the map says neither."""
        if not one_place(self._division, address.division):
            return None
        number = _NUMBER.search(address.number)
        if address.road and number and (house := self._houses.point(address.road, int(number[0]))) is not None:
            return house
        for name in dict.fromkeys((address.village + address.estate, address.estate, address.village)):
            here = {point for division, point in self._places.get(name, ()) if one_place(division, address.division)}
            if here:
                return here.pop() if len(here) == 1 else None
        return None

    def around(self, points: Sequence[Point]) -> DistrictMap:
        """The map with only those roads that a drawing of these points may show: a county has many."""
        west, south, east, north = _box(points)
        reach = max((east - west) * self.plane.east, (north - south) * self.plane.north) + BEYOND_M
        across, up = reach / self.plane.east, reach / self.plane.north
        roads = (
            road
            for road, box in zip(self.map.roads, self._boxes, strict=True)
            if box[0] <= east + across and box[2] >= west - across and box[1] <= north + up and box[3] >= south - up
        )
        return replace(self.map, roads=tuple(roads))

    def walks(self, home: Point, targets: Mapping[str, Point]) -> dict[str, Walk]:
        """The way on foot from a home to each target."""
        return self._streets.walks(home, targets)


def _box(points: Sequence[Point]) -> tuple[float, float, float, float]:
    """West, south, east and north of some points."""
    east, north = [point[0] for point in points], [point[1] for point in points]
    return min(east), min(north), max(east), max(north)


def _middle(found: DistrictMap) -> Point:
    points = found.points
    if not points:
        return NOWHERE
    west, south, east, north = _box(points)
    return (west + east) / 2, (south + north) / 2
