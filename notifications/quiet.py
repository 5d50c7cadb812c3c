"""When a text may be said: by night only what answers a person who has just done something.

A setting (``SMS_QUIET_HOURS``, "21:00-08:00"): results and decisions of the evening are said in the morning, unless
the family would lose time it needs.
"""

import re
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from foundation import clock

WRITTEN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
NEEDED: Final = timedelta(hours=12)  # of a family's time to act that a night may not take away
# what answers somebody who waits for it, or warns of something that was done in their name
AT_ONCE: Final = frozenset(
    {
        "sign_in_code",
        "received",
        "withdrawn",
        "assist_code",
        "assist_opened",
        "guardian_invited",
        "guardian_asked",
        "guardian_joined",
        "guardian_ended",
        "accounts_joined",
    }
)


@lru_cache(maxsize=8)
def hours(written: str) -> tuple[time, time] | None:
    """Begin and end of the quiet hours; None for none. Raises ImproperlyConfigured."""
    if not written.strip():
        return None
    found = WRITTEN.fullmatch(written.strip())
    if found is None:
        raise ImproperlyConfigured(f"SMS_QUIET_HOURS: {written!r} is not of the form 21:00-08:00")
    one, two, three, four = map(int, found.groups())
    return time(one, two), time(three, four)


def due_at(template: str, now: datetime, ends: datetime | None) -> datetime:
    """When a text is said first: now, or at the end of the quiet hours that now lies in.

    ``ends``: after it the text serves nobody; one that would have too little time left is said now.
    """
    quiet = None if template in AT_ONCE else hours(settings.SMS_QUIET_HOURS)
    if quiet is None:
        return now
    here = now.astimezone(clock.SHANGHAI)
    begin, end = quiet
    within = begin <= here.time() < end if begin < end else here.time() >= begin or here.time() < end
    if not within:
        return now
    over = here.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    over += timedelta(days=1) if over <= here else timedelta()
    return now if ends is not None and ends - over < NEEDED else over
