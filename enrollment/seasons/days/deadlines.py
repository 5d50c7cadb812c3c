"""The time left until a round closes, as a page and its script show it; and until when a place is answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrollment.seasons.models import Round
from foundation import clock


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long a round is still open, by the server's clock: a phone's own clock may be wrong.

    ``ends`` is the first instant after the deadline's minute; both moments are milliseconds since 1970 for the script.
    """

    closes_at: datetime
    now_ms: int
    ends_ms: int
    text: str
    urgent: bool


def deadline(round_: Round) -> Deadline:
    now, ends = clock.now(), clock.ended(round_.closes_at)
    return Deadline(
        closes_at=round_.closes_at,
        now_ms=int(now.timestamp() * 1000),
        ends_ms=int(ends.timestamp() * 1000),
        text=remaining(round_.closes_at),
        urgent=ends - now < timedelta(days=1),
    )


def answer_until(days: int, offered: datetime | None = None) -> datetime:
    """Until when a place that is offered now (or was at ``offered``) is answered: to the minute, as messages say it."""
    return clock.running_minute(offered) + timedelta(days=days)


def remaining(by: datetime) -> str:
    """How long until a deadline, as a person would say it: days by the calendar, as every page counts them, and from
    the day before on hours and minutes.
    """
    if clock.deadline_passed(by):
        return _("This time is over.")
    days, minutes = clock.days_until(by), int((clock.ended(by) - clock.now()).total_seconds()) // 60
    if days > 1:
        return ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)d h %(minutes)d min left") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)d min left") % {"minutes": minutes} if minutes else _("less than a minute left")
