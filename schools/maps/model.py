"""The words of a district's map."""

from collections.abc import Sequence
from dataclasses import dataclass

from schools.matching.model import Parity, Point

Line = tuple[Point, ...]
Area = tuple[Line, ...]  # the outer ring, then its holes


@dataclass(frozen=True, slots=True)
class Road:
    """A piece of a road; ``first`` and ``last`` are the house numbers at its two ends, None where it has none.

    An unnamed piece is a way on foot that nobody lives on. Pieces meet where they share a point.
    """

    name: str
    line: Line
    first: int | None = None
    last: int | None = None
    parity: Parity = "all"


@dataclass(frozen=True, slots=True)
class Water:
    """A river or a lake, by its areas or by its middle lines."""

    name: str
    areas: tuple[Area, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """An estate or a village that people know by its name."""

    name: str
    point: Point


@dataclass(frozen=True, slots=True)
class DistrictMap:
    """Everything that ``map.geojson`` of a season's folder says."""

    boundary: tuple[Area, ...] = ()
    roads: tuple[Road, ...] = ()
    water: tuple[Water, ...] = ()
    places: tuple[NamedPlace, ...] = ()

    @property
    def points(self) -> Sequence[Point]:
        """Every point, to see how far the map reaches."""
        found = [point for area in self.boundary for ring in area for point in ring]
        found += [point for road in self.roads for point in road.line]
        found += [point for water in self.water for area in water.areas for ring in area for point in ring]
        found += [point for water in self.water for line in water.lines for point in line]
        return found + [place.point for place in self.places]


def locating(found: DistrictMap) -> tuple[frozenset[Road], frozenset[NamedPlace]]:
    """What of a map says where an address lies: the rest is only drawn and walked on."""
    return frozenset(road for road in found.roads if road.first is not None), frozenset(found.places)
