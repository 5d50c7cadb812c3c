"""Personal documents other than the resident ID, and the detection of which one a number belongs to."""

import re
from datetime import date

from identifiers import resident, text
from identifiers.dates import read_date
from identifiers.result import Checked, Context, accept, refuse

PASSPORT, TRAVEL, FOREIGN, DISABILITY = "passport", "travel-permit", resident.FOREIGN, "disability-card"
BIRTH = "birth-certificate"
_PASSPORT = re.compile(r"(?=.*[0-9])[A-Z0-9]{5,14}")
_HONG_KONG = re.compile(r"([HM][0-9]{8})([0-9]{2})?")
_TAIWAN = re.compile(r"([0-9]{8})([0-9]{2})?")
_BIRTH = re.compile(r"[A-Z][0-9]{9}")  # 出生医学证明: the letter of its edition and nine digits
MOST_ISSUES = 40  # a travel permit is renewed every five years at most: more is another number
_OLD_FOREIGN = re.compile(r"[A-Z]{3}[0-9]{12}")
OLDEST = 1930  # of dates that are typed for a number
_LONG_NUMBER = re.compile(r"[0-9]{11,}X?|.{15,}", re.DOTALL)
_OF_A_DATE = re.compile(r"[年./\-]")  # what stands between the parts of a day, and in no number as it is printed
_LATEST = date(2099, 12, 31)  # of a day that is read where nobody says what day it is


def check_passport(raw: str, context: Context) -> Checked:  # noqa: ARG001 - one signature for every kind
    """Check a passport number of any country: 5 to 14 capitals and digits with at least one digit."""
    value = text.code(raw)
    if not _PASSPORT.fullmatch(value):
        return refuse(PASSPORT, raw, value, "passport_format")
    return accept(PASSPORT, raw, value, facts={"document": "passport"})


def normalise_travel(raw: str) -> str:
    """The holder's number of a mainland travel permit, without the two digits that count its issues.

    The count grows with every renewal while the person stays the same, so it may not take part in uniqueness.
    """
    folded = text.code(raw)
    match = _HONG_KONG.fullmatch(folded) or _TAIWAN.fullmatch(folded)
    return match[1] if match else folded


def check_travel(raw: str, context: Context) -> Checked:
    """Check a mainland travel permit: H or M and 8 digits (Hong Kong, Macao) or 8 digits (Taiwan), count of issues
    optional. Eight digits that are a day of somebody's life are asked back: the count behind them makes it clear.
    """
    folded, value = text.code(raw), normalise_travel(raw)
    match = _HONG_KONG.fullmatch(folded) or _TAIWAN.fullmatch(folded)
    if match is None:
        return refuse(TRAVEL, raw, value, "travel_permit_format")
    if value.isdecimal() and not match[2] and (day := _day(value, context.today)):
        return refuse(TRAVEL, raw, value, "looks_like_date", date=day)
    if match[2] and int(match[2]) > MOST_ISSUES:
        return refuse(TRAVEL, raw, value, "travel_permit_issues", issues=match[2])
    origin = {"H": "hong_kong", "M": "macao"}.get(value[0], "taiwan")
    facts = {"document": "travel_permit", "origin": origin} | ({"issue": match[2]} if match[2] else {})
    return accept(TRAVEL, raw, value, facts=facts)


def _day(value: str, today: date | None) -> str:
    """The day that eight digits name, if people live who were born on it; "" otherwise."""
    try:
        day = date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return ""
    return day.isoformat() if date(OLDEST, 1, 1) <= day <= (today or date.max) else ""


def no_number(kind: str, raw: str, context: Context) -> Checked | None:
    """Why this is the number of no document at all: "none", or a day, as 2020-8-31, which without its signs would pass
    for a passport. None for what may be a number.
    """
    if text.is_none(raw):
        return refuse(kind, raw, "", "no_number_needed")
    if not _OF_A_DATE.search(text.dashes(text.width(raw))):
        return None
    day = read_date(raw, today=context.today or _LATEST).value
    return refuse(kind, raw, "", "date_not_number", date=day) if day else None


def check_birth(raw: str, context: Context) -> Checked:
    """Check the number of a birth certificate: one letter and nine digits. Only a child without any other number
    applies by it.
    """
    value = text.code(raw)
    if not _BIRTH.fullmatch(value):
        return refuse(BIRTH, raw, value, "birth_certificate_format")
    if context.role == "guardian":
        return refuse(BIRTH, raw, value, "birth_certificate_adult")
    return accept(BIRTH, raw, value, facts={"document": "birth_certificate"})


def check_foreign(raw: str, context: Context) -> Checked:
    """Check a foreign permanent resident ID card: 18 digits from 9, or the older 3 letters and 12 digits."""
    value = text.code(raw)
    if _OLD_FOREIGN.fullmatch(value):
        return accept(FOREIGN, raw, value, facts={"document": "foreign_permanent_resident", "nationality": value[:3]})
    if not value.startswith("9"):
        return refuse(FOREIGN, raw, value, "permanent_resident_format")
    return resident.check_foreign(raw, value, context)


def check_disability(raw: str, context: Context) -> Checked:
    """Check a disability card: the holder's ID, then class 1-7 (1 sight, 2 hearing) and grade 1-4, 20 characters."""
    value = text.code(raw)
    if len(value) != 20:
        return refuse(DISABILITY, raw, value, "length", length=str(len(value)), expected="20")
    refusal = resident.check_eighteen(DISABILITY, raw, value[:18], context)
    if refusal is not None:
        return refuse(DISABILITY, raw, value, refusal.code, **refusal.params)
    if value[18] not in "1234567":
        return refuse(DISABILITY, raw, value, "disability_class")
    if value[19] not in "1234":
        return refuse(DISABILITY, raw, value, "disability_grade")
    return accept(DISABILITY, raw, value, facts={"holder": value[:18], "class": value[18], "grade": value[19]})


def detect(raw: str) -> str:
    """The kind of document a number has the shape of; a long number with a mistake stays a resident ID, so that it gets
    that kind's explanation rather than passing for a passport."""
    folded = text.code(raw)
    if _OLD_FOREIGN.fullmatch(folded):
        return FOREIGN
    if _LONG_NUMBER.fullmatch(folded):
        return resident.KIND
    if _BIRTH.fullmatch(folded) and not _HONG_KONG.fullmatch(folded):
        return BIRTH
    if _HONG_KONG.fullmatch(folded) or _TAIWAN.fullmatch(folded):
        return TRAVEL
    return PASSPORT


def mask_disability(value: str) -> str:
    """First three characters: the last ones would tell the class and grade of the disability."""
    return text.stars(value, 3, 0)
