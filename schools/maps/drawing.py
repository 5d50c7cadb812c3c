"""A sheet of the map as numbers for an SVG: zones, water, roads with names, schools, the home. North is up."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from schools.maps.labels import Label, Labels
from schools.maps.model import DistrictMap, Water
from schools.maps.plane import Metres, Plane, length, simplified
from schools.matching.model import Point, Zone

WIDTH, LOWEST, HIGHEST = 340.0, 200.0, 300.0  # units: a pixel each on a narrow phone
MARGIN = 26.0
FINEST = 0.4  # units that nobody sees
DIGITS = 6  # to which corners of neighbours are one
CLOSEST_M = 1_400.0  # the least that a sheet shows from side to side
TINTS = 5
SCHOOL, NAME = 12.0, 10.5  # sizes of letters
MARK, DOT = 9.0, 4.0  # radius of a numbered and of another school


@dataclass(frozen=True, slots=True)
class Site:
    """A school to show: numbered as in the list beside the map (0: not in the list)."""

    name: str
    point: Point
    number: int = 0
    own: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    number: int
    own: bool
    name: str


@dataclass(frozen=True, slots=True)
class Shape:
    """An area: the ``d`` of a path, the number of its tint, whether it is one's own."""

    path: str
    tint: int
    own: bool
    name: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing; all lengths in units of its view box."""

    width: float
    height: float
    boundary: str
    zones: tuple[Shape, ...]
    water: str
    streams: str
    roads: str
    ways: str
    marks: tuple[Mark, ...]
    home: Metres | None
    labels: tuple[Label, ...]
    scale: float  # length of the scale bar
    scale_metres: int

    @property
    def bar_y(self) -> float:
        """Where the scale bar stands, and ``bar_end`` where its words begin."""
        return round(self.height - 12, 1)

    @property
    def bar_end(self) -> float:
        return round(self.scale + 13, 1)

    @property
    def hole(self) -> float:
        """The middle of the pin's head, above the home."""
        return round(self.home[1] - 13, 1) if self.home else 0.0

    @property
    def has_own(self) -> bool:
        return any(mark.own for mark in self.marks)

    @property
    def own_zones(self) -> tuple[Shape, ...]:
        """Their outlines are drawn once more, above the roads."""
        return tuple(zone for zone in self.zones if zone.own)


class _Pen:
    """From degrees to the sheet, and lines as the ``d`` of paths."""

    def __init__(self, plane: Plane, window: tuple[float, float, float, float]) -> None:
        west, south, east, north = window
        self._plane, self._west, self._north = plane, west, north
        self.scale = WIDTH / (east - west)
        self.height = round((north - south) * self.scale, 1)

    def at(self, point: Point) -> Metres:
        x, y = self._plane.metres(point)
        return (x - self._west) * self.scale, (self._north - y) * self.scale

    def seen(self, line: Sequence[Metres]) -> bool:
        """Whether any of it may lie on the sheet."""
        xs, ys = [x for x, _y in line], [y for _x, y in line]
        return min(xs) < WIDTH and max(xs) > 0 and min(ys) < self.height and max(ys) > 0

    def path(self, lines: Iterable[Sequence[Point]], *, closed: bool = False) -> str:
        drawn = [line for points in lines if self.seen(line := [self.at(point) for point in points])]
        return "".join(_path(simplified(line, FINEST), closed=closed) for line in drawn)


def _path(line: Sequence[Metres], *, closed: bool) -> str:
    told = [f"{x:.1f} {y:.1f}" for x, y in (line[:-1] if closed else line)]
    return f"M{'L'.join(told)}{'Z' if closed else ''}"


