"""The season's calendar and the district's rules for what follows a submission: working days, check-in."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from enrollment.seasons.models import AfterRules, Season
from foundation import clock
from foundation.wording import content_language

CHECK_IN: Final = "checkin"


def rules_of(season: Season) -> AfterRules:
    """What the district laid down, or the defaults."""
    return AfterRules.objects.filter(season=season).first() or AfterRules(season=season)


def working_day(day: date, rules: AfterRules) -> bool:
    """Monday to Friday, without the district's holidays and with the weekends that are worked instead."""
    iso = day.isoformat()
    return iso in rules.extra_days or (day.weekday() < 5 and iso not in rules.days_off)


def after_working_days(start: datetime, days: int, rules: AfterRules) -> datetime:
    """The end (23:59, Beijing time) of the n-th working day after `start`."""
    day, left = clock.day_of(start), days
    while left:
        day += timedelta(days=1)
        left -= working_day(day, rules)
    return datetime.combine(day, time(23, 59), tzinfo=clock.SHANGHAI)


def review_by(season: Season) -> datetime:
    """Until when a case that comes to a person now is decided, by the district's own rule."""
    rules = rules_of(season)
    return after_working_days(clock.now(), rules.review_days, rules)


def dated(season: Season) -> Iterable[tuple[str, str, date, date]]:
    """Key, words in the active language, first and last day of each line of a season's calendar that has its days."""
    language = content_language()
    for row in season.calendar:
        try:
            first, last = (date.fromisoformat(str(row[name])[:10]) for name in ("starts", "ends"))
        except (KeyError, ValueError):
            continue
        yield str(row.get("key", "")), str(row.get(language, "")), first, last


def check_in_days(season: Season) -> tuple[tuple[date, date], ...]:
    """The days of check-in in the season's calendar; empty while none is fixed."""
    return tuple((first, last) for key, _label, first, last in dated(season) if key == CHECK_IN)


def check_in_over(season: Season) -> bool:
    """Whether the last day of check-in has gone by; not while none is fixed."""
    days = check_in_days(season)
    return bool(days) and clock.today() > days[-1][1]


BRING: Final = (
    {"zh": "录取通知书（手机出示或打印均可）", "en": "the letter, on the phone or printed"},
    {"zh": "户口簿或其他身份证件原件", "en": "the household register or other identity document"},
)


def bring_to(season: Season, stage: str) -> list[Mapping[str, Any]]:
    """What children of a stage bring on check-in day; a thing that names no stage is brought by all."""
    return [one for one in rules_of(season).bring or BRING if stage in (one.get("stages") or [stage])]


def bring_words(season: Season, stage: str) -> list[str]:
    """``bring_to`` in the active language."""
    language = content_language()
    return [str(one[language]) for one in bring_to(season, stage)]
