"""What a question is: its kind, options and condition, and how an answer is validated (pure)."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date

import identifiers

Answers = Mapping[str, str]


def N_(text: str) -> str:  # noqa: N802 - the usual mark of a text that is translated later
    return text


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question. ``kind`` is an identifiers kind, or ``choice``, ``several``, ``date``, ``about`` (a date, of which
    the month or the year is enough), ``number`` (of months), ``whole``, ``percent``, ``text``.

    ``when`` maps another field to the values under which this one is asked; ``default`` is the answer of who says
    nothing. Several answers to one question are one string with commas between. ``purpose`` and ``basis`` (the law) are
    said to the family with a question of a district's own. ``describes`` is the name question whose character this one
    describes: it is asked only while a character of that name cannot be typed.
    """

    name: str
    page: str
    label: str
    kind: str
    help: str = ""
    options: tuple[Option, ...] = ()
    when: Mapping[str, tuple[str, ...]] = dataclass_field(default_factory=dict)
    required: bool = True
    autocomplete: str = "off"
    default: str = ""
    purpose: str = ""
    basis: str = ""
    describes: str = ""


@dataclass(frozen=True, slots=True)
class FieldError:
    """Why an answer is not taken: a stable code, and a message (English id with parameters) that says what to do."""

    field: str
    code: str
    message: str
    params: Mapping[str, str] = dataclass_field(default_factory=dict)
    more: tuple[identifiers.Notice, ...] = ()  # where to look, for a number that is a digit off


def validate(
    field: Field, raw: str, today: date, *, document: str = "", described: str | None = None
) -> tuple[str, FieldError | None]:
    """The normalised answer, and what is wrong with it (the raw answer is kept by the caller either way).

    ``document`` is the kind of document that a name stands on: some carry Latin letters. ``described`` says what a
    character of a name looks like that cannot be typed, where that is asked.
    """
    value = raw.strip() or field.default
    if identifiers.is_none(value) and field.kind not in WORDED:
        if field.required:
            code = "no_number_needed" if field.kind == "id" else "missing"
            return value, FieldError(field.name, code, identifiers.MESSAGES[code] if field.kind == "id" else _MISSING)
        value = ""
    if not value:
        return "", FieldError(field.name, "missing", _MISSING) if field.required else None
    if field.kind == "choice":
        known = any(option.value == value for option in field.options)
        return value, None if known else FieldError(field.name, "choice", N_("Please pick one of the answers."))
    if field.kind in OWN_KINDS:
        return OWN_KINDS[field.kind](field, value, today)
    checked = identifiers.check(
        field.kind, value, role="guardian", today=today, document=document or None, described=described
    )
    if checked.ok:
        return checked.value, None
    where = identifiers.diagnose(value, role="guardian", today=today) if field.kind == "id" else ()
    return value, FieldError(field.name, checked.code, identifiers.MESSAGES[checked.code], checked.params, where)


def _plain(value: str) -> str:
    """Full-width digits and signs as ordinary ones."""
    return unicodedata.normalize("NFKC", value).strip()


def _percent(field: Field, value: str, _today: date) -> tuple[str, FieldError | None]:
    wrong = FieldError(field.name, "percent", N_("Please give a number from 1 to 100, for example 50."))
    written = _SHARE.fullmatch(_plain(value))
    number = float(written[1]) if written else 0
    return (f"{number:g}", None) if 1 <= number <= 100 else (value, wrong)


def _number(field: Field, value: str, _today: date) -> tuple[str, FieldError | None]:
    digits = _MONTHS.sub("", _plain(value))
    if digits.isascii() and digits.isdigit() and int(digits) <= LONGEST_MONTHS:
        return str(int(digits)), None
    return value, FieldError(field.name, "number", N_("Please give a whole number, for example 24."))


def _whole(field: Field, value: str, _today: date) -> tuple[str, FieldError | None]:
    digits = _plain(value)
    if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_WHOLE:
        return str(int(digits)), None
    return value, FieldError(field.name, "number", N_("Please give a whole number, for example 24."))


def _date(field: Field, value: str, today: date) -> tuple[str, FieldError | None]:
    read = identifiers.read_date(value, today=today, about=field.kind == "about")
    if read.code:
        return value, FieldError(field.name, read.code, identifiers.MESSAGES[read.code])
    return read.value, None


def _several(field: Field, value: str, _today: date) -> tuple[str, FieldError | None]:
    picked = [part for part in value.split(",") if part]
    known = [option.value for option in field.options if option.value in picked]
    if not set(picked) <= set(known):
        return value, FieldError(field.name, "choice", N_("Please pick one of the answers."))
    return ",".join(known), None


def _text(field: Field, value: str, _today: date) -> tuple[str, FieldError | None]:
    if len(value) > LONGEST_TEXT:
        wrong = N_("Please say it in at most {most} characters; these are {length}.")
        return value, FieldError(field.name, "too_long", wrong, {"most": str(LONGEST_TEXT), "length": str(len(value))})
    return value, None


LONGEST_MONTHS = 720
_MONTHS = re.compile(r"\s*个?月$")  # 24个月
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)\s*%?")
LONGEST_TEXT = 300
LONGEST_WHOLE = 9  # digits
WORDED = ("text", "choice", "several")  # kinds in which "none" is an answer like any other
_MISSING = N_("Please answer this question.")
OWN_KINDS = {
    "percent": _percent,
    "number": _number,
    "whole": _whole,
    "date": _date,
    "about": _date,
    "several": _several,
    "text": _text,
}
