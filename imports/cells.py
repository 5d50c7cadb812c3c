"""Cells of tables as people write them (pure)."""

import re
from datetime import date
from typing import Final

_DAY: Final = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?: .*)?")


def day_of(text: str) -> date | None:
    """2026-05-01, 2026/5/1, 2026.5.1, 2026年5月1日 or 20260501; None for anything else.

    Stricter than ``identifiers.dates.read_date``, which guesses what a parent meant: a table comes from software or a
    clerk, and a year of two digits in it is a mistake to be named.
    """
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2] or found[4]), int(found[3] or found[5]))
    except ValueError:
        return None


def number_of(text: str) -> float | None:
    """A number, written with or without a comma for thousands; None for anything else."""
    plain = text.replace(",", "").replace("，", "").strip()
    return float(plain) if re.fullmatch(r"-?\d{1,12}(\.\d{1,9})?", plain) else None


def whole_of(text: str) -> int | None:
    """A whole number that is not negative; None for anything else."""
    found = number_of(text)
    return int(found) if found is not None and found >= 0 and found == int(found) else None
