"""The life of a draft of a season (pure)."""

from foundation.transitions import table

DRAFT = table(
    [
        ("editing", "ask", "asked", "official"),
        ("asked", "back", "editing", "official"),
        ("asked", "take", "taken", "another official"),
        ("editing", "drop", "dropped", "official"),
        ("asked", "drop", "dropped", "official"),
    ]
)

OPEN = ("editing", "asked")
