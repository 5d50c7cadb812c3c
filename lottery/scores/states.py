"""Until when the scores of a round may change (pure)."""

from typing import Final

BEFORE_THE_ROLL: Final = ("planned", "open", "closed")
"""The states of a round in which its scores are imported."""

ROLL_FROZEN: Final = ("frozen", "drawn", "admitted", "published")
"""The states of a round whose roll is frozen: the digests of its score files are public and no score changes."""
