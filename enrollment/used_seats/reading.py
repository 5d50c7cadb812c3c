"""What the register of used seats says of one family: the seat of its home, and elder children at a school (pure).

Two homes are one by the number of a certificate, a contract or a unit. An address alone is a question, never an
answer: two homes may be written alike. Siblings are children of exactly the same parents, one of whom the household
register names with this child; anything less is a question, too.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from identifiers import normalise, numbers_in
from identifiers.address import parse
from policy import Fact
from policy.uses import SEAT_FACTS, SEAT_SIBLING

SAME_SCHOOL: Final = "sibling.same_school"
REGISTER: Final = "student_registry"  # what the source is called where a family reads it
STAGE_YEARS: Final[Mapping[str, int]] = {"kindergarten": 3, "primary": 6, "junior": 3}


@dataclass(frozen=True, slots=True)
class Use:
    """One row: on which day a child entered a school on the seat of which home. Everything about people is an index."""

    pk: int
    at: datetime  # when it was recorded
    stage: str
    school: str
    used_on: date
    left_on: date | None
    child: str
    numbers: frozenset[str]
    places: frozenset[str]
    parents: frozenset[str]
    revokes: int | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """The family that is judged. ``proven``: who of its parents the household register names with the child."""

    child: str
    stage: str
    year: int
    choices: Collection[str]
    numbers: Collection[str]
    places: Collection[str]
    parents: Collection[str]
    proven: Collection[str]
    at: datetime  # of the judgement: what was recorded later is not read
    exempt: bool = False  # whether the policy lets siblings use the seat of their home


def number_keys(certificate: str = "", contract: str = "", unit: str = "") -> list[tuple[str, str]]:
    """The numbers that name a home, each in its one spelling with its kind; a home may have several certificates."""
    others = {"contract": contract, "property-unit": unit}
    certificates = [("certificate", one) for one in numbers_in(certificate)]
    return certificates + [(kind, normalise(kind, value)) for kind, value in others.items() if value]


def place_keys(address: str) -> list[tuple[str, str]]:
    """The ways to write the place of a home that are compared: by its road, and by its estate or village.

    Registers leave out what stands before the road, parents the unit. An address that names neither a building nor a
    room names no home, and is compared with none.
    """
    found = parse(address) if address else None
    if found is None or not (found.building or found.room):
        return []
    inside = f"{found.building}|{found.room}"
    named = [("road", f"{found.road}|{found.number}")] if found.road and found.number else []
    named += [(kind, name) for kind, name in (("estate", found.estate), ("village", found.village)) if name]
    return [(kind, f"{name}|{inside}") for kind, name in named]


def flat_keys(address: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The place of one flat, as it is looked for and as it is written down; none where the flat is not named.

    Two flats of one number in two units (单元) of a building are two homes. A unit that only one of two families names
    tells nothing apart, for parents leave it out: what is written without one is looked for beside one's own unit, and
    who names none looks for what has one.
    """
    found = parse(address) if address else None
    if found is None or not found.room:
        return [], []
    keys = place_keys(address)

    def with_unit(*units: str) -> list[tuple[str, str]]:
        return [(kind, f"{key}|{unit}") for kind, key in keys for unit in units]

    if found.unit:
        return with_unit(found.unit, "-"), with_unit(found.unit, "+")
    return with_unit("-", "+"), with_unit("-")


def parents_of(answers: Mapping[str, str]) -> list[str]:
    """The numbers of who is declared to be a parent: other guardians are none."""
    applies = [answers.get("guardian_id", "")] if answers.get("guardian_relation") in {"mother", "father"} else []
    return [one for one in (*applies, answers.get("second_guardian_id", "")) if one]


def standing(uses: Iterable[Use], at: datetime) -> list[Use]:
    """What stood in the register at a moment: rows are never changed, one that was wrong is revoked by a later one."""
    known = [use for use in uses if use.at <= at]
    revoked = {use.revokes for use in known if use.revokes is not None}
    return [use for use in known if use.revokes is None and use.pk not in revoked]


def kinship(asking: Asking, use: Use) -> str:
    """``same`` parents, ``other`` ones, or ``unsure``."""
    ours, theirs = set(asking.parents), set(use.parents)
    if ours and theirs and ours.isdisjoint(theirs):
        return "other"
    return "same" if ours and ours == theirs and ours & set(asking.proven) else "unsure"


def facts_of(asking: Asking, uses: Iterable[Use], kept: Collection[str]) -> dict[str, Fact]:
    """The facts of the register for one family, of those lists that the district keeps."""
    there = [use for use in standing(uses, asking.at) if use.child != asking.child]
    facts: dict[str, Fact] = {}
    if "seats" in kept:
        facts |= _seat(asking, there)
    if "siblings" in kept:
        facts[SAME_SCHOOL] = _elder(asking, there)
    return facts


def _seat(asking: Asking, uses: list[Use]) -> dict[str, Fact]:
    at = asking.at.isoformat()
    here = [use for use in uses if use.stage == asking.stage and _same_home(asking, use)]
    if asking.exempt:
        here = [use for use in here if kinship(asking, use) != "same"] or here
    if not here:
        return dict.fromkeys((SEAT_FACTS[0], SEAT_SIBLING), Fact(None, "verified", REGISTER, at))
    # the newest use locks longest; of two on one day the one that is certain
    last = max(here, key=lambda use: (use.used_on, _certain(asking, use), kinship(asking, use) == "other"))
    sure, kin = _certain(asking, last), kinship(asking, last)
    return {
        SEAT_FACTS[0]: Fact(last.used_on.isoformat(), "verified" if sure else "unavailable", REGISTER, at),
        SEAT_SIBLING: Fact(kin != "other", "unavailable" if kin == "unsure" else "verified", REGISTER, at),
    }


def _certain(asking: Asking, use: Use) -> bool:
    return not use.numbers.isdisjoint(asking.numbers)


def _same_home(asking: Asking, use: Use) -> bool:
    return _certain(asking, use) or not use.places.isdisjoint(asking.places)


def _elder(asking: Asking, uses: list[Use]) -> Fact:
    """Whether an elder child of the same parents is at one of the schools that are asked for."""
    at = asking.at.isoformat()
    there = {kinship(asking, use) for use in uses if use.school in asking.choices and still_there(use, asking.year)} - {
        "other"
    }
    if not there:
        return Fact(value=False, status="verified", source=REGISTER, at=at)
    return Fact(value=True, status="verified" if "same" in there else "unavailable", source=REGISTER, at=at)


def still_there(use: Use, year: int) -> bool:
    """Whether a child that entered in an earlier year is at the school when the season's children enter.

    Until the day it left, where the register says so; else for the years of its stage.
    """
    if use.left_on is not None and use.left_on < date(year, 9, 1):
        return False
    return use.used_on.year < year < use.used_on.year + STAGE_YEARS[use.stage]
