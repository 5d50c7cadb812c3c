"""Made-up geography for an example district: roads with house numbers, a river, a lake, zones and a boundary.

    python -m synthetic.geography examples/wuling

The zones lie like beads on a string that winds through three rows of six; each road follows the string through the
zones in which the tables name it, on one of three lanes, so that every zone holds exactly its own numbers. The grid is
then bent a little. Nothing of it is a real place, and the files say so.
"""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shapely import get_parts, union_all
from shapely.geometry import Polygon

from schools.maps.model import Area, DistrictMap, Line, NamedPlace, Road, Water
from schools.maps.plane import Plane
from schools.maps.reading import DIGITS, write_map
from schools.matching.model import Point

NOTE: Final = "合成数据：道路、水系、学区边界和坐标均为示例虚构，不对应任何真实地点。Made up: no real place."
COLUMNS, WIDE, HIGH = 6, 1200.0, 1500.0  # metres of a zone
LANE = 300.0  # metres between the three roads of a zone
STEPS = 16  # points of a road in a zone
CORNER: Final[Point] = (111.633, 28.984)
BRIDGES: Final = (1, 3)  # columns where a way leads over the river
OUTSIDE = 220.0  # the boundary from the outermost zones
INSIDE = 45.0  # a school or an estate from the middle of its road
RIVER, MEANDER = 60.0, 45.0  # half its width, and how far it swings
Flat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Zones:
    """The tables of an example as the geography needs them."""

    primary: tuple[str, ...]  # zone names in the order of the string
    junior: tuple[tuple[str, int], ...]  # (zone, position of a primary zone inside it)
    kindergarten: tuple[tuple[str, int], ...]  # likewise; none where the example has no kindergartens
    roads: tuple[str, ...]  # in the order in which the string meets them
    estates: tuple[tuple[str, str, int, int], ...]  # name, road, number, position of the zone


def read_zones(folder: Path) -> Zones:
    rows = list(_rows(folder / "estates.csv"))
    primary = tuple(dict.fromkeys(row["zone"] for row in rows))
    at = {name: position for position, name in enumerate(primary)}
    junior, kindergarten = (
        tuple(dict.fromkeys((row[f"{stage}_zone"], at[row["zone"]]) for row in rows if row.get(f"{stage}_zone")))
        for stage in ("junior", "kindergarten")
    )
    estates = tuple((row["name"], row["road"], int(row["number"]), at[row["zone"]]) for row in rows)
    return Zones(primary, junior, kindergarten, tuple(dict.fromkeys(row["road"] for row in rows)), estates)


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def flat(u: float, off: float) -> Flat:
    """Where the string is after ``u`` zones, ``off`` metres to its left; on the grid before it is bent."""
    zone = min(int(u), COLUMNS * 3 - 1)
    share, row = u - zone, zone // COLUMNS
    east = row % 2 == 0
    column = zone % COLUMNS if east else COLUMNS - 1 - zone % COLUMNS
    left, bottom = column * WIDE, row * HIGH
    in_row, angle = zone % COLUMNS, share * math.pi / 2
    side = -off if (in_row == COLUMNS - 1) == east else off
    across, up = WIDE / 2 + side, HIGH / 2 + side
    last = COLUMNS * 3 - 1
    if in_row == COLUMNS - 1 and zone != last:  # the string turns up into the next row
        middle = left if east else left + WIDE
        way = 1 if east else -1
        return middle + way * across * math.sin(angle), bottom + HIGH - up * math.cos(angle)
    if in_row == 0 and row:  # and leaves the turn
        middle = left if not east else left + WIDE
        way = 1 if not east else -1
        return middle + way * across * math.cos(angle), bottom + up * math.sin(angle)
    if east:
        return left + share * WIDE, bottom + HIGH / 2 + off
    return left + WIDE - share * WIDE, bottom + HIGH / 2 - off


def bent(place: Flat) -> Flat:
    """The grid, bent and turned a little: no two places become one."""
    x, y = place
    east = x + 90 * math.sin(y / 1100 + 0.5) + 40 * math.sin(x / 900)
    north = y + 80 * math.sin(x / 1300) + 30 * math.sin(y / 700)
    turn = math.radians(4)
    return east * math.cos(turn) - north * math.sin(turn), east * math.sin(turn) + north * math.cos(turn)


