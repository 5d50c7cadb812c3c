"""The life of an admission run as a table of legal steps (pure; docs show its diagram)."""

from enum import StrEnum

from foundation.transitions import table


class RunEvent(StrEnum):
    """What moves an admission run on."""

    COMPUTE = "compute"
    STOP = "stop"
    REPLACE = "replace"
    CONFIRM = "confirm"
    PUBLISH = "publish"


RUN = table(
    [
        ("queued", RunEvent.COMPUTE, "computed", "worker"),
        ("queued", RunEvent.STOP, "failed", "worker"),
        ("computed", RunEvent.REPLACE, "discarded", "a newer run"),
        ("computed", RunEvent.CONFIRM, "publishing", "two people"),
        ("publishing", RunEvent.PUBLISH, "published", "worker"),
        ("publishing", RunEvent.STOP, "failed", "worker"),
    ]
)
