"""Dates as families write them: with Chinese signs, short years, years of the Republic, or only about.

What cannot be read in one way only is asked, never guessed: a year that is stored wrongly decides about a place.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from identifiers import text
from identifiers.numerals import to_digits

Exact = Literal["day", "month", "year"]
REPUBLIC = 1911  # 民国元年 is 1912: the calendar on documents from Taiwan
EARLIEST = 1900
_NUMERAL = re.compile("[〇○零一二三四五六七八九十廿卅]+")
_SHORT = str.maketrans({"廿": "二十", "卅": "三十"})
_REPUBLIC = re.compile(r"(?:中华民国|中華民國|民国|民國)(元|\d{1,3})年?(.*)")
_WORDS = re.compile(
    r"大约|大概|约|左右|前后|底|初|起|以来|开始|生于|出生|周[一二三四五六日天]|星期[一二三四五六日天]|\([^)]*\)"
)
_PARTS = re.compile(r"\d+")
_JOINED = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_SHAPE = re.compile(r"\d{1,4}(?:[年./\-_ ]+\d{1,2}(?:[月./\-_ ]+\d{1,4}[日号]?|月份?)?|年)?[./\-_]?")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$")


@dataclass(frozen=True, slots=True)
class ReadDate:
    """What was read: ``value`` is ``2019-08-31``, ``2019-08`` or ``2019``, as ``exact`` says; "" with a ``code`` where
    nothing was. A code is one of ``identifiers.messages.MESSAGES``.
    """

    value: str = ""
    exact: Exact = "day"
    code: str = ""


def read_date(raw: str, *, today: date, about: bool = False) -> ReadDate:
    """A date in any of the ways people write one; ``about`` takes a month or a year for an answer, too.

    A year of two digits is the latest one that is not after this year: 22-9-1 is 2022, 98-9-1 is 1998. Codes: ``date``
    (no date), ``date_day`` (only about, where a day is asked), ``date_order`` (31/8/2020 is clear, 5/6/2020 is not),
    ``date_calendar`` (a year of three digits without 民国), ``date_none`` (no such day), ``date_future``.
    """
    folded = _digits(raw)
    republic = _REPUBLIC.fullmatch(folded)
    if republic:
        folded = f"{REPUBLIC + (1 if republic[1] == '元' else int(republic[1]))}年{republic[2]}"
    parts = _parts(folded)
    if not parts:
        return ReadDate(code="date")
    years = _ordered(parts)
    if isinstance(years, str):
        return ReadDate(code=years)
    return _dated(years, today, about=about)


def _digits(raw: str) -> str:
    """Plain digits and signs, without words that say nothing of the day."""
    folded = unicodedata.normalize("NFKC", text.visible(raw[: text.LIMIT])).strip()
    folded = _TIME.sub("", text.dashes(folded))
    folded = _NUMERAL.sub(lambda found: _numeral(found[0]), _WORDS.sub("", folded).replace("元月", "1月"))
    return re.sub(r"\s*([年月日号./\-])\s*", r"\1", folded).strip(" ,，。")


def _numeral(numeral: str) -> str:
    """二〇二〇 digit by digit, 三十一 as a number."""
    plain = numeral.translate(_SHORT).replace("○", "〇")
    digits = {char: str(at) for at, char in enumerate("〇一二三四五六七八九")} | {"零": "0"}
    if all(char in digits for char in plain):
        return "".join(digits[char] for char in plain)
    return to_digits(plain)


def _parts(folded: str) -> list[str]:
    """The numbers of a date, the year where it stood; none where the text is no date."""
    joined = _JOINED.fullmatch(folded)
    if joined:
        return [part for part in joined.groups() if part]
    return _PARTS.findall(folded) if _SHAPE.fullmatch(folded) else []


def _ordered(parts: list[str]) -> list[int] | str:
    """Year, month, day; or why they cannot be told apart."""
    if len(parts[0]) == 3:
        return "date_calendar"
    numbers = [int(part) for part in parts]
    if len(parts) == 3 and len(parts[2]) == 4 and len(parts[0]) <= 2:  # as abroad: day or month first
        first, second, year = numbers
        if first > 12 >= second:
            return [year, second, first]
        return [year, first, second] if second > 12 >= first or first == second else "date_order"
    if len(parts[-1]) > 2 and len(parts) > 1:
        return "date"
    if len(parts[0]) != 4 and len(parts) != 3:
        return "date"
    if len(parts[0]) == 1:
        return "date_order"
    return [*_year(parts[0]), *numbers[1:]]


def _year(part: str) -> list[int]:
    return [int(part)] if len(part) == 4 else [-int(part)]  # a short year is settled by the day it is read on


def _dated(numbers: list[int], today: date, *, about: bool) -> ReadDate:
    year = numbers[0]
    if year <= 0:
        year = today.year - today.year % 100 - year
        year -= 100 if year > today.year else 0
    if year < EARLIEST:
        return ReadDate(code="date_none")
    try:
        day = date(year, *[*numbers[1:], 1, 1][:2])
    except ValueError:
        return ReadDate(code="date_none")
    if day > today:
        return ReadDate(code="date_future")
    if len(numbers) == 3:
        return ReadDate(day.isoformat())
    if not about:
        return ReadDate(code="date_day")
    return ReadDate(f"{year:04}-{day.month:02}", "month") if len(numbers) == 2 else ReadDate(f"{year:04}", "year")


def latest(value: str) -> date:
    """The last day that a date, a month or a year can mean: what is said only about is never taken for more."""
    parts = [int(part) for part in value.split("-")]
    if len(parts) == 3:
        return date(*parts)
    year, month = (parts[0], parts[1]) if len(parts) == 2 else (parts[0], 12)
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)
