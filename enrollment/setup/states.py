"""The life of a draft of a season (pure)."""

from enum import StrEnum

from foundation.transitions import table


class DraftEvent(StrEnum):
    """What moves a draft of a season on."""

    ASK = "ask"
    BACK = "back"
    TAKE = "take"
    DROP = "drop"


DRAFT = table(
    [
        ("editing", DraftEvent.ASK, "asked", "official"),
        ("asked", DraftEvent.BACK, "editing", "official"),
        ("asked", DraftEvent.TAKE, "taken", "another official"),
        ("editing", DraftEvent.DROP, "dropped", "official"),
        ("asked", DraftEvent.DROP, "dropped", "official"),
    ]
)

OPEN = ("editing", "asked")
