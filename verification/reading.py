"""From the bytes of an exchange to records as the adapters read them (pure): letters, names, codes, dates, shares.

What cannot be read is no answer, as everywhere. A masked name stays masked: the adapters call it unreadable there.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from verification.dialect import Dialect
from verification.shape import DATES, MONTHS

OVER: Final = "moved_out"  # the state of an entry in the history of a household
_DATE = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?(?:\.0)?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:000000)?")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})月?")
_MOMENT = re.compile(r"(\d{4})-?/?(\d{2})-?/?(\d{2})[ T]?(\d{2}):?(\d{2}):?(\d{2})")


class Unreadable(ValueError):
    """Not an answer of this dialect."""


class Busy(Exception):
    """The agency says in its answer that it was asked too often."""


class Expired(Exception):
    """The agency says in its answer that the token is over."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer holds: per question its records, and whether there is another page."""

    records: tuple[tuple[dict[str, Any], ...], ...]
    source: str
    at: str
    more: bool


def at_path(body: Any, path: str) -> Any:
    """The value at a dotted path; None where there is none."""
    for name in path.split("."):
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def read_page(content: bytes, dialect: Dialect, questions: int) -> Page:
    """One answer. Raises Unreadable, Busy, Expired."""
    try:
        body = json.loads(content.decode(dialect.charset))
    except (ValueError, RecursionError):
        raise Unreadable from None
    if dialect.code:
        code = str(at_path(body, dialect.code))
        if code in dialect.busy:
            raise Busy
        if code in dialect.expired:
            raise Expired
        if code not in dialect.good:
            raise Unreadable
    source = at_path(body, dialect.source) if dialect.source else ""
    at = at_path(body, dialect.at) if dialect.at else ""
    if not isinstance(source, str) or not isinstance(at, str):
        raise Unreadable
    found = _by_question(at_path(body, dialect.records), dialect, questions)
    more = bool(dialect.page_size and dialect.more and at_path(body, dialect.more))
    return Page(tuple(tuple(_records(rows, dialect)) for rows in found), source, at, more)


def _by_question(rows: Any, dialect: Dialect, questions: int) -> list[Any]:
    """The rows of each question: of a batch each one is named by its number."""
    if dialect.batch == 1:
        return [rows]
    found: list[Any] = [None] * questions
    if not isinstance(rows, list):
        raise Unreadable
    for one in rows:
        number = str(one.get("id")) if isinstance(one, Mapping) else ""
        if not number.isdecimal() or int(number) >= questions:
            raise Unreadable
        found[int(number)] = one.get("records")
    return found


def _records(rows: Any, dialect: Dialect) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Unreadable
    made = []
    for row in rows:
        made.append(record(row, dialect))
        earlier = row.get(dialect.history) if dialect.history else None
        for one in earlier if isinstance(earlier, list) else ():
            if isinstance(one, Mapping):
                made.append({**record({**row, **one}, dialect), "status": OVER})
    return made


def record(row: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """One record under our names, in our spelling."""
    names = {theirs: ours for ours, theirs in dialect.fields.items()}
    lists = {one.name: (ours, one.fields) for ours, one in dialect.nested.items()}
    made: dict[str, Any] = {}
    for name, value in row.items():
        if name in lists:
            ours, inner = lists[name]
            made[ours] = [_person(one, inner, dialect) for one in value] if _is_people(value) else value
        elif name != dialect.history:
            ours = names.get(name, name)
            made[ours] = _value(ours, value, dialect)
    return made


def _is_people(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)


def _person(row: Mapping[str, Any], inner: Mapping[str, str], dialect: Dialect) -> dict[str, Any]:
    names = {theirs: ours for ours, theirs in inner.items()}
    return {names.get(name, name): _value(names.get(name, name), value, dialect) for name, value in row.items()}


def _value(name: str, value: Any, dialect: Dialect) -> Any:
    coded = dialect.codes.get(name)
    if coded is not None and str(value) in coded:
        word = coded[str(value)]
        return {"true": True, "false": False}.get(word, word)
    if name in DATES:
        return day_of(value) if isinstance(value, str | int) and not isinstance(value, bool) else value
    if name in MONTHS and isinstance(value, str | list):
        rows = re.split(r"[,，;；\s]+", value.strip()) if isinstance(value, str) else value
        return [month_of(one) for one in rows if one != ""]
    if name == "share":
        return _share(value, dialect)
    if name == "id_number" and isinstance(value, str):
        return narrow(value).strip()
    if _is_people(value):
        return [_person(one, dialect.fields, dialect) for one in value]
    return value


def narrow(value: str) -> str:
    """Full-width digits and letters as half-width ones."""
    return "".join(unicodedata.normalize("NFKC", char) if "！" <= char <= "～" else char for char in value)


def day_of(value: str | int) -> str:
    """A day in ISO form from 2024-05-01, 20240501 or 2024年5月1日, in whichever width; what is none stays as it is."""
    said = narrow(str(value)).strip()
    found = _COMPACT.fullmatch(said) or _DATE.fullmatch(said)
    if found is None:
        return said
    try:
        return date(*(int(part) for part in found.groups()[:3])).isoformat()
    except ValueError:
        return said


def month_of(value: Any) -> Any:
    """A month as YYYY-MM from 202405, 2024-05 or 2024年5月."""
    found = _MONTH.fullmatch(narrow(str(value)).strip()) if isinstance(value, str | int) else None
    return f"{found[1]}-{int(found[2]):02d}" if found else value


def moment_of(value: str) -> datetime | None:
    """A moment in ISO form, or as 20240501103000; None for what is none."""
    said = narrow(value).strip()
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        pass
    found = _MOMENT.fullmatch(said)
    try:
        return datetime(*(int(part) for part in found.groups())) if found else None  # type: ignore[arg-type]  # noqa: DTZ001 - a wall clock
    except ValueError:
        return None


def _share(value: Any, dialect: Dialect) -> Any:
    """A share from 0 to 1, also from "50%" and from 50 where the agency counts in percent."""
    if isinstance(value, str):
        said = narrow(value).strip()
        percent = said.endswith("%")
        upper, slash, lower = said.removesuffix("%").partition("/")
        try:
            number = float(upper) / (float(lower) if slash else 1.0)
        except (ValueError, ZeroDivisionError):
            return value
        return number / 100 if percent or (dialect.share == "percent" and not slash) else number
    if dialect.share == "percent" and isinstance(value, int | float) and not isinstance(value, bool):
        return value / 100
    return value


def joined(pages: Sequence[Page]) -> Page:
    """The pages of one answer as one."""
    rows = tuple(tuple(row for page in pages for row in page.records[at]) for at in range(len(pages[0].records)))
    return Page(rows, pages[0].source, pages[0].at, False)
