"""Days and moments as people read them: one form on pages, in messages and on prints, in the active language.

``clock.written`` is the plain form, for what is stored, exported or compared.
"""

import re
from datetime import date, datetime
from typing import Final

from foundation import clock
from foundation.wording import content_language
from policy.words import day_words

WEEKDAYS: Final = "一二三四五六日"
PLAIN: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}))?")


def day_said(at: date) -> str:
    """A day with its weekday, 6月20日（周六） or Sat 20 Jun; of another year than this one with its year instead."""
    if at.year != clock.today().year:
        return day_in_full(at)
    if content_language() == "zh":
        return f"{at.month}月{at.day}日（周{WEEKDAYS[at.weekday()]}）"
    return f"{at:%a} {at.day} {at:%b}"


def day_in_full(at: date) -> str:
    """A day with its year, as a print says it for years: 2026年6月20日, or 20 Jun 2026."""
    return day_words(at).of(content_language())


def moment_said(at: datetime) -> str:
    """A day with its time in Beijing, to the minute."""
    here = at.astimezone(clock.SHANGHAI)
    return clocked(day_said(here.date()), here)


def moment_in_full(at: datetime) -> str:
    """The same with the year."""
    here = at.astimezone(clock.SHANGHAI)
    return clocked(day_in_full(here.date()), here)


def clocked(day: str, at: datetime) -> str:
    """A day that was said, with its time behind: a bracket parts them already."""
    return f"{day}{at:%H:%M}" if day.endswith("）") else f"{day} {at:%H:%M}"


def plain_said(text: str) -> str:
    """A day or moment in the plain form (2026-06-20, 2026-06-20 17:00) as it is said; anything else as it is."""
    found = PLAIN.fullmatch(text)
    if found is None:
        return text
    try:
        if found[2]:
            return moment_said(datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI))
        return day_said(date.fromisoformat(found[1]))
    except ValueError:  # 2026-13-45 is no day, whoever wrote it
        return text
