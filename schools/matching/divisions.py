"""Administrative divisions (GB/T 2260) by code and by name, from the vendored tables of ``schools/data``.

The tables load on first use (about ten milliseconds). Towns and streets exist only for the counties listed in
``schools/data/README.md``; every county of the mainland is known.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

DATA = Path(__file__).resolve().parent.parent / "data"
Level = Literal["province", "city", "county", "town"]
_SUFFIXES = ("特别行政区", "自治区", "自治州", "自治县", "街道", "地区", "省", "市", "区", "县", "镇", "乡", "旗")
# rows of the city table that only group counties and are never written in an address
_GROUPS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_OVERSEAS = (("71", "台湾省"), ("81", "香港特别行政区"), ("82", "澳门特别行政区"))
_LEVEL_ORDER = {"province": 0, "city": 1, "county": 2, "town": 3}


@dataclass(frozen=True, slots=True)
class Division:
    """A province (2 digits), city (4), county (6) or town (9); ``parent`` is the code one level up, empty for a
    province.
    """

    code: str
    name: str
    level: Level
    parent: str

    @property
    def bare(self) -> str:
        """The name without its last word: 慈溪 for 慈溪市; unchanged where nothing usable would be left."""
        for suffix in _SUFFIXES:
            if self.name.endswith(suffix):
                return self.name.removesuffix(suffix) if len(self.name) - len(suffix) >= 2 else self.name
        return self.name


def _read(name: str, level: Level, parent: str) -> Iterable[Division]:
    rows: list[dict[str, str]] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return (Division(row["code"], row["name"], level, row.get(parent, "")) for row in rows)


@cache
def _all() -> dict[str, Division]:
    """Every division by code, in the order of provinces, cities, counties, towns."""
    divisions = [Division(code, name, "province", "") for code, name in _OVERSEAS]
    divisions += _read("provinces", "province", "")
    divisions += _read("cities", "city", "provinceCode")
    divisions += _read("areas", "county", "cityCode")
    divisions += _read("streets", "town", "areaCode")
    return {division.code: division for division in divisions}


def get(code: str) -> Division | None:
    """The division with a code of 2, 4, 6 or 9 digits, or None."""
    return _all().get(code)


def county(code: str) -> Division | None:
    """The county-level division of a six-digit code, or None when there is none (or no longer one)."""
    found = get(code)
    return found if found is not None and found.level == "county" else None


def towns(county_code: str) -> tuple[Division, ...]:
    """Towns and streets of a county in code order; empty where they are not vendored."""
    return tuple(
        division for division in _all().values() if division.level == "town" and division.parent == county_code
    )


def counties(city_code: str) -> tuple[Division, ...]:
    """Counties of a city (four digits) in code order."""
    return tuple(
        division for division in _all().values() if division.level == "county" and division.parent == city_code
    )


def province_name(code: str) -> str:
    """The province of any division code, empty when unknown."""
    found = get(code[:2])
    return found.name if found else ""


def city_name(code: str) -> str:
    """The city of any division code of four digits or more, empty for counties directly under a province."""
    found = get(code[:4])
    return found.name if found and found.level == "city" and found.name not in _GROUPS else ""


def full_name(code: str) -> str:
    """The name from the province down as it is written in an address: 浙江省宁波市慈溪市; empty for an unknown code."""
    found = get(code)
    if found is None:
        return ""
    above = full_name(found.parent) if found.parent else ""
    if above.endswith(found.name):
        return above  # a city without counties stands as its own county: 广东省东莞市
    return above if found.level == "city" and found.name in _GROUPS else above + found.name


def search(name: str, *, limit: int = 20) -> tuple[Division, ...]:
    """Divisions by name: exact and bare names first, then beginnings, then names containing the text; higher levels
    first.
    """
    wanted = "".join(name.split())
    if not wanted:
        return ()
    found: list[tuple[int, int, str, Division]] = []
    for division in _all().values():
        if wanted not in division.name or division.name in _GROUPS:
            continue
        rank = 0 if wanted in {division.name, division.bare} else 1 if division.name.startswith(wanted) else 2
        found.append((rank, _LEVEL_ORDER[division.level], division.code, division))
    return tuple(row[3] for row in sorted(found, key=lambda row: row[:3])[:limit])


@cache
def place_names() -> frozenset[str]:
    """Full and bare names of every division, to recognise what stands before a road when its division words are left
    out.
    """
    names = {name for division in _all().values() for name in (division.name, division.bare)}
    return frozenset(name for name in names - _GROUPS if len(name) >= 2)
