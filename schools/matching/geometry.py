"""Distances on the map (areas are in ``areas``). A point is (longitude, latitude) in degrees, the order of GeoJSON."""

import math
from collections.abc import Mapping, Sequence

from schools.matching.model import Point

EARTH_RADIUS_M = 6_371_008.8  # mean radius of the WGS 84 ellipsoid (IUGG)


def checked_point(point: Sequence[float]) -> Point:
    """The point as floats; ``ValueError`` for one outside the earth or with latitude first by mistake in China."""
    longitude, latitude = (float(part) for part in point)
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError(
            "a point is (longitude, latitude) in degrees, longitude from -180 to 180 and latitude -90 to 90"
        )
    return longitude, latitude


def distance_m(a: Sequence[float], b: Sequence[float]) -> float:
    """The great-circle distance in metres between two points, by the haversine formula (error below 0.6 %)."""
    (lon_a, lat_a), (lon_b, lat_b) = checked_point(a), checked_point(b)
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half = math.sin((phi_b - phi_a) / 2) ** 2
    half += math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


def within(point: Sequence[float], places: Mapping[str, Point], radius_m: float) -> tuple[tuple[str, float], ...]:
    """The places at most ``radius_m`` metres away as (id, metres), nearest first, equal distances by id."""
    near = ((place, distance_m(point, position)) for place, position in places.items())
    return tuple(sorted((row for row in near if row[1] <= radius_m), key=lambda row: (row[1], row[0])))
