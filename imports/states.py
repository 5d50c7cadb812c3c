"""The life of an import (pure)."""

from typing import Final

from foundation.transitions import table

IMPORT = table(
    [
        ("uploaded", "find_ready", "ready", "worker"),
        ("uploaded", "find_wrong", "wrong", "worker"),
        ("uploaded", "give_up", "failed", "worker"),
        ("ready", "take", "taking", "another person"),
        ("ready", "refuse", "refused", "official"),
        ("ready", "overtake", "stale", "another person"),
        ("taking", "apply", "applied", "worker"),
        ("taking", "stop", "stale", "worker"),
        ("stale", "check_again", "uploaded", "official"),
        ("stale", "refuse", "refused", "official"),
        ("applied", "ask_undo", "undo_asked", "official"),
        ("undo_asked", "keep", "applied", "official"),
        ("undo_asked", "undo", "undoing", "another person"),
        ("undoing", "undone", "undone", "worker"),
        ("undoing", "stop_undo", "applied", "worker"),
    ]
)
AT_WORK: Final = ("uploaded", "taking", "undoing")  # what a worker goes on with
OPEN: Final = ("uploaded", "ready", "taking", "stale")  # the same table is not brought in beside itself
STANDS: Final = ("applied", "undo_asked", "undoing")
KEPT: Final = (*OPEN, *STANDS)  # whose file is still needed
