"""The writes of a roll: closing its round, freezing it."""

from lottery.roll.services.closing import roll_freeze_confirm, round_close_confirm
from lottery.roll.services.freezing import roll_freeze

__all__ = [
    "roll_freeze",
    "roll_freeze_confirm",
    "round_close_confirm",
]