_PLANE: Final = Plane.around(CORNER)


def degrees(place: Flat) -> Point:
    longitude, latitude = _PLANE.degrees(bent(place))
    return round(longitude, DIGITS), round(latitude, DIGITS)


def lane(road: int) -> float:
    """The lane of a road, in metres to the left of the string."""
    return (road % 3 - 1) * LANE


def spans(road: int, zones: int) -> list[tuple[float, float, int, int]]:
    """The pieces of a road that have house numbers: (from, to) along the string and the numbers at both ends.

    Each lies inside one zone, a little away from its borders.
    """
    edge = 1 / STEPS
    found: list[tuple[float, float, int, int]] = []
    for zone, low, high in ((road - 2, 20 * road - 34, 20 * road - 17), (road - 1, 20 * road - 16, 20 * road + 1)):
        if 0 <= zone < zones:
            found.append((zone + 0.25, zone + 1 - edge, low, high))
    if road < zones:
        found.append((road + edge, road + 0.375, 20 * road + 2, 20 * road + 18))
        found.append((road + 0.375, road + 0.5, 20 * road + 19, 300 + 100 * road))
        found.append((road + 0.5, road + 1 - edge, 301 + 100 * road, 400 + 100 * road))
    if found[0][2] > 1:  # the first house stands in the first zone
        start, _end, low, _high = found[0]
        found.insert(0, (math.floor(start) + edge / 2, start, 1, low - 1))
    return found


def _line(start: float, end: float, off: float) -> Line:
    """From one place of the string to another, with a point at every sixteenth of a zone."""
    inner = (step / STEPS for step in range(math.floor(start * STEPS) + 1, math.ceil(end * STEPS)))
    return tuple(degrees(flat(u, off)) for u in (start, *inner, end))


def roads(zones: Zones) -> list[Road]:
    """Every named road: pieces with numbers, and what lies between them."""
    found: list[Road] = []
    count = len(zones.primary)
    for number, name in enumerate(zones.roads):
        off, pieces = lane(number), spans(number, count)
        here = float(max(0, number - 2))
        for start, end, low, high in pieces:
            if start > here:
                found.append(Road(name, _line(here, start, off)))
            found.append(Road(name, _line(start, end, off), low, high))
            here = end
        if here < min(number + 1, count):
            found.append(Road(name, _line(here, min(number + 1, count), off)))
    return found


def ways(count: int) -> list[Road]:
    """Small ways without a name: across the three lanes, and from row to row, over the river only by bridges."""
    across = (half / 2 for half in range(2 * count + 1))
    found = [Road("", tuple(degrees(flat(u, off)) for off in (-LANE, 0.0, LANE))) for u in across]
    for zone in range(count - COLUMNS):
        row, column = divmod(zone, COLUMNS)
        above = (row + 1) * COLUMNS + COLUMNS - 1 - column
        turns = column in {0, COLUMNS - 1}
        here = column if row % 2 == 0 else COLUMNS - 1 - column
        if not turns and (row or here in BRIDGES):
            side = LANE if row % 2 == 0 else -LANE
            found.append(Road("", (degrees(flat(zone + 0.5, side)), degrees(flat(above + 0.5, side)))))
    return found


def outline(corners: Sequence[Flat]) -> Line:
    """A closed ring through these corners with points along its sides."""
    ring: list[Point] = []
    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
        steps = max(1, round(math.dist(a, b) / 300))
        ring += [degrees((a[0] + (b[0] - a[0]) * at / steps, a[1] + (b[1] - a[1]) * at / steps)) for at in range(steps)]
    return (*ring, ring[0])


def cell(zone: int) -> Area:
    """The area of a zone."""
    row, column = divmod(zone, COLUMNS)
    left, bottom = (column if row % 2 == 0 else COLUMNS - 1 - column) * WIDE, row * HIGH
    right, top = left + WIDE, bottom + HIGH
    return (outline([(left, bottom), (right, bottom), (right, top), (left, top)]),)


