"""What workers do for rehearsals: begin the one that waits longest, find what has died, wipe what it left."""

import logging
import subprocess
from datetime import timedelta
from typing import Final

from django.db import transaction

from foundation import clock
from foundation.draining import Turn
from foundation.errors import Refused
from foundation.lanes import source
from foundation.locks import lock
from portal.rehearsing import keeper, space
from portal.rehearsing.models import Rehearsal
from portal.rehearsing.services import LANE, step
from portal.rehearsing.states import LIVE, RehearsalEvent

logger = logging.getLogger(__name__)
LOST_AFTER: Final = timedelta(seconds=90)  # without a sign of life
AT_ONCE: Final = 1  # on all machines together: each has a whole site of its own
_started: Final[list["subprocess.Popen[bytes]"]] = []  # kept, so that their ends are noticed
State = Rehearsal.State


@source(LANE)
def rehearsals_go_on(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Interrupt what gives no sign of life any more; begin the next one where none is being played."""
    _started[:] = [one for one in _started if one.poll() is None]
    live = list(Rehearsal.objects.filter(state__in=LIVE).order_by("asked_at", "pk").defer("report", "progress"))
    if not live:
        return False
    dead = [one for one in live if one.state == State.RUNNING and _silent(one)]
    for one in dead:
        _lose(one)
    played = sum(one.state == State.RUNNING for one in live)
    waiting = [one for one in live if one.state == State.QUEUED]
    if waiting and played < AT_ONCE:
        _begin(waiting[0])
    return False


def _silent(one: Rehearsal) -> bool:
    return one.beat_at is None or one.beat_at < clock.now() - LOST_AFTER


def _lose(one: Rehearsal) -> None:
    try:
        step(one, RehearsalEvent.LOSE, ended_at=clock.now())
    except Refused:  # it has come to another end, or another worker was here
        return
    logger.warning("rehearsal %s gave no sign of life and is interrupted", one.pk)
    space.wipe(space.space_of(one.pk))


def _begin(one: Rehearsal) -> None:
    """Give a waiting rehearsal to a process of its own; of two workers one does, and of two rehearsals one begins."""
    holder = keeper.new_holder()
    with transaction.atomic():
        lock("rehearsals")
        if Rehearsal.objects.filter(state=State.RUNNING).count() >= AT_ONCE:
            return
        try:
            step(one, RehearsalEvent.BEGIN, holder=holder, began_at=clock.now(), beat_at=clock.now())
        except Refused:
            return
    try:
        _started.append(keeper.start(one.pk, holder))
    except OSError as wrong:
        step(one, RehearsalEvent.FAIL, ended_at=clock.now(), trouble=f"{type(wrong).__name__}: {wrong}")


@source(LANE, every=60)
def left_overs(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Wipe every space whose rehearsal has ended, or is none of ours."""
    found = space.left_over()
    if not found:
        return False
    live = set(Rehearsal.objects.filter(state=State.RUNNING).values_list("pk", flat=True))
    for number in sorted(found - live):
        logger.warning("what rehearsal %s left is wiped", number)
        space.wipe(space.space_of(number))
    return False
