"""The life of an import (pure)."""

from enum import StrEnum
from typing import Final

from foundation.transitions import table


class ImportEvent(StrEnum):
    """What moves an import on."""

    FIND_READY = "find_ready"
    FIND_WRONG = "find_wrong"
    GIVE_UP = "give_up"
    TAKE = "take"
    REFUSE = "refuse"
    OVERTAKE = "overtake"
    APPLY = "apply"
    STOP = "stop"
    CHECK_AGAIN = "check_again"
    ASK_UNDO = "ask_undo"
    KEEP = "keep"
    UNDO = "undo"
    UNDONE = "undone"
    STOP_UNDO = "stop_undo"


IMPORT = table(
    [
        ("uploaded", ImportEvent.FIND_READY, "ready", "worker"),
        ("uploaded", ImportEvent.FIND_WRONG, "wrong", "worker"),
        ("uploaded", ImportEvent.GIVE_UP, "failed", "worker"),
        ("ready", ImportEvent.TAKE, "taking", "another person"),
        ("ready", ImportEvent.REFUSE, "refused", "official"),
        ("ready", ImportEvent.OVERTAKE, "stale", "another person"),
        ("taking", ImportEvent.APPLY, "applied", "worker"),
        ("taking", ImportEvent.STOP, "stale", "worker"),
        ("stale", ImportEvent.CHECK_AGAIN, "uploaded", "official"),
        ("stale", ImportEvent.REFUSE, "refused", "official"),
        ("applied", ImportEvent.ASK_UNDO, "undo_asked", "official"),
        ("undo_asked", ImportEvent.KEEP, "applied", "official"),
        ("undo_asked", ImportEvent.UNDO, "undoing", "another person"),
        ("undoing", ImportEvent.UNDONE, "undone", "worker"),
        ("undoing", ImportEvent.STOP_UNDO, "applied", "worker"),
    ]
)
AT_WORK: Final = ("uploaded", "taking", "undoing")  # what a worker goes on with
OPEN: Final = ("uploaded", "ready", "taking", "stale")  # the same table is not brought in beside itself
STANDS: Final = ("applied", "undo_asked", "undoing")
KEPT: Final = (*OPEN, *STANDS)  # whose file is still needed
