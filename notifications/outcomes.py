"""What a channel's answer means for a message, and what follows. Pure: times are aware datetimes, waits are seconds.

A message ends in exactly one true state. Only answers count as attempts, never claims: a worker that was killed has
answered nothing. What was perhaps handed over is ``unsure`` and is asked for before it is said again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

BACK_OFF: Final = {True: (2.0, 30.0), False: (5.0, 900.0)}  # first and longest wait; urgent or not
SETTLES_SECONDS: Final = 15.0  # a request that got no answer is over at the provider by then
LONGEST_PAUSE: Final = 3600.0  # however long a provider wants to be left in peace
ASK_ON: Final = timedelta(days=1)  # an unsure message that may no longer be sent is asked for so much longer


class Kind(StrEnum):
    """The classes of answers."""

    TAKEN = "taken"  # the provider has it and named it
    REFUSED = "refused"  # this message will never be taken
    HELD = "held"  # no message will be taken until somebody mends the settings
    THROTTLED = "throttled"  # not taken, and the provider says when to come again
    TRANSIENT = "transient"  # certainly not taken; another time it may be
    DOUBTFUL = "doubtful"  # perhaps taken: ask before saying it again


@dataclass(frozen=True, slots=True)
class Answer:
    """What a channel answered to one hand-over. ``detail`` holds codes only, never the number or the text.

    ``silent``: no answer came at all, so that the request may still be at work at the provider.
    """

    kind: Kind
    reference: str = ""
    detail: str = ""
    retry_after: float | None = None  # seconds
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a message: its state, seconds until it is due again, and what is noted."""

    state: str
    wait: float = 0.0
    counted: bool = False  # as an attempt
    unsure: bool = False
    outcome: str = ""  # of the delivery that is noted; "" for none


def following(answer: Answer, *, attempts: int, urgent: bool, left: float, chance: float) -> Next:
    """What follows an answer. ``left``: seconds until the message's end; ``chance``: 0 to 1, spreads the retries."""
    if answer.kind is Kind.TAKEN:
        return Next("sent", counted=True, outcome="sent")
    if answer.kind is Kind.REFUSED:
        return Next("failed", counted=True, outcome="failed")
    if answer.kind in {Kind.HELD, Kind.THROTTLED}:
        return Next("queued", outcome="held" if answer.kind is Kind.HELD else "")
    wait = back_off(attempts, urgent=urgent, chance=chance)
    if answer.retry_after is not None:
        wait = max(wait, min(answer.retry_after, LONGEST_PAUSE))
    unsure = answer.kind is Kind.DOUBTFUL
    if unsure and answer.silent:
        wait = max(wait, SETTLES_SECONDS)
    elif left > 0:
        wait = min(wait, left)  # at its end it is said, not some minutes later
    return Next("queued", wait=wait, counted=True, unsure=unsure, outcome="retry")


def after_the_end(now: datetime, ends: datetime, *, known: bool) -> str:
    """The state of a message past its end that the provider was asked for: "" while it is to be asked again.

    ``known``: the provider answered, and has it not.
    """
    if known:
        return "expired"
    return "unclear" if now >= ends + ASK_ON else ""


def back_off(attempts: int, *, urgent: bool, chance: float) -> float:
    """Seconds until the next try after so many answers; three quarters to all of a doubling wait."""
    first, longest = BACK_OFF[urgent]
    return float(min(longest, first * 2 ** min(attempts, 20)) * (0.75 + 0.25 * chance))


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds of a Retry-After header, which is a number or an HTTP date; None for none and for nonsense."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), LONGEST_PAUSE))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if until.tzinfo is None:
        return None
    return min(LONGEST_PAUSE, max(0.0, (until - now).total_seconds()))
