"""The life of a class assignment as a table of legal steps (pure). A late run has no teachers to draw."""

from enum import StrEnum

from foundation.transitions import table


class ClassEvent(StrEnum):
    """What moves a class assignment on."""

    COMMIT = "commit"
    ENTER_NONCES = "enter_nonces"
    ENTER_VALUE = "enter_value"
    DRAW = "draw"
    DRAW_TEACHERS = "draw_teachers"
    PUBLISH = "publish"
    PUBLISH_LATE = "publish_late"


CLASS_RUN = table(
    [
        ("planned", ClassEvent.COMMIT, "committed", "school or official"),
        ("committed", ClassEvent.ENTER_NONCES, "witnessed", "school or official"),
        ("witnessed", ClassEvent.ENTER_VALUE, "witnessed", "school or official"),
        ("witnessed", ClassEvent.DRAW, "drawn", "two people"),
        ("drawn", ClassEvent.DRAW_TEACHERS, "teachers_drawn", "two people"),
        ("teachers_drawn", ClassEvent.PUBLISH, "published", "two people"),
        ("drawn", ClassEvent.PUBLISH_LATE, "published", "two people"),
    ]
)
