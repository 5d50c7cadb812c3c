"""What workers do for the set-up: comparing rules."""

from enrollment.setup.services.rules import comparisons_go_on
from foundation.draining import Turn
from foundation.lanes import source


@source("runs")
def comparisons(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Compare the rules that somebody asked about."""
    return comparisons_go_on() > 0
