"""Until when the scores of a round may change (pure)."""

from typing import Final

from enrollment.seasons.states import BEFORE_CLOSING, RoundState

BEFORE_THE_ROLL: Final = BEFORE_CLOSING | {RoundState.CLOSED}
"""The states of a round in which its scores are imported."""

ROLL_FROZEN: Final = (RoundState.FROZEN, RoundState.DRAWN, RoundState.ADMITTED, RoundState.PUBLISHED)
"""The states of a round whose roll is frozen: the digests of its score files are public and no score changes."""