def draw(
    found: DistrictMap,
    zones: Sequence[Zone],
    sites: Sequence[Site],
    *,
    own: Collection[str] = (),
    home: Point | None = None,
    near: bool = False,
) -> Sheet | None:
    """The whole district; with ``near`` only what lies around the home and the numbered schools.

    ``own`` are the ids of the home's zones. None where there are no two places to draw apart.
    """
    drawn = {zone.id: rings for zone in zones if (rings := rings_of(zone))}
    shown = _shown(found, drawn, sites, own, home, near=near)
    if not shown:
        return None
    plane = Plane.around(shown[0])
    window = _window([plane.metres(point) for point in shown])
    if window is None:
        return None
    pen = _Pen(plane, window)
    named = joined(found)
    marks = _marks(pen, sites)
    spot = pen.at(home) if home else None
    bar = _bar(pen.scale)
    return Sheet(
        width=WIDTH,
        height=pen.height,
        boundary=pen.path((ring for area in found.boundary for ring in area), closed=True),
        zones=_shapes(pen, zones, drawn, own),
        water=pen.path((ring for water in found.water for area in water.areas for ring in area), closed=True),
        streams=pen.path(line for water in found.water for line in water.lines),
        roads=pen.path(line for lines in named.values() for line in lines),
        ways=pen.path(road.line for road in found.roads if not road.name),
        marks=marks,
        home=_rounded(spot) if spot else None,
        labels=_names(pen, found.water, named, marks, spot),
        scale=round(bar * pen.scale, 1),
        scale_metres=bar,
    )


def shape_of(zone: Zone) -> str:
    """What GeoJSON calls the area of a zone that has one."""
    first = zone.polygon[0][0][0] if zone.polygon else 0.0
    return "Polygon" if isinstance(first, int | float) else "MultiPolygon"


def rings_of(zone: Zone) -> list[list[Point]]:
    """Every ring of a zone's area, of one polygon or of several."""
    if not zone.polygon:
        return []
    areas: Sequence[Any] = zone.polygon if shape_of(zone) == "MultiPolygon" else [zone.polygon]
    return [[(float(point[0]), float(point[1])) for point in ring] for area in areas for ring in area]


def _shown(
    found: DistrictMap,
    drawn: Mapping[str, list[list[Point]]],
    sites: Sequence[Site],
    own: Collection[str],
    home: Point | None,
    *,
    near: bool,
) -> list[Point]:
    """What must be on the sheet."""
    if near:
        points = [site.point for site in sites if site.number] + ([home] if home else [])
        return points if home else points + [point for name in own for ring in drawn.get(name, ()) for point in ring]
    points = [point for area in found.boundary for ring in area for point in ring]
    if points:
        return points
    return [site.point for site in sites] + [point for rings in drawn.values() for ring in rings for point in ring]


def _window(places: Sequence[Metres]) -> tuple[float, float, float, float] | None:
    """West, south, east and north of the sheet in metres, with a margin and a shape that fits a phone."""
    west, east = min(x for x, _y in places), max(x for x, _y in places)
    south, north = min(y for _x, y in places), max(y for _x, y in places)
    if east - west < 1 and north - south < 1:
        return None
    inside = WIDTH - 2 * MARGIN
    scale = inside / max(east - west, CLOSEST_M)
    scale = min(scale, (HIGHEST - 2 * MARGIN) / max(north - south, 1.0))
    wide = WIDTH / scale
    high = max((north - south) + 2 * MARGIN / scale, LOWEST / scale)
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _marks(pen: _Pen, sites: Sequence[Site]) -> tuple[Mark, ...]:
    """Those with a number last, so that they lie on top."""
    placed = [(site, pen.at(site.point)) for site in sorted(sites, key=lambda one: -one.number if one.number else -999)]
    return tuple(
        Mark(*_rounded(spot), site.number, site.own, site.name)
        for site, spot in placed
        if -DOT < spot[0] < WIDTH + DOT and -DOT < spot[1] < pen.height + DOT
    )


