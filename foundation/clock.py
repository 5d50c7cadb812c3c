"""The injected clock. All of the portal reads time here, so that deadlines can be tested at their last second.

Times are aware and in Asia/Shanghai. A deadline given to the minute ends at the end of that minute: a parent who
presses the button while the clock still shows 17:00 is in time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The current time in Asia/Shanghai."""
    return _frozen.get() or datetime.now(SHANGHAI)  # noqa: TID251 - the one place


def today() -> date:
    """The current calendar day in Asia/Shanghai."""
    return now().date()


def day_of(moment: datetime) -> date:
    """The calendar day of a moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def days_until(day: date | datetime) -> int:
    """How many days from today: 0 is today, 1 tomorrow. Every page counts days so, whatever the hour."""
    return ((day_of(day) if isinstance(day, datetime) else day) - today()).days


def written(moment: datetime) -> str:
    """A moment as plain text says it, in Asia/Shanghai and to the minute: 2026-06-20 17:00."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def ended(deadline: datetime) -> datetime:
    """The first instant after the minute named by ``deadline``."""
    return running_minute(deadline) + timedelta(minutes=1)


def running_minute(at: datetime | None = None) -> datetime:
    """The start of the minute that runs: a deadline before it has passed, one at or after it has not.

    The one bound of deadlines, for queries and code alike: ``closes_at__gte=running_minute()`` still takes, and
    ``closes_at__lt=running_minute()`` is over. What ends at an instant (a lock, a session, a code that was sent) is
    compared with ``now()``.
    """
    return (at or now()).astimezone(SHANGHAI).replace(second=0, microsecond=0)


def deadline_passed(deadline: datetime, at: datetime | None = None) -> bool:
    """Whether the minute named by ``deadline`` is over."""
    return deadline < running_minute(at)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Run a block as if it were ``moment`` (aware): for tests and for replaying a decision."""
    if moment.tzinfo is None:
        raise ValueError("the clock takes aware times only")
    token = _frozen.set(moment.astimezone(SHANGHAI))
    try:
        yield
    finally:
        _frozen.reset(token)