def water() -> tuple[Water, ...]:
    """A river between the first two rows, and a lake."""
    stops = [-OUTSIDE + at * 100 for at in range(round((COLUMNS * WIDE + 2 * OUTSIDE) / 100) + 1)]
    middle = [(x, HIGH + MEANDER * math.sin(x / 700)) for x in stops]
    banks = [(x, y - RIVER) for x, y in middle] + [(x, y + RIVER) for x, y in reversed(middle)]
    river = tuple(degrees(place) for place in (*banks, banks[0]))
    centre = (4.25 * WIDE, 2.5 * HIGH + LANE / 2)
    angles = (at * math.pi / 12 for at in range(24))
    shore = [
        degrees((centre[0] + 190 * math.cos(a), centre[1] + (95 + 12 * math.sin(3 * a)) * math.sin(a))) for a in angles
    ]
    return Water("示例河", areas=((river,),)), Water("示例湖", areas=(((*shore, shore[0]),),))


def house(zones: Zones, road: str, number: int) -> Point:
    """A building at a house number, a little away from the road. Raises KeyError: the road has no such number."""
    index = zones.roads.index(road)
    for start, end, low, high in spans(index, len(zones.primary)):
        if low <= number <= high:
            off = lane(index) + (INSIDE if number % 2 else -INSIDE)
            return degrees(flat(start + (end - start) * (number - low) / (high - low), off))
    raise KeyError(f"{road}{number}")


def district_map(zones: Zones) -> DistrictMap:
    """The whole map."""
    east, north = COLUMNS * WIDE + OUTSIDE, 3 * HIGH + OUTSIDE
    boundary = outline([(-OUTSIDE, -OUTSIDE), (east, -OUTSIDE), (east, north), (-OUTSIDE, north)])
    places = tuple(NamedPlace(name, house(zones, road, number)) for name, road, number, _zone in zones.estates)
    return DistrictMap(((boundary,),), (*roads(zones), *ways(len(zones.primary))), water(), places)


def polygons(zones: Zones, year: int) -> dict[str, Any]:
    """The areas of the zones as ``polygons.geojson`` has them."""
    areas = [(name, "primary", [cell(at)]) for at, name in enumerate(zones.primary)]
    for stage, made_of in (("junior", zones.junior), ("kindergarten", zones.kindergarten)):
        for name in dict.fromkeys(name for name, _at in made_of):
            areas.append((name, stage, [cell(at) for one, at in made_of if one == name]))
    features = []
    for name, stage, parts in areas:
        whole = union_all([Polygon(part[0]) for part in parts])  # one piece: they lie side by side
        ring = [list(point) for part in get_parts(whole) for point in part.exterior.coords]
        features.append(
            {
                "type": "Feature",
                "properties": {"zone": name, "year": year, "stage": stage},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return {"type": "FeatureCollection", "note": NOTE, "features": features}


def schools(zones: Zones, folder: Path) -> str:
    """The table of schools with each where its address says."""
    rows = list(_rows(folder / "schools.csv"))
    for row in rows:
        road = next(name for name in zones.roads if name in row["地址"])
        number = int(row["地址"].rpartition(road)[2].removesuffix("号"))
        longitude, latitude = house(zones, road, number)
        row |= {"经度": f"{longitude:.5f}", "纬度": f"{latitude:.5f}"}
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()


def files(folder: Path, year: int) -> dict[str, str]:
    """The three files of an example's folder by their names."""
    zones = read_zones(folder)
    return {
        "map.geojson": _lines(write_map(district_map(zones), note=NOTE)),
        "polygons.geojson": _lines(polygons(zones, year)),
        "schools.csv": schools(zones, folder),
    }


def _lines(body: dict[str, Any]) -> str:
    """GeoJSON with a feature a line: small, and a change is seen where it is."""
    features = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in body["features"])
    head = json.dumps({key: value for key, value in body.items() if key != "features"}, ensure_ascii=False)
    return f'{head[:-1]}, "features": [\n{features}\n]}}\n'


def main(folder: Path, year: int = 2026) -> None:
    """Write the files of an example."""
    for name, text in files(folder, year).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
