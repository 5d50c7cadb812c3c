"""The life of one face check, as a table of legal steps (pure). An answer that fails to come ends nothing."""

from foundation.transitions import table

FACE_CHECK = table(
    [
        ("begun", "pass", "passed", "face service"),
        ("begun", "fail", "failed", "face service"),
        ("begun", "cancel", "cancelled", "guardian, at the service"),
        ("begun", "expire", "expired", "system"),
        ("begun", "drop", "dropped", "guardian, by another check or by taking the consent back"),
    ]
)
