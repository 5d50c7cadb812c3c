"""What workers do for reviewers: decisions begin to count when they can no longer be taken back."""

from enrollment.review.held import decisions_take_effect
from foundation.draining import Turn
from foundation.lanes import source


@source("families", every=2)
def held_decisions(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Carry out the decisions whose moment is over."""
    return decisions_take_effect()
