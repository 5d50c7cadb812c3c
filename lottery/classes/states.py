"""The life of a class assignment as a table of legal steps (pure). A late run has no teachers to draw."""

from foundation.transitions import table

CLASS_RUN = table(
    [
        ("planned", "commit", "committed", "school or official"),
        ("committed", "enter_nonces", "witnessed", "school or official"),
        ("witnessed", "enter_value", "witnessed", "school or official"),
        ("witnessed", "draw", "drawn", "two people"),
        ("drawn", "draw_teachers", "teachers_drawn", "two people"),
        ("teachers_drawn", "publish", "published", "two people"),
        ("drawn", "publish_late", "published", "two people"),
    ]
)
