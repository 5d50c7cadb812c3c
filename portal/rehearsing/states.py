"""The life of a rehearsal (pure)."""

from foundation.transitions import table

REHEARSAL = table(
    [
        ("queued", "begin", "running", "system"),
        ("queued", "stop", "stopped", "official"),
        ("running", "finish", "done", "system"),
        ("running", "fail", "failed", "system"),
        ("running", "stop", "stopped", "system, within seconds after an official asked"),
        ("running", "lose", "interrupted", "system, when its process has died"),
    ]
)
LIVE = ("queued", "running")
