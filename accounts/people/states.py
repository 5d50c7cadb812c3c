"""The life of something about a member of staff that is under way, as a table of legal steps (pure)."""

from enum import StrEnum

from foundation.transitions import table


class StaffChangeEvent(StrEnum):
    """What moves a change of staff on."""

    CONFIRM = "confirm"
    GIVE = "give"
    WITHDRAW = "withdraw"
    USE = "use"


STAFF_CHANGE = table(
    [
        ("waiting", StaffChangeEvent.CONFIRM, "open", "second administrator"),
        ("waiting", StaffChangeEvent.GIVE, "done", "second administrator"),
        ("waiting", StaffChangeEvent.WITHDRAW, "withdrawn", "administrator"),
        ("open", StaffChangeEvent.USE, "done", "whoever the link was given to"),
        ("open", StaffChangeEvent.WITHDRAW, "withdrawn", "administrator"),
    ]
)
