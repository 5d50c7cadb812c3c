"""The life of something about a member of staff that is under way, as a table of legal steps (pure)."""

from foundation.transitions import table

STAFF_CHANGE = table(
    [
        ("waiting", "confirm", "open", "second administrator"),
        ("waiting", "give", "done", "second administrator"),
        ("waiting", "withdraw", "withdrawn", "administrator"),
        ("open", "use", "done", "whoever the link was given to"),
        ("open", "withdraw", "withdrawn", "administrator"),
    ]
)
