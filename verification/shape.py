"""Whether an agency's records can be read at all, before anything is compared, judged or offered as an answer (pure).

A record with a list where text belongs would stop whoever reads it later: the worker, the assessment, a family's page.
It is therefore no record, and the answer that holds one counts as silence.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

LONGEST_TEXT = 500  # characters
MOST_ROWS = 1000
LARGEST_NUMBER = 1_000_000_000
_MONTH = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")

DATES = frozenset(
    {"registered_on", "filed_on", "issued_on", "endorsed_until", "born_on", "until", "entered_on", "left_on"}
)
TEXTS = frozenset(
    {
        "address",
        "certificate",
        "city",
        "contract",
        "division",
        "former_certificate",
        "former_contract",
        "grade",
        "householder_id",
        "householder_relation",
        "id_number",
        "lease",
        "name",
        "relation",
        "school",
        "school_code",
        "spouse_id",
        "stage",
    }
)
PEOPLE = frozenset({"buyers", "custody", "guardians", "members", "owners", "parents", "tenants"})
MONTHS = frozenset({"backpaid", "months"})


def is_line(value: object, longest: int = LONGEST_TEXT) -> bool:
    """Whether a value is one line of text that can be stored: no control characters, no halves of characters."""
    return isinstance(value, str) and len(value) <= longest and (value.isprintable() or _harmless(value))


def _harmless(value: str) -> bool:
    """Registers hold characters without a shape of their own (private use, ideographic space); those stay."""
    return not any(char < " " or char == "\x7f" or "\ud800" <= char <= "\udfff" for char in value)


def _is_date(value: object) -> bool:
    try:
        return value == "" or date.fromisoformat(str(value)).isoformat() == value
    except ValueError:
        return False


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) <= LARGEST_NUMBER  # NaN is not smaller than anything


def _is_months(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(month, str) and _MONTH.fullmatch(month) for month in value)


def _fits(name: str, value: object) -> bool:
    if value is None:
        return name not in PEOPLE | MONTHS
    if name in DATES:
        return _is_date(value)
    if name in TEXTS:
        return is_line(value)
    if name in PEOPLE:
        return readable(value)
    if name in MONTHS:
        return _is_months(value)
    if name == "mortgaged":
        return isinstance(value, bool)
    return name != "share" or _is_share(value)


def readable(records: Any) -> bool:
    """Whether this is a list of records whose known fields have their kind; a field nobody reads may be anything."""
    return (
        isinstance(records, list)
        and len(records) <= MOST_ROWS
        and all(isinstance(record, Mapping) and all(_fits(*item) for item in record.items()) for record in records)
    )
