"""Resident ID numbers (GB 11643) and the permits that follow the same standard.

Six digits of division (GB/T 2260 at the day of assignment), eight of birth date, three of sequence (odd for men),
one check character by ISO 7064 MOD 11-2. Residence permits of Hong Kong, Macao and Taiwan begin with 81, 82, 83. The
foreign permanent resident ID card of 2023 has the same length and check character but begins with 9: digits 2-3 are
the place of application and 4-6 the nationality (ISO 3166 numeric).
"""

import re
from datetime import date
from functools import cache
from pathlib import Path

from identifiers import text
from identifiers.result import Checked, Context, Notice, accept, notice, refuse

KIND = "resident-id"
FOREIGN = "foreign-permanent-resident"
PERMIT = "residence-permit"  # of Hong Kong, Macao and Taiwan residents on the mainland
FIRST_YEAR = 1900  # nobody born earlier is alive to be enrolled or to enrol
_DIVISIONS = Path(__file__).parent / "data" / "divisions.txt"
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN = re.compile(r"[0-9]{15}")
_PERMITS = {"81": "hong_kong", "82": "macao", "83": "taiwan"}


@cache
def known_divisions() -> frozenset[str]:
    """Every six-digit code GB/T 2260 has had, abolished ones included, because an ID keeps the code of its birth."""
    codes: set[str] = set()
    for line in _DIVISIONS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            province, _, counties = line.partition(":")
            codes.update(province + county for county in counties.split())
    return frozenset(codes)


def check_character(first_seventeen: str) -> str:
    """The MOD 11-2 check character (0-9 or X) of seventeen digits."""
    from stdnum.iso7064 import mod_11_2

    return str(mod_11_2.calc_check_digit(first_seventeen))


def upgrade(fifteen: str) -> str:
    """The 18-character number of a first-generation 15-digit one: the century 19 and the check character are added."""
    body = fifteen[:6] + "19" + fifteen[6:]
    return body + check_character(body)


def normalise(raw: str) -> str:
    """The normal form; an old 15-digit number becomes its 18-character successor, so both compare as one person."""
    folded = text.code(raw)
    return upgrade(folded) if _FIFTEEN.fullmatch(folded) else folded


def birth_date(value: str) -> date | None:
    """The birth date in digits 7 to 14, or None when no such day exists or its year is before 1900."""
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return None
    return born if born.year >= FIRST_YEAR else None


def _date_refusal(kind: str, raw: str, value: str, context: Context) -> Checked | None:
    written = f"{value[6:10]}-{value[10:12]}-{value[12:14]}"
    born = birth_date(value)
    if born is None:
        return refuse(kind, raw, value, "impossible_date", date=written)
    if context.today is not None and born > context.today:
        return refuse(kind, raw, value, "future_birth_date", date=written)
    return None


def check_eighteen(kind: str, raw: str, value: str, context: Context) -> Checked | None:
    """The refusal of an 18-character number for length, characters, birth date or check character, or None."""
    if len(value) != 18:
        return refuse(kind, raw, value, "length", length=str(len(value)), expected="18")
    if not _EIGHTEEN.fullmatch(value):
        return refuse(kind, raw, value, "not_digits")
    refusal = _date_refusal(kind, raw, value, context)
    if refusal is not None:
        return refusal
    expected = check_character(value[:17])
    if expected != value[17]:
        return refuse(kind, raw, value, "checksum", expected=expected)
    return None


def _facts(value: str) -> dict[str, str]:
    born = birth_date(value)
    facts = {"birth_date": born.isoformat() if born else ""}
    if value[0] == "9":
        return facts | {"document": "foreign_permanent_resident", "nationality": value[3:6], "applied_in": value[1:3]}
    facts |= {"sex": "male" if int(value[16]) % 2 else "female", "division": value[:6], "document": "resident_id"}
    if value[:2] in _PERMITS:
        facts |= {"document": "residence_permit", "origin": _PERMITS[value[:2]]}
    return facts


def check(raw: str, context: Context) -> Checked:
    """Check a resident ID; 15 digits pass only for a guardian and come back as 18 with a warning.

    A number beginning with 9 is answered as the kind ``foreign-permanent-resident``, one with 81, 82 or 83 as
    ``residence-permit``: families hold them for their resident ID.
    """
    folded = text.code(raw)
    old = _FIFTEEN.fullmatch(folded) is not None
    if old and context.role != "guardian":
        return refuse(KIND, raw, folded, "fifteen_digits_child" if context.role == "child" else "fifteen_digits")
    value = normalise(raw)
    kind = FOREIGN if value.startswith("9") else PERMIT if value[:2] in _PERMITS else KIND
    refusal = check_eighteen(kind, raw, value, context)
    if refusal is not None:
        return refusal
    warnings: list[Notice] = [notice("upgraded_from_fifteen")] if old else []
    if kind == FOREIGN:
        warnings.append(notice("foreign_document"))
    elif value[:6] not in known_divisions():
        warnings.append(notice("unknown_division", division=value[:6]))
    return accept(kind, raw, value, facts=_facts(value), warnings=tuple(warnings))


def check_foreign(raw: str, value: str, context: Context) -> Checked:
    """Check the 18 digits from 9 of the foreign permanent resident ID card issued since December 2023."""
    return check_eighteen(FOREIGN, raw, value, context) or accept(FOREIGN, raw, value, facts=_facts(value))


def mask(value: str) -> str:
    """First three and last four of 18 characters, which hides the birth date; first one and last two of anything
    else.
    """
    return text.stars(value, 3, 4) if len(value) == 18 else text.stars(value, 1, 2)