def _shapes(
    pen: _Pen, zones: Sequence[Zone], drawn: Mapping[str, list[list[Point]]], own: Collection[str]
) -> tuple[Shape, ...]:
    """Zones with tints of which no two neighbours have the same, as far as five tints go."""
    corners = {
        name: {(round(point[0], DIGITS), round(point[1], DIGITS)) for ring in rings for point in ring}
        for name, rings in drawn.items()
    }
    tints: dict[str, int] = {}
    found = []
    for zone in zones:
        if zone.id not in drawn:
            continue
        beside = {tints[name] for name in tints if len(corners[name] & corners[zone.id]) > 1}
        tints[zone.id] = next((tint for tint in range(TINTS) if tint not in beside), 0)
        path = pen.path(drawn[zone.id], closed=True)
        if path:
            found.append(Shape(path, tints[zone.id], zone.id in own, zone.name))
    return tuple(found)


def joined(found: DistrictMap) -> dict[str, list[list[Point]]]:
    """The pieces of each named road, put together where one ends as the next begins."""
    lines: dict[str, list[list[Point]]] = defaultdict(list)
    for road in found.roads:
        if not road.name:
            continue
        last = lines[road.name][-1] if lines[road.name] else None
        if last and last[-1] == road.line[0]:
            last += road.line[1:]
        else:
            lines[road.name].append(list(road.line))
    return lines


def _names(
    pen: _Pen,
    waters: Sequence[Water],
    named: Mapping[str, list[list[Point]]],
    marks: Sequence[Mark],
    home: Metres | None,
) -> tuple[Label, ...]:
    """Schools first (one's own, then as they are numbered), then water, then roads."""
    labels = Labels(WIDTH, pen.height)
    labels.taken.append((0, pen.height - 24, WIDTH / 3, pen.height))  # the scale bar
    if home:
        labels.keep_free(home[0], home[1] - 8, 11)
    for mark in marks:
        labels.keep_free(mark.x, mark.y, MARK if mark.number else DOT)
    for mark in sorted(marks, key=lambda one: (not one.own, one.number or 999)):
        kind = "own-school" if mark.own else "school"
        labels.beside(mark.x, mark.y, mark.name, kind, size=SCHOOL, gap=MARK if mark.number else DOT)
    for water in waters:
        middles: list[Sequence[Point]] = [*water.lines, *(_middle(area[0]) for area in water.areas)]
        for line in middles if water.name else ():
            if labels.on_line(_visible(pen, line), water.name, "water-name", size=NAME):
                break
    for name, lines in named.items():
        for piece in sorted((_visible(pen, line) for line in lines), key=length, reverse=True):
            if labels.on_line(piece, name, "road-name", size=NAME):
                break
    return tuple(labels.placed)


def _middle(ring: Sequence[Point]) -> list[Point]:
    """The line between both banks of a river, or across a lake: from every point to the one over against it."""
    count = (len(ring) - 1) // 2
    return [
        ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(ring[:count], ring[-2 : -count - 2 : -1], strict=False)
    ]


def _visible(pen: _Pen, line: Sequence[Point]) -> list[Metres]:
    """The longest stretch of a line that lies on the sheet, cut at its edge."""
    spots = list(map(pen.at, line))
    stretches: list[list[Metres]] = [[]]
    for spot in _close(spots) if pen.seen(spots) else ():
        if 0 < spot[0] < WIDTH and 0 < spot[1] < pen.height:
            stretches[-1].append(spot)
        elif stretches[-1]:
            stretches.append([])
    best = max(stretches, key=length)
    return best if len(best) > 1 else [(0.0, 0.0), (0.0, 0.0)]


def _close(line: Sequence[Metres]) -> Iterator[Metres]:
    """The line with a point at least every twelve units."""
    for a, b in pairwise(line):
        steps = min(500, max(1, math.ceil(math.dist(a, b) / 12)))
        yield from ((a[0] + (b[0] - a[0]) * at / steps, a[1] + (b[1] - a[1]) * at / steps) for at in range(steps))
    yield line[-1]


def _bar(scale: float) -> int:
    """Metres of the scale bar: a round number, about a fifth of the sheet."""
    most = WIDTH / 4 / scale
    power = 10 ** math.floor(math.log10(most))
    return int(max(step * power for step in (1, 2, 5) if step * power <= most))


def _rounded(spot: Metres) -> Metres:
    return round(spot[0], 1), round(spot[1], 1)
