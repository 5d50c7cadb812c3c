"""Reading a map from GeoJSON (RFC 7946), every mistake named with its feature; and writing it again.

Each feature says by its property ``kind`` what it is: ``boundary``, ``road``, ``water`` or ``place``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from schools.maps.houses import road_key
from schools.maps.model import Area, DistrictMap, Line, NamedPlace, Road, Water
from schools.matching.model import Parity, Point

KINDS: Final = {
    "boundary": ("Polygon", "MultiPolygon"),
    "road": ("LineString", "MultiLineString"),
    "water": ("Polygon", "MultiPolygon", "LineString", "MultiLineString"),
    "place": ("Point",),
}
PARITIES: Final = {
    word: parity
    for parity, words in {"all": ("", "all"), "odd": ("odd", "单", "单号"), "even": ("even", "双", "双号")}.items()
    for word in words
}
MOST_FEATURES, MOST_POINTS, MOST_NAME = 50_000, 500_000, 80
MOST_PIECES = 1_000  # of one road
HIGHEST = 99_999  # house number
DIGITS = 6  # of a coordinate: a tenth of a metre
SHORTEST: Final = {"Polygon": 4, "LineString": 2}
DEPTHS: Final = {"Point": 0, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
WGS_84: Final = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490")  # CGCS2000 differs by centimetres


@dataclass(frozen=True, slots=True)
class MapError:
    """A mistake: which feature (from 1; 0 is the whole file), which of its properties, and what to do."""

    feature: int
    column: str
    message: str


class _Wrong(ValueError):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


@dataclass(slots=True)
class _Reader:
    errors: list[MapError] = field(default_factory=list)
    boundary: list[Area] = field(default_factory=list)
    roads: list[Road] = field(default_factory=list)
    water: list[Water] = field(default_factory=list)
    places: list[NamedPlace] = field(default_factory=list)
    numbered: dict[str, list[tuple[int, Road]]] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)
    points: int = 0


def read_map(body: object) -> tuple[DistrictMap, tuple[MapError, ...]]:
    """The map that a decoded GeoJSON file says, and every mistake found; what has a mistake is left out."""
    features = body.get("features") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or body.get("type") != "FeatureCollection" or not isinstance(features, list):
        return DistrictMap(), (MapError(0, "", "not a GeoJSON FeatureCollection: export it as one (RFC 7946)"),)
    wrong = _system(body.get("crs"))
    if wrong or len(features) > MOST_FEATURES:
        message = wrong or f"more than {MOST_FEATURES} features: leave out small ways and ponds"
        return DistrictMap(), (MapError(0, "crs" if wrong else "", message),)
    reader = _Reader()
    for number, feature in enumerate(features, start=1):
        try:
            _feature(reader, number, feature)
        except _Wrong as mistake:
            reader.errors.append(MapError(number, mistake.column, str(mistake)))
        if reader.points > MOST_POINTS:
            message = f"more than {MOST_POINTS} points: simplify the lines to five metres"
            reader.errors.append(MapError(0, "", message))
            break
    found = DistrictMap(tuple(reader.boundary), tuple(reader.roads), tuple(reader.water), tuple(reader.places))
    return found, tuple(reader.errors)


def _system(crs: object) -> str:
    if crs is None:
        return ""
    named = crs.get("properties") if isinstance(crs, Mapping) else None
    name = str(named.get("name")) if isinstance(named, Mapping) else str(crs)
    if name.endswith(WGS_84):
        return ""
    return f"the coordinates are of {name[:60]}: export in WGS 84 (EPSG:4326), longitude first"


def _feature(reader: _Reader, number: int, feature: object) -> None:
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    if not isinstance(properties, Mapping) or not isinstance(geometry, Mapping):
        raise _Wrong("", "needs properties and a geometry")
    kind, shape = str(properties.get("kind")), str(geometry.get("type"))
    if kind not in KINDS:
        raise _Wrong("kind", f"{kind!r}: one of {', '.join(KINDS)}")
    if shape not in KINDS[kind]:
        raise _Wrong("geometry", f"a {kind} is a {' or '.join(KINDS[kind])}, not a {shape}")
    name = _text(properties.get("name"))
    lines = _coordinates(reader, geometry.get("coordinates"), shape)
    if kind == "road":
        for line in cast("list[Line]", lines):
            _road(reader, number, Road(name, line, *_numbers(properties, name, many=len(lines) > 1)))
    elif kind == "place":
        _place(reader, number, NamedPlace(name, cast("list[Point]", lines)[0]))
    elif shape.endswith("LineString"):
        reader.water.append(Water(name, lines=tuple(cast("list[Line]", lines))))
    elif kind == "water":
        reader.water.append(Water(name, areas=tuple(cast("list[Area]", lines))))
    else:
        reader.boundary += cast("list[Area]", lines)


def _text(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    if len(text) > MOST_NAME:
        raise _Wrong("name", f"at most {MOST_NAME} characters")
    return text


def _coordinates(reader: _Reader, given: object, shape: str) -> list[Any]:
    """Always a list: of points, lines or areas."""
    depth = DEPTHS[shape]
    many = [given] if not shape.startswith("Multi") else given
    if not isinstance(many, list) or not many:
        raise _Wrong("geometry", "it has no coordinates")
    inner = depth - (1 if shape.startswith("Multi") else 0)
    return [_nested(reader, one, inner, shape.removeprefix("Multi")) for one in many]


def _nested(reader: _Reader, given: object, depth: int, shape: str) -> Any:
    if not isinstance(given, list) or not given:
        raise _Wrong("geometry", "its coordinates are not nested as GeoJSON asks for")
    if depth == 0:
        reader.points += 1
        return _point(given)
    found = tuple(_nested(reader, one, depth - 1, shape) for one in given)
    if depth == 1 and len(found) < SHORTEST[shape]:
        what = "a ring of an area needs four points" if shape == "Polygon" else "a line needs two points"
        raise _Wrong("geometry", what)
    if depth == 1 and shape == "Polygon" and found[0] != found[-1]:
        raise _Wrong("geometry", "a ring must end where it begins")
    return found


def _point(given: Sequence[object]) -> Point:
    numbers = [one for one in given[:2] if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(numbers) < 2:
        raise _Wrong("geometry", "a point is [longitude, latitude] in degrees")
    longitude, latitude = (round(float(one), DIGITS) for one in numbers)
    if not (73 <= longitude <= 136 and 3 <= latitude <= 54):
        hint = "latitude stands first" if 73 <= latitude <= 136 else "no place in China"
        raise _Wrong("geometry", f"{longitude}, {latitude}: {hint}; a point is [longitude, latitude] in degrees")
    return longitude, latitude


def _numbers(properties: Mapping[Any, Any], name: str, *, many: bool) -> tuple[int | None, int | None, Parity]:
    parity = PARITIES.get(str(properties.get("parity") or "").strip())
    if parity is None:
        raise _Wrong("parity", "odd, even or nothing")
    ends = [properties.get(key) for key in ("from", "to")]
    if ends == [None, None]:
        return None, None, "all"
    for key, value in zip(("from", "to"), ends, strict=True):
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= HIGHEST:
            raise _Wrong(key, f"a house number from 1 to {HIGHEST}, at both ends of the piece or at neither")
    if not name:
        raise _Wrong("name", "a piece with house numbers needs the name of its road")
    if many:
        raise _Wrong("geometry", "a piece with house numbers is one line: give each line its own feature")
    return ends[0], ends[1], cast("Parity", parity)


def _road(reader: _Reader, number: int, road: Road) -> None:
    if road.first is not None and road.last is not None:
        others = reader.numbered.setdefault(road_key(road.name), [])
        if len(others) >= MOST_PIECES:
            raise _Wrong("name", f"{road.name} has more than {MOST_PIECES} pieces with numbers: join them")
        for feature, other in others:
            if _overlap(road, other):
                text = (
                    f"its numbers {road.first}-{road.last} overlap those of feature {feature}: each house has one place"
                )
                raise _Wrong("from", text)
        others.append((number, road))
    reader.roads.append(road)


def _overlap(one: Road, two: Road) -> bool:
    if {one.parity, two.parity} == {"odd", "even"} or None in {one.first, one.last, two.first, two.last}:
        return False
    a, b = (sorted((road.first or 0, road.last or 0)) for road in (one, two))
    return a[0] <= b[1] and b[0] <= a[1]


def _place(reader: _Reader, number: int, place: NamedPlace) -> None:
    if not place.name:
        raise _Wrong("name", "a place needs the name that people write in their address")
    if place.name in reader.named:
        text = f"{place.name} is feature {reader.named[place.name]} already: write its town before the name of both"
        raise _Wrong("name", text)
    reader.named[place.name] = number
    reader.places.append(place)


def write_map(found: DistrictMap, *, note: str = "") -> dict[str, Any]:
    """The map as GeoJSON that ``read_map`` reads; always in one order. ``note`` stands on top for people."""
    features = [_made("boundary", "", "Polygon", area) for area in found.boundary]
    for water in found.water:
        features += [_made("water", water.name, "Polygon", area) for area in water.areas]
        features += [_made("water", water.name, "LineString", line) for line in water.lines]
    for road in found.roads:
        made = _made("road", road.name, "LineString", road.line)
        if road.first is not None:
            made["properties"] |= {"from": road.first, "to": road.last}
            made["properties"] |= {"parity": road.parity} if road.parity != "all" else {}
        features.append(made)
    features += [_made("place", place.name, "Point", place.point) for place in found.places]
    return {"type": "FeatureCollection", **({"note": note} if note else {}), "features": features}


def _made(kind: str, name: str, shape: str, coordinates: Iterable[Any]) -> dict[str, Any]:
    named = {"name": name} if name else {}
    return {
        "type": "Feature",
        "properties": {"kind": kind, **named},
        "geometry": {"type": shape, "coordinates": _listed(coordinates)},
    }


def _listed(given: Any) -> Any:
    return [_listed(one) for one in given] if isinstance(given, list | tuple) else given
