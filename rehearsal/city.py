"""The synthetic city of a rehearsal: built on the estates of a season's folder, written for the mock agencies."""

import json
import math
import sqlite3
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from portal.seasons.tables import UnreadableTable, find_table, read_table
from schools.matching.divisions import city_name, county, full_name, towns
from synthetic import CitySpec, EstateSpec, generate
from synthetic.store import Written, write
from synthetic.unusual import unusual

STAGES = ("primary", "junior", "kindergarten")  # brothers and sisters apply to the first two of a city
BASE_FAMILIES = 2000  # what the seat plans of an example folder are made for


class NoCity(ValueError):
    """The folder cannot carry a synthetic city; the message says what is missing."""


def read_estates(folder: Path) -> tuple[EstateSpec, ...]:
    """The estates table of a season's folder. Raises NoCity."""
    path = find_table(folder, "estates")
    if path is None:
        raise NoCity(f"{folder} has no estates.csv: a rehearsal needs to know where its families live")
    try:
        return tuple(
            EstateSpec(
                name=row["name"],
                road=row["road"],
                number=int(row["number"]),
                town=row["town"],
                zone_id=row["zone"],
                zone_school=row["school"],
                junior_zone_id=row["junior_zone"],
                junior_zone_school=row["junior_school"],
                kindergarten_zone_id=row.get("kindergarten_zone", ""),
                kindergarten_zone_school=row.get("kindergarten_school", ""),
            )
            for row in read_table(path)
        )
    except (KeyError, ValueError, UnreadableTable) as wrong:
        raise NoCity(f"{path.name} cannot be read: {wrong}") from None


def city_spec(
    folder: Path, *, district: str, year: int, seed: int, families: int, stages: Collection[str] = STAGES[:2]
) -> CitySpec:
    """The specification of a city in this district whose children apply to these stages. Raises NoCity."""
    division = county(district)
    if division is None:
        raise NoCity(f"{district} is not a county")
    return CitySpec(
        seed=seed,
        families=families,
        year=year,
        district=district,
        towns=tuple(town.name for town in towns(district)) or (division.name,),
        estates=read_estates(folder),
        place=full_name(district),
        city=city_name(district),
        stages=tuple(stage for stage in STAGES if stage in stages),
    )


def build_city(spec: CitySpec, path: Path, progress: Callable[[int], None]) -> Written:
    """Write the records of the city, and of one family of every unusual kind, for the agencies in the place of an
    earlier city. Usual families have children for the stages of the city; the unusual kinds are of the first two.
    """
    fresh = path.with_suffix(".fresh")
    fresh.unlink(missing_ok=True)
    ends = spec if {*STAGES[:2]} <= {*spec.stages} else replace(spec, stages=STAGES[:2])
    written = write(fresh, chain(generate(spec), unusual(ends)), progress=progress)
    fresh.replace(path)
    return written


@dataclass(frozen=True, slots=True)
class Applicant:
    """One child with all that its parent knows, and the truth it is measured against."""

    id: str
    stage: str
    births: str
    claim: dict[str, Any]
    truth: dict[str, Any]
    lists: tuple[str, ...]
    mobile: str
    planted: tuple[str, ...]  # the errors in this family's records and answers, as agency:kind:key
    kind: str = ""  # of an unusual family (``synthetic.unusual.KINDS``)


def read_families(path: Path) -> Iterator[list[Applicant]]:
    """The families of a city file in order, each as its applying children."""
    city = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    truths = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    for (body,) in city.execute("SELECT body FROM family ORDER BY id"):
        family = json.loads(body)
        yield [
            Applicant(
                id=child,
                stage=claim["stage"],
                births=family["births"],
                claim=claim,
                truth=json.loads(truths.execute("SELECT body FROM truth WHERE id = ?", [child]).fetchone()[0]),
                lists=tuple(family["lists"]),
                mobile=claim["guardian"]["mobile"],
                planted=tuple(family["injected"]),
                kind=family["kind"],
            )
            for child, claim in sorted(family["claims"].items())
        ]
    city.close()
    truths.close()


def scaled_seats(seats: int, families: int) -> int:
    """A seat plan made for 2,000 families, for a city of another size."""
    return max(1, math.ceil(seats * families / BASE_FAMILIES))
