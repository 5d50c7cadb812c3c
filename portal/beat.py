"""The scheduler of beat: it rings every lane now and then, and only one that is not rung already.

Nothing is kept between starts: what is due is found by its state, and a periodic work's own pause is in Valkey.
"""

from typing import Any

from celery.beat import ScheduleEntry, Scheduler

from foundation.lanes import pulse, ring


class Bell(Scheduler):  # type: ignore[misc,unused-ignore]
    """Sends an entry only when its lane has no message waiting: a periodic task never queues twice."""

    producer: Any = None  # the base class would wait for the broker here; a ring that fails is repeated in seconds

    def setup_schedule(self) -> None:
        self.merge_inplace(self.app.conf.beat_schedule)

    def apply_async(self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **kwargs: Any) -> None:  # noqa: ARG002
        pulse("beat")
        for lane in entry.args or ():
            ring(lane)
