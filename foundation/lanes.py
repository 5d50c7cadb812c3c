"""The lanes of the workers: one queue an urgency, each with its own slots, woken rather than fed.

A room registers a kind of work with ``source``; ``ring`` wakes its lane after a commit. What is to be done is found in
PostgreSQL by its state (``foundation.draining``), so the broker may be lost whole.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from foundation.draining import LANES, PACE_SECONDS, Lane, Source, Turn, Work, worth_sending
from foundation.valkey import away, valkey

logger = logging.getLogger(__name__)

TURN_SECONDS: Final = 5.0  # after which a slot lets another lane's message in, where one process serves several
PULSE_SECONDS: Final = 5.0
PULSES: Final = "lanes:pulses"
DRAIN: Final = "foundation.drain"  # the task's name: a ring needs no import of the workers' side

_wanted: Final = threading.local()  # lanes to be rung when this thread's transaction commits
_looked: Final[dict[str, float]] = {}  # when this process last began to look at a lane
_lanes: Final = {name: Lane() for name in LANES}


def source(lane: str, *, every: float = 0.0) -> Callable[[Work], Work]:
    """Register a kind of work of a lane; see ``foundation.draining.Source``. Raises KeyError for an unknown lane."""

    def add(work: Work) -> Work:
        name = f"{work.__module__}.{work.__qualname__}"
        if all(known.name != name for known in _lanes[lane].sources):
            _lanes[lane].sources.append(Source(name, work, every))
        return work

    return add


def ring(*lanes: str) -> bool:
    """Wake lanes now, but those that have been woken and have not looked yet. False when the broker cannot be reached.

    Nobody waits for that: whatever was committed before this call is seen by the look that waits, and beat rings every
    lane within seconds.
    """
    # not at the top: a command that wakes nobody needs neither Celery nor its transport
    from kombu.exceptions import OperationalError as BrokerDown

    lost: tuple[type[Exception], ...] = (*away(), BrokerDown, OSError)
    try:
        with valkey().pipeline(transaction=False) as pipe:
            for lane in lanes:
                pipe.llen(lane)
            waiting = pipe.execute()
        for lane, messages in zip(lanes, waiting, strict=True):
            if worth_sending(int(messages)):
                import_string(settings.CELERY_APP).send_task(
                    DRAIN, args=(lane,), queue=lane, retry=False, ignore_result=True
                )
    except lost:
        return False
    return True


def ring_on_commit(lane: str) -> None:
    """Wake a lane when the transaction commits; all lanes of one transaction together.

    Each call registers: a savepoint that is undone takes its own registration along, and no other's. What a transaction
    that was undone had wanted is rung with the next one of the thread, which finds nothing and costs one look.
    """
    wanted: set[str] = _wanted.__dict__.setdefault("lanes", set())
    wanted.add(lane)
    transaction.on_commit(_ring_wanted, robust=True)


def _ring_wanted() -> None:
    wanted: set[str] = _wanted.__dict__.setdefault("lanes", set())
    if wanted:
        lanes = sorted(wanted)
        wanted.clear()
        ring(*lanes)


def pace(lane: str) -> None:
    """Wait until this process may look at the lane again; only where it serves no other lane."""
    if lane in PACE_SECONDS:
        time.sleep(max(0.0, _looked.get(lane, 0.0) + PACE_SECONDS[lane] - time.monotonic()))
        _looked[lane] = time.monotonic()


def drain(lane: str, *, seconds: float = TURN_SECONDS, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Work a lane off for a turn; True when more may be left, for which the lane was rung again."""
    turn = Turn(time.monotonic, time.monotonic() + seconds, partial(ring, lane), stopping)
    more = _lanes[lane].drain(turn, _due)
    if more:
        ring(lane)
    return more


def _due(name: str, every: float) -> bool:
    """Whether this look takes the periodic work: of all workers one does, once in ``every`` seconds."""
    try:
        return bool(valkey().set(f"lanes:every:{name}", 1, nx=True, px=int(1000 * every)))
    except away():
        return True


def queued() -> dict[str, int]:
    """Messages that wait in the broker, by lane. Raises what ``foundation.valkey.away`` names."""
    with valkey().pipeline(transaction=False) as pipe:
        for lane in LANES:
            pipe.llen(lane)
        return dict(zip(LANES, map(int, pipe.execute()), strict=True))


def pulse(*names: str) -> None:
    """Note that whoever serves these lanes (or "beat") is alive."""
    try:
        valkey().hset(PULSES, mapping=dict.fromkeys(names, f"{time.time():.3f}"))
    except away():
        logger.debug("no pulse: the broker is away")


def pulses() -> dict[str, float]:
    """Seconds since each lane and "beat" last gave a sign of life; who never did is missing. Raises ``away()``."""
    now = time.time()
    found: dict[bytes, bytes] = valkey().hgetall(PULSES)  # type: ignore[assignment]
    return {name.decode(): max(0.0, now - float(at)) for name, at in found.items()}
