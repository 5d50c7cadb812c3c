"""The life of one face check, as a table of legal steps (pure). An answer that fails to come ends nothing."""

from enum import StrEnum

from foundation.transitions import table


class FaceCheckEvent(StrEnum):
    """What ends a face check."""

    PASS = "pass"  # noqa: S105 - a step, no password
    FAIL = "fail"
    CANCEL = "cancel"
    EXPIRE = "expire"
    DROP = "drop"


FACE_CHECK = table(
    [
        ("begun", FaceCheckEvent.PASS, "passed", "face service"),
        ("begun", FaceCheckEvent.FAIL, "failed", "face service"),
        ("begun", FaceCheckEvent.CANCEL, "cancelled", "guardian, at the service"),
        ("begun", FaceCheckEvent.EXPIRE, "expired", "system"),
        ("begun", FaceCheckEvent.DROP, "dropped", "guardian, by another check or by taking the consent back"),
    ]
)
