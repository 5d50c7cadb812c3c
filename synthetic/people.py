"""Synthetic people: names from tables, resident IDs that are valid and never repeat within a city, fictitious
mobiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from stdnum.iso7064 import mod_11_2

from synthetic import tables

_ADULT_DAYS: Final = 8000
_ELDER_DAYS: Final = 7000
# Children share few birth days, so they need many divisions; a block is the families that use every day once.
_CHILD_DAYS: Final = 365
_SLOTS: Final = 4
_PAIRS: Final = 500


@dataclass(frozen=True, slots=True)
class Person:
    """A synthetic person. `document` is "resident-id" or "passport"; `ethnic_group` a name such as 汉族."""

    name: str
    id_number: str
    birth_date: date
    sex: str
    document: str = "resident-id"
    ethnic_group: str = "汉族"
    mobile: str = ""

    def to_json(self) -> dict[str, str]:
        """Return a JSON-safe object."""
        return {
            "name": self.name,
            "id_number": self.id_number,
            "document": self.document,
            "birth_date": self.birth_date.isoformat(),
            "sex": self.sex,
            "ethnic_group": self.ethnic_group,
            "mobile": self.mobile,
        }


def resident_id(division: str, born: date, pair: int, sex: str) -> str:
    """Compose a GB 11643 number: division, birth date, sequence (odd for a male), MOD 11-2 check digit."""
    body = f"{division}{born:%Y%m%d}{pair * 2 + (sex == 'male'):03d}"
    return body + str(mod_11_2.calc_check_digit(body))


def mobile(index: int, guardian: int) -> str:
    """Return a mobile that is well-formed but made up: 1990 and the family's number, counted from zero."""
    return f"1990{index * 2 + guardian:07d}"


def child_number(
    index: int, slot: int, division: str, cohort: int, sex: str, *, late: bool = False
) -> tuple[str, date]:
    """Return the ID and birth date of a child; `slot` 0..3 in the family, `cohort` the year whose 1 September opens it.

    Children of one family share the day of the year, so twins need no second thought. Uniqueness: (day, pair,
    division) is an injective function of (index, slot), and every division used comes from a list without repeats.
    """
    day = index * 7919 % _CHILD_DAYS
    born = date(cohort + late, 9, 1) + timedelta(days=day)
    serial = index // _CHILD_DAYS * _SLOTS + slot
    at = serial // _PAIRS
    chosen = division if at == 0 else tables.OUTSIDE_DIVISIONS[at]
    return resident_id(chosen, born, serial % _PAIRS, sex), born


def can_be_late(index: int) -> bool:
    """Whether a family's day of the year falls between 1 September and 31 December, so that its child may be born
    late.
    """
    return index * 7919 % _CHILD_DAYS < 122


def adult_number(index: int, slot: int, division: str, first_year: int, sex: str) -> tuple[str, date]:
    """Return the ID and birth date of a guardian (slot 0 or 1), unique within a city whatever the division."""
    born = date(first_year, 1, 1) + timedelta(days=index * 7919 % _ADULT_DAYS)
    return resident_id(division, born, index // _ADULT_DAYS * 2 + slot, sex), born


def elder_number(index: int, slot: int, division: str, first_year: int, sex: str) -> tuple[str, date]:
    """Return the ID and birth date of a grandparent (slot 0 or 1), unique within a city whatever the division."""
    born = date(first_year, 1, 1) + timedelta(days=index * 7919 % _ELDER_DAYS)
    return resident_id(division, born, index // _ELDER_DAYS * 2 + slot, sex), born


def surname(rng: Random) -> str:
    """Draw a surname; one in fifty is a compound one."""
    return rng.choice(tables.COMPOUND_SURNAMES) if rng.randrange(50) == 0 else rng.choice(tables.SURNAMES)


def surname_of(name: str) -> str:
    """Return the surname of a Han name: two characters for a compound one."""
    return name[:2] if name[:2] in tables.COMPOUND_SURNAMES else name[0]


def given_name(rng: Random, *, rare: bool = False) -> str:
    """Draw a given name of one or two characters, with a rare one when asked."""
    first = rng.choice(tables.RARE) if rare else rng.choice(tables.GIVEN)
    return first if rng.randrange(4) == 0 else first + rng.choice(tables.GIVEN)


def minority_name(rng: Random) -> tuple[str, str]:
    """Draw a name with the separator U+00B7 and the name of its ethnic group."""
    first, last, code = rng.choice(tables.MINORITY)
    return f"{first}\u00b7{last}", tables.MINORITY_GROUPS[code]


def latin_name(rng: Random) -> str:
    """Draw a name in Latin letters, as a passport writes it."""
    return f"{rng.choice(tables.LATIN_FAMILY)} {rng.choice(tables.LATIN_GIVEN)}"


def pick(rng: Random, shares: Mapping[str, float]) -> str:
    """Draw a key of a table of shares that sum to 100."""
    return rng.choices(tuple(shares), weights=tuple(shares.values()))[0]
