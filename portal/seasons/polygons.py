"""Zones as areas on the map: ``polygons.geojson`` beside the table of address rules (optional)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from schools.matching import Zone, ZoneIndex

NAME = "polygons.geojson"
SHAPES = ("Polygon", "MultiPolygon")


class WrongPolygon(ValueError):
    """A feature that cannot be used; ``feature`` counts from 1, 0 means the whole file."""

    def __init__(self, feature: int, message: str) -> None:
        super().__init__(message)
        self.feature = feature


def with_polygons(folder: Path, zones: Sequence[Zone]) -> tuple[Zone, ...]:
    """The zones with their areas: features are matched by their properties ``zone``, ``year``, ``stage``.

    A MultiPolygon keeps its parts. Raises WrongPolygon naming the feature.
    """
    path = folder / NAME
    if not path.is_file():
        return tuple(zones)
    found = {(zone.name, zone.year, zone.stage): zone for zone in zones}
    for number, key, coordinates in _features(path):
        if key not in found:
            raise WrongPolygon(number, f"there is no zone {key[0]} {key[1]} {key[2]} in the zones table")
        found[key] = replace(found[key], polygon=coordinates)
        try:
            ZoneIndex.build([found[key]])
        except (ValueError, TypeError) as wrong:
            raise WrongPolygon(number, str(wrong)) from None
    return tuple(found.values())


def drawn(folder: Path) -> set[tuple[str, int, str]]:
    """Which zones have an area, by name, year and stage; a file with mistakes names those before the first."""
    found: set[tuple[str, int, str]] = set()
    if (folder / NAME).is_file():
        with suppress(WrongPolygon):
            for _number, key, _coordinates in _features(folder / NAME):
                found.add(key)
    return found


def _features(path: Path) -> Iterator[tuple[int, tuple[str, int, str], Any]]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        features = body["features"]
    except (ValueError, KeyError, TypeError):
        raise WrongPolygon(0, "not a GeoJSON FeatureCollection in UTF-8") from None
    for number, feature in enumerate(features, start=1):
        try:
            properties, geometry = feature["properties"], feature["geometry"]
            key = (str(properties["zone"]), int(properties["year"]), str(properties["stage"]))
            shape, coordinates = geometry["type"], geometry["coordinates"]
        except (KeyError, TypeError, ValueError):
            raise WrongPolygon(number, "needs the properties zone, year, stage and a geometry") from None
        if shape not in SHAPES or not isinstance(properties, Mapping):
            raise WrongPolygon(number, f"its shape is {shape}: a Polygon or MultiPolygon is needed")
        yield number, key, coordinates
