"""The areas of zones on the map, and which of them cover a point."""

from collections.abc import Sequence
from typing import cast

from shapely import STRtree
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry import Point as ShapelyPoint

from schools.matching.geometry import checked_point
from schools.matching.model import Coordinates, Ring, Zone


def _is_multi(coordinates: Coordinates) -> bool:
    first = coordinates[0][0][0]
    return not isinstance(first, int | float)


def shape(coordinates: Coordinates) -> Polygon | MultiPolygon:
    """The area of GeoJSON Polygon or MultiPolygon coordinates; ``ValueError`` when they do not form a valid area."""
    try:
        if _is_multi(coordinates):
            parts = cast("Sequence[Sequence[Ring]]", coordinates)
            area: Polygon | MultiPolygon = MultiPolygon([(part[0], list(part[1:])) for part in parts])
        else:
            rings = cast("Sequence[Ring]", coordinates)
            area = Polygon(rings[0], list(rings[1:]))
    except (ShapelyError, IndexError, TypeError, ValueError) as error:
        raise ValueError(f"these coordinates are no area: {error}") from error
    if area.is_empty or not area.is_valid:
        raise ValueError("these coordinates are no valid area: its border crosses or touches itself")
    return area


class ZoneMap:
    """The areas of zones, searchable by point."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self.positions: list[int] = []
        areas: list[Polygon | MultiPolygon] = []
        for position, zone in enumerate(zones):
            if zone.polygon is not None:
                try:
                    areas.append(shape(zone.polygon))
                except ValueError as error:
                    raise ValueError(f"zone {zone.name}: {error}") from error
                self.positions.append(position)
        self._tree = STRtree(areas)

    def covering(self, point: Sequence[float]) -> tuple[int, ...]:
        """Positions of the zones that cover the point; both zones for a point on their common border."""
        found = self._tree.query(ShapelyPoint(*checked_point(point)), predicate="covered_by")
        return tuple(sorted(self.positions[int(index)] for index in found))
