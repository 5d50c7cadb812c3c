"""The district's map in a season's folder: ``map.geojson`` (optional; docs/maps.md)."""

import json
from collections.abc import Callable
from pathlib import Path

from schools.maps.model import DistrictMap
from schools.maps.reading import read_map, write_map

NAME = "map.geojson"
MOST_BYTES = 20 * 1024**2


def read_district_map(folder: Path, fail: Callable[[int, str, str], None]) -> DistrictMap:
    """The map of a folder, empty where there is none. Mistakes are told to ``fail`` with feature and property."""
    path = folder / NAME
    if not path.is_file():
        return DistrictMap()
    if path.stat().st_size > MOST_BYTES:
        fail(0, "", f"larger than {MOST_BYTES // 1024**2} MB: leave out small ways, simplify the lines to five metres")
        return DistrictMap()
    try:
        body = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        fail(0, "", "not readable as JSON in UTF-8: export it from the GIS as GeoJSON")
        return DistrictMap()
    found, errors = read_map(body)
    for error in errors:
        fail(error.feature, error.column, error.message)
    return found


def map_written(found: DistrictMap) -> bytes:
    """The file as ``read_district_map`` reads it, a feature a line; nothing for an empty map."""
    if found == DistrictMap():
        return b""
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in write_map(found)["features"])
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'.encode()
