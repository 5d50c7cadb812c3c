"""What a synthetic city is made of: its seed, size, year and the estates and towns of one real district."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


class SpecError(ValueError):
    """A specification cannot be used; the message names the field and what to write."""


@dataclass(frozen=True, slots=True)
class EstateSpec:
    """One estate: where it stands and the zone (with its school) a home in it belongs to, per stage.

    The zones of the other stages are the primary one unless given. `number` is the house number on `road`.
    """

    name: str
    road: str
    number: int
    zone_id: str
    zone_school: str
    town: str = ""
    junior_zone_id: str = ""
    junior_zone_school: str = ""
    kindergarten_zone_id: str = ""
    kindergarten_zone_school: str = ""

    def zone(self, stage: str) -> str:
        """Return the zone id for a stage."""
        others = {"junior": self.junior_zone_id, "kindergarten": self.kindergarten_zone_id}
        return others.get(stage) or self.zone_id


@dataclass(frozen=True, slots=True)
class CitySpec:
    """A synthetic city.

    `district` is a six-digit county code, `place` its name as it starts an address, `city` the city of insurance;
    permits and endorsements are set around the day of checking, `check_on`.
    """

    seed: int
    families: int
    year: int
    district: str
    towns: tuple[str, ...]
    estates: tuple[EstateSpec, ...]
    stages: tuple[str, ...] = ("primary", "junior")
    place: str = ""
    city: str = ""
    check_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be generated. Raises SpecError."""
        if not 1 <= self.families <= 1_200_000:
            raise SpecError("families must be from 1 to 1200000")
        if not 2010 <= self.year <= 2100:
            raise SpecError("year must be from 2010 to 2100")
        if len(self.district) != 6 or not self.district.isdecimal():
            raise SpecError("district must be a six-digit county code in quotes")
        if not self.estates or not self.towns:
            raise SpecError("at least one estate and one town are needed")
        if not self.stages or not set(self.stages) <= {"kindergarten", "primary", "junior"}:
            raise SpecError("stages must be from kindergarten, primary, junior")

    @property
    def check_day(self) -> date:
        """The day on which claims are checked, 15 June unless given: a permit must be valid then."""
        return self.check_on or date(self.year, 6, 15)

    @staticmethod
    def from_json(obj: object, *, seed: int | None = None, families: int | None = None) -> CitySpec:
        """Build from decoded JSON; `seed` and `families` override it. Raises SpecError naming the wrong field."""
        if not isinstance(obj, Mapping):
            raise SpecError("a specification is a JSON object")
        data: dict[str, Any] = dict(obj)
        data |= {key: value for key, value in (("seed", seed), ("families", families)) if value is not None}
        wanted: dict[str, type] = {"seed": int, "families": int, "year": int, "district": str}
        for key, kind in wanted.items():
            if not isinstance(data.get(key), kind) or isinstance(data.get(key), bool):
                raise SpecError(f"{key} must be {'a whole number' if kind is int else 'text'}")
        unknown = sorted(set(data) - set(CitySpec.__dataclass_fields__))
        if unknown:
            raise SpecError(f"{unknown[0]} is no field of a specification")
        for key in ("place", "city"):
            if not isinstance(data.get(key, ""), str):
                raise SpecError(f"{key} must be text")
        data["estates"] = tuple(_estate(index, node) for index, node in enumerate(_list(data, "estates")))
        data["towns"] = tuple(_texts(data, "towns"))
        if "check_on" in data:
            data["check_on"] = _day(data["check_on"])
        if "stages" in data:
            data["stages"] = tuple(_texts(data, "stages"))
        return CitySpec(**data)


def _day(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise SpecError("check_on must be a day YYYY-MM-DD") from error


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    found = data.get(key)
    if not isinstance(found, list):
        raise SpecError(f"{key} must be a list")
    return found


def _texts(data: Mapping[str, Any], key: str) -> list[str]:
    found = _list(data, key)
    if not all(isinstance(item, str) for item in found):
        raise SpecError(f"{key} must be a list of text")
    return found


def _estate(index: int, node: object) -> EstateSpec:
    where = f"estates[{index}]"
    if not isinstance(node, Mapping):
        raise SpecError(f"{where} must be an object")
    needed = ("name", "road", "number", "zone_id", "zone_school")
    missing = [key for key in needed if key not in node]
    unknown = sorted(set(node) - set(EstateSpec.__dataclass_fields__))
    if missing or unknown:
        raise SpecError(f"{where}: {'missing ' + missing[0] if missing else 'unknown ' + unknown[0]}")
    for key, value in node.items():
        kind = int if key == "number" else str
        if not isinstance(value, kind) or isinstance(value, bool):
            raise SpecError(f"{where}.{key} must be {'a whole number' if kind is int else 'text'}")
    return EstateSpec(**node)
