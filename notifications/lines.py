"""Whether a channel may be used now: open, throttled for a while, or held because its settings are wrong."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from foundation import clock
from notifications.models import ChannelState

logger = logging.getLogger(__name__)

HOLD_SECONDS: Final = 30.0  # between two tries of a held channel
PAUSE_SECONDS: Final = 1.0  # where a provider throttles and does not say for how long
CODES, MESSAGES = "codes", "messages"


@dataclass(frozen=True, slots=True)
class Held:
    """A channel whose settings are wrong: since when, and what it answered."""

    since: datetime
    why: str


def room(channel: str, lane: str, limit: int) -> int:
    """How many messages may be taken: none while the lane is closed, one to try a held channel, else ``limit``."""
    state = ChannelState.objects.filter(channel=channel, lane=lane).first()
    now = clock.now()
    if state is None:
        return limit
    if state.closed_until > now:
        return 0
    if state.held_since is None:
        return limit
    # of all workers one tries it
    tries = ChannelState.objects.filter(pk=state.pk, closed_until=state.closed_until)
    return tries.update(closed_until=now + timedelta(seconds=HOLD_SECONDS))


def is_open(channel: str, lane: str) -> bool:
    """Whether the lane is neither held nor throttled; takes nobody's turn."""
    states = ChannelState.objects.filter(channel=channel, lane=lane)
    return not states.filter(Q(held_since__isnull=False) | Q(closed_until__gt=clock.now())).exists()


def hold(channel: str, why: str) -> None:
    """Hold every lane of a channel: with these settings nothing goes. Alarms when it begins."""
    now = clock.now()
    until = now + timedelta(seconds=HOLD_SECONDS)
    begun = False
    for lane in (CODES, MESSAGES):
        state, made = ChannelState.objects.get_or_create(
            channel=channel, lane=lane, defaults={"closed_until": until, "held_since": now, "why": why}
        )
        rows = ChannelState.objects.filter(pk=state.pk)
        begun |= made or bool(rows.filter(held_since=None).update(held_since=now))
        rows.update(closed_until=until, why=why)
    if begun:
        logger.error("the channel %s is held, nothing is sent until its settings are mended: %s", channel, why)


def throttle(channel: str, lane: str, seconds: float) -> None:
    """Leave the provider in peace for so long, with this lane only."""
    until = clock.now() + timedelta(seconds=max(seconds, PAUSE_SECONDS))
    ChannelState.objects.update_or_create(
        channel=channel, lane=lane, defaults={"closed_until": until}, create_defaults={"closed_until": until}
    )


def works(channel: str) -> None:
    """The provider took a message or judged one: its settings are right again."""
    mended = ChannelState.objects.filter(channel=channel, held_since__isnull=False).update(
        held_since=None, closed_until=clock.now(), why=""
    )
    if mended:
        logger.warning("the channel %s works again", channel)


def held(channels: Collection[str] = ()) -> Held | None:
    """The hold that lasts longest, of these channels or of all; None when nothing is held."""
    rows = ChannelState.objects.filter(held_since__isnull=False)
    if channels:
        rows = rows.filter(channel__in=channels)
    first = rows.order_by("held_since").first()
    return Held(first.held_since, first.why) if first is not None and first.held_since is not None else None
