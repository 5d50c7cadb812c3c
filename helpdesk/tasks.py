from foundation.draining import Turn
from foundation.lanes import source
from helpdesk import visits


@source("sweeps", every=60)
def flush_visits(turn: Turn) -> bool:  # noqa: ARG001 - a source
    visits.visits_flush()
    return False
