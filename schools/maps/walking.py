"""How far it is on foot: along the roads where they lead there, else the straight way with a stated factor."""

import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schools.maps.model import Road
from schools.maps.plane import Metres, Plane, foot
from schools.matching.model import Point

DETOUR = 1.3  # a walk in a town is so much longer than the straight line, where no road is known
METRES_A_MINUTE = 80  # an adult with a child
REACH_M = 400.0  # from a door to the nearest road; farther away the roads say nothing
CELL_M = 250.0
FARTHEST_M = 15_000.0


@dataclass(frozen=True, slots=True)
class Walk:
    """A way on foot, to ten metres; ``by_road`` is False where it is the straight line times ``DETOUR``."""

    metres: int
    by_road: bool

    @property
    def minutes(self) -> int:
        return max(1, round(self.metres / METRES_A_MINUTE))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A straight piece of road between two crossings or bends."""

    a: int
    b: int
    metres: float


class Streets:
    """The roads as a net. Built once from the roads of a map; ``walks`` answers for one home."""

    def __init__(self, roads: Iterable[Road], plane: Plane) -> None:
        self._plane = plane
        self._places: list[Metres] = []
        self._ways: list[list[tuple[int, float]]] = []
        self._stretches: list[_Stretch] = []
        known: dict[Point, int] = {}
        for road in roads:
            at = [self._corner(known, point) for point in road.line]
            for a, b in itertools.pairwise(at):
                self._join(a, b)
        self._cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, one in enumerate(self._stretches):
            for cell in _cells(self._places[one.a], self._places[one.b]):
                self._cells[cell].append(index)

    def _corner(self, known: dict[Point, int], point: Point) -> int:
        key = (round(point[0], 6), round(point[1], 6))
        if key not in known:
            known[key] = len(self._places)
            self._places.append(self._plane.metres(point))
            self._ways.append([])
        return known[key]

    def _join(self, a: int, b: int) -> None:
        metres = math.dist(self._places[a], self._places[b])
        if a != b:
            self._ways[a].append((b, metres))
            self._ways[b].append((a, metres))
            self._stretches.append(_Stretch(a, b, metres))

    def walks(self, home: Point, targets: Mapping[str, Point]) -> dict[str, Walk]:
        """The way from a home to each target."""
        start = self._door(self._plane.metres(home))
        doors = {name: self._door(self._plane.metres(point)) for name, point in targets.items()}
        wanted = {corner for door in doors.values() if door for corner in door.corners}
        reached = self._reached(start, wanted) if start else {}
        return {name: self._walk(home, targets[name], start, doors[name], reached) for name in targets}

    def _walk(
        self, home: Point, target: Point, start: "_Door | None", end: "_Door | None", reached: Mapping[int, float]
    ) -> Walk:
        straight = math.dist(self._plane.metres(home), self._plane.metres(target))
        ways = [reached[corner] + metres for corner, metres in end.corners.items() if corner in reached] if end else []
        if start and end and start.stretch == end.stretch:  # both at one piece of road
            ways.append(start.to + end.to + math.dist(start.place, end.place))
        if not ways:
            return Walk(_tens(straight * DETOUR), by_road=False)
        return Walk(_tens(max(straight, min(ways))), by_road=True)

    def _door(self, place: Metres) -> "_Door | None":
        """From a place to the nearest road, and from there to both ends of that piece."""
        best: tuple[float, int, float, Metres] | None = None
        for index in self._around(place):
            one = self._stretches[index]
            share, on_road = foot(place, self._places[one.a], self._places[one.b])
            found = (math.dist(place, on_road), index, share, on_road)
            best = found if best is None or found < best else best
        if best is None or best[0] > REACH_M:
            return None
        to, index, share, on_road = best
        one = self._stretches[index]
        corners = {one.a: to + share * one.metres, one.b: to + (1 - share) * one.metres}
        return _Door(index, to, on_road, corners)

    def _around(self, place: Metres) -> Iterable[int]:
        middle = (math.floor(place[0] / CELL_M), math.floor(place[1] / CELL_M))
        reach = math.ceil(REACH_M / CELL_M)
        for east in range(-reach, reach + 1):
            for north in range(-reach, reach + 1):
                yield from self._cells.get((middle[0] + east, middle[1] + north), ())

    def _reached(self, start: "_Door", wanted: set[int]) -> dict[int, float]:
        """The shortest ways from a door to the wanted corners (Dijkstra)."""
        settled: dict[int, float] = {}
        line = [(metres, corner) for corner, metres in start.corners.items()]
        heapq.heapify(line)
        left = set(wanted)
        while line and left:
            metres, corner = heapq.heappop(line)
            if corner in settled:
                continue
            if metres > FARTHEST_M:
                break
            settled[corner] = metres
            left.discard(corner)
            for other, step in self._ways[corner]:
                if other not in settled:
                    heapq.heappush(line, (metres + step, other))
        return settled


@dataclass(frozen=True, slots=True)
class _Door:
    stretch: int
    to: float  # metres to the road
    place: Metres  # on the road
    corners: Mapping[int, float]  # metres from the home to both ends of the piece


def _tens(metres: float) -> int:
    return max(10, round(metres / 10) * 10)


def _cells(a: Metres, b: Metres) -> set[tuple[int, int]]:
    """The squares that a straight piece passes (looked at often enough to miss none that matters)."""
    steps = max(1, math.ceil(math.dist(a, b) / (CELL_M / 2)))
    return {
        (
            math.floor((a[0] + (b[0] - a[0]) * at / steps) / CELL_M),
            math.floor((a[1] + (b[1] - a[1]) * at / steps) / CELL_M),
        )
        for at in range(steps + 1)
    }
