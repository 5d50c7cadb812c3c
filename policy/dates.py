"""Dates in a policy: a fixed day, or a distance from the cut-off ("36 months before cutoff") or the day of entry."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, cast

Anchor = Literal["cutoff", "entry"]
_RELATIVE = re.compile(r"^(\d{1,4}) (day|month|year)s? (before|after) (cutoff|entry)$")


def add_months(day: date, months: int) -> date:
    """Move a day by whole months; where the month is too short its last day counts (Civil Code art. 202)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = min(max(index // 12, date.min.year), date.max.year), index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class DateExpr:
    """A day written in a policy: `fixed`, or `months` and `days` away from an anchor (negative: before it)."""

    fixed: date | None = None
    anchor: Anchor = "cutoff"
    months: int = 0
    days: int = 0

    def resolve(self, cutoff: date, entry: date) -> date:
        """Return the day meant, given the cut-off of the round and the day of entry."""
        if self.fixed is not None:
            return self.fixed
        base = cutoff if self.anchor == "cutoff" else entry
        return add_months(base, self.months) + timedelta(days=self.days)


def parse(text: object) -> DateExpr | None:
    """Read a date expression; None when it is none."""
    if not isinstance(text, str):
        return None
    if text in {"cutoff", "entry"}:
        return DateExpr(anchor=cast(Anchor, text))
    if match := _RELATIVE.match(text):
        size = int(match[1]) * (-1 if match[3] == "before" else 1)
        anchor = cast(Anchor, match[4])
        if match[2] == "day":
            return DateExpr(anchor=anchor, days=size)
        return DateExpr(anchor=anchor, months=size * (12 if match[2] == "year" else 1))
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return DateExpr(fixed=date.fromisoformat(text))
    except ValueError:
        return None
