"""The synthetic people who have an account here: the guardians of the city file."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHOWN = 12
GUARDIANS = "SELECT g.value FROM family, json_each(family.body, '$.guardians') AS g"
MOBILE = "json_extract(g.value, '$.mobile')"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    id_number: str
    mobile: str

    @property
    def masked(self) -> str:
        return f"{self.mobile[:3]}****{self.mobile[-4:]}"


def _rows(city: Path, query: str, *values: str) -> list[Person]:
    """What the city file holds; nobody while there is no city yet."""
    if not city.exists():
        return []
    try:
        with closing(sqlite3.connect(f"file:{city}?mode=ro", uri=True)) as opened:
            found: list[dict[str, Any]] = [json.loads(row[0]) for row in opened.execute(query, values)]
    except sqlite3.OperationalError:
        return []
    return [Person(one["name"], one["id_number"], one.get("mobile", "")) for one in found]


def first_people(city: Path) -> list[Person]:
    """The first people of the city, to pick from."""
    return _rows(city, f"{GUARDIANS} WHERE {MOBILE} <> '' ORDER BY family.id LIMIT {SHOWN}")


def person(city: Path, mobile: str) -> Person | None:
    """Who has this mobile number."""
    digits = "".join(character for character in mobile if character.isdigit())
    found = _rows(city, f"{GUARDIANS} WHERE {MOBILE} = ? LIMIT 1", digits) if digits else []
    return found[0] if found else None


def is_known(city: Path, *, name: str, id_number: str) -> bool:
    """Whether this name and number belong together in the city."""
    number = "json_extract(g.value, '$.id_number')"
    return any(one.name == name for one in _rows(city, f"{GUARDIANS} WHERE {number} = ? LIMIT 2", id_number))
