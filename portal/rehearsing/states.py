"""The life of a rehearsal (pure)."""

from enum import StrEnum

from foundation.transitions import table


class RehearsalEvent(StrEnum):
    """What moves a rehearsal on."""

    BEGIN = "begin"
    STOP = "stop"
    FINISH = "finish"
    FAIL = "fail"
    LOSE = "lose"


REHEARSAL = table(
    [
        ("queued", RehearsalEvent.BEGIN, "running", "system"),
        ("queued", RehearsalEvent.STOP, "stopped", "official"),
        ("running", RehearsalEvent.FINISH, "done", "system"),
        ("running", RehearsalEvent.FAIL, "failed", "system"),
        ("running", RehearsalEvent.STOP, "stopped", "system, within seconds after an official asked"),
        ("running", RehearsalEvent.LOSE, "interrupted", "system, when its process has died"),
    ]
)
LIVE = ("queued", "running")
