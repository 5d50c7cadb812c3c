"""What workers do for assisted filing, found by its state."""

from enrollment.assisted.visits.services import visits_sweep
from foundation.draining import Turn
from foundation.lanes import source


@source("sweeps", every=60)
def end_visits(turn: Turn) -> bool:  # noqa: ARG001 - a source
    visits_sweep()
    return False
