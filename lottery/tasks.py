from foundation.draining import Turn
from foundation.lanes import source
from lottery import services


@source("runs")
def runs(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Compute what was requested, publish what two people confirmed, tell the families."""
    return services.runs_go_on() > 0


@source("runs")
def fills(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Offer the freed seats of confirmed fillings."""
    return services.fills_go_on() > 0


@source("runs")
def simulations(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Make the simulations that were asked for; why one could not be made stands on it."""
    return services.whatifs_go_on() > 0


@source("runs", every=20)
def afterwards(turn: Turn) -> bool:  # noqa: ARG001 - a source
    services.afterwards_sweep()
    return False
