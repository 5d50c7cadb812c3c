"""The map on a page: drawn by the server for everybody; with scripts it can be moved, from the same data."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from enrollment.seasons.models import Season
from schools.maps.drawing import Sheet, Site, draw, joined, shape_of
from schools.maps.model import DistrictMap
from schools.maps.reading import write_map
from schools.matching import Point
from schools.models import School
from schools.selectors import Chart, chart

DIGITS: Final = 5  # of a coordinate in what browsers get: a metre


@dataclass(frozen=True, slots=True)
class Listed:
    """A school of the list beside a map, in its order."""

    school: School
    own: bool


@dataclass(frozen=True, slots=True)
class SchoolMap:
    """A drawing, and what a browser needs to show the same so that it can be moved."""

    sheet: Sheet
    source: str  # address of the public data
    home: str  # longitude,latitude: only ever on the page of whoever typed or owns the address
    numbered: str  # JSON: the number of each listed school by code
    own: str  # JSON: codes of one's own schools
    tiles: str  # address of tiles, "" without
    credit: str  # whose tiles they are


@dataclass(frozen=True, slots=True)
class Place:
    """Whose map it is: a season and stage with its zones and map."""

    season: Season
    stage: str
    chart: Chart

    @classmethod
    def of(cls, season: Season, stage: str) -> "Place":
        return cls(season, stage, chart(season.district_id, season.year, stage))


def school_map(
    place: Place,
    listed: Sequence[Listed],
    others: Sequence[School],
    *,
    home: Point | None = None,
    own_zones: Sequence[str] = (),
) -> SchoolMap | None:
    """What lies around a home and the listed schools; the whole district where there is neither. None where nothing
    lies apart.
    """
    numbers = {one.school.code: number for number, one in enumerate(listed, start=1)}
    own = {one.school.code for one in listed if one.own}
    schools = [*(one.school for one in listed), *others]
    sites = [
        Site(school.name, (school.longitude, school.latitude), numbers.get(school.code, 0), school.code in own)
        for school in schools
    ]
    found = DistrictMap()
    if place.chart.atlas and home and numbers:
        found = place.chart.atlas.around([home, *(site.point for site in sites if site.number)])
    elif place.chart.atlas:
        found = place.chart.atlas.map
    sheet = draw(found, place.chart.zones, sites, own=own_zones, home=home, near=bool(numbers))
    if sheet is None:
        return None
    return SchoolMap(
        sheet,
        _address(place, schools),
        f"{home[0]:.{DIGITS}f},{home[1]:.{DIGITS}f}" if home else "",
        json.dumps(numbers),
        json.dumps(sorted(own)),
        settings.MAP_TILES,
        settings.MAP_CREDIT,
    )


def _address(place: Place, schools: Sequence[School]) -> str:
    """Where the public data of a map is; a changed map has a new address, so that caches may keep it."""
    named = f"{place.season.district_id}-{place.season.year}"
    return f"{reverse('enrollment:map-data', args=[named, place.stage])}?v={map_data(place, schools).stamp}"


@dataclass(frozen=True, slots=True)
class MapData:
    """GeoJSON for browsers, and what changes with it."""

    content: bytes
    stamp: str


def map_data(place: Place, schools: Sequence[School]) -> MapData:
    """Boundary, water, roads, zones and schools of a district; nothing of any person."""
    rows = sorted((one.code, one.name, one.longitude, one.latitude) for one in schools)
    return _written(place.chart, tuple(rows))


@lru_cache(maxsize=16)
def _written(place: Chart, schools: tuple[tuple[str, str, float, float], ...]) -> MapData:
    found = place.atlas.map if place.atlas else DistrictMap()
    features = write_map(DistrictMap(found.boundary, (), found.water))["features"]
    for name, lines in joined(found).items():
        features.append(_feature("MultiLineString", lines, kind="road", name=name))
    ways = [road.line for road in found.roads if not road.name]
    if ways:
        features.append(_feature("MultiLineString", ways, kind="way"))
    for zone in place.zones:
        if zone.polygon:
            features.append(_feature(shape_of(zone), zone.polygon, kind="zone", name=zone.name, schools=zone.schools))
    features += [
        _feature("Point", (longitude, latitude), kind="school", code=code, name=name)
        for code, name, longitude, latitude in schools
    ]
    body = {"type": "FeatureCollection", "features": features}
    content = json.dumps(_short(body), ensure_ascii=False, separators=(",", ":")).encode()
    return MapData(content, hashlib.sha256(content).hexdigest()[:12])


def _feature(shape: str, coordinates: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": shape, "coordinates": coordinates}}


def _short(value: Any) -> Any:
    """Everything with coordinates to a metre."""
    if isinstance(value, dict):
        return {key: _short(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_short(one) for one in value]
    return round(value, DIGITS) if isinstance(value, float) else value
