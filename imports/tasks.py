"""What workers do for imports, found by their state."""

from foundation.draining import Turn
from foundation.lanes import source
from imports.services import imports_go_on


@source("runs")
def tables(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Check what came in, store what a second person took, undo what two people undo."""
    return imports_go_on() > 0
