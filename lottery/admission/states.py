"""The life of an admission run as a table of legal steps (pure; docs show its diagram)."""

from foundation.transitions import table

RUN = table(
    [
        ("queued", "compute", "computed", "worker"),
        ("queued", "stop", "failed", "worker"),
        ("computed", "replace", "discarded", "a newer run"),
        ("computed", "confirm", "publishing", "two people"),
        ("publishing", "publish", "published", "worker"),
        ("publishing", "stop", "failed", "worker"),
    ]
)
