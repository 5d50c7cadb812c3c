"""A plane in metres around a point of the WGS 84 ellipsoid: good to a thousandth within 100 km, as a county needs."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from schools.matching.model import Point

AXIS_M, FLATTENING = 6_378_137.0, 1 / 298.257223563
Metres = tuple[float, float]  # east and north of the origin


@dataclass(frozen=True, slots=True)
class Plane:
    """``metres`` and ``degrees`` undo each other."""

    origin: Point
    east: float  # metres of a degree of longitude
    north: float

    @classmethod
    def around(cls, origin: Point) -> "Plane":
        """The plane that touches the ellipsoid in ``origin``."""
        squared = FLATTENING * (2 - FLATTENING)  # of the eccentricity
        phi = math.radians(origin[1])
        root = math.sqrt(1 - squared * math.sin(phi) ** 2)
        across, along = AXIS_M / root, AXIS_M * (1 - squared) / root**3
        return cls(origin, math.radians(1) * across * math.cos(phi), math.radians(1) * along)

    def metres(self, point: Sequence[float]) -> Metres:
        return (point[0] - self.origin[0]) * self.east, (point[1] - self.origin[1]) * self.north

    def degrees(self, place: Metres) -> Point:
        return self.origin[0] + place[0] / self.east, self.origin[1] + place[1] / self.north


def length(line: Sequence[Metres]) -> float:
    """How long a line is."""
    return sum(math.dist(a, b) for a, b in itertools.pairwise(line))


def along(line: Sequence[Metres], distance: float) -> tuple[Metres, Metres]:
    """The point so far along a line, and the direction there (of length one); its ends where it is shorter."""
    left = max(0.0, distance)
    here, way = line[0], (1.0, 0.0)
    for a, b in itertools.pairwise(line):
        step = math.dist(a, b)
        if not step:
            continue
        way = ((b[0] - a[0]) / step, (b[1] - a[1]) / step)
        here = b
        if left <= step:
            return (a[0] + way[0] * left, a[1] + way[1] * left), way
        left -= step
    return here, way


def foot(point: Metres, a: Metres, b: Metres) -> tuple[float, Metres]:
    """Where on the stretch from a to b a point is nearest: the share of the way (0 to 1), and the place."""
    across, up = b[0] - a[0], b[1] - a[1]
    squared = across * across + up * up
    share = ((point[0] - a[0]) * across + (point[1] - a[1]) * up) / squared if squared else 0.0
    share = min(1.0, max(0.0, share))
    return share, (a[0] + across * share, a[1] + up * share)


def simplified(line: Sequence[Metres], tolerance: float) -> list[Metres]:
    """Fewer points of a line, none of those left out farther than ``tolerance`` from it (Douglas and Peucker)."""
    if len(line) < 3:
        return list(line)
    keep = {0, len(line) - 1}
    open_ones = [(0, len(line) - 1)]
    while open_ones:
        low, high = open_ones.pop()
        far, at = tolerance, 0
        for index in range(low + 1, high):
            away = math.dist(line[index], foot(line[index], line[low], line[high])[1])
            if away > far:
                far, at = away, index
        if at:
            keep.add(at)
            open_ones += [(low, at), (at, high)]
    return [line[index] for index in sorted(keep)]
