"""What the workers do for the lottery: each source asks a service to go on with what it finds by its state."""

from foundation.draining import Turn
from foundation.lanes import source
from lottery.admission.services import runs_go_on
from lottery.afterwards.services import afterwards_sweep, fills_go_on
from lottery.whatif.services import whatifs_go_on


@source("runs")
def runs(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Compute what was requested, publish what two people confirmed, tell the families."""
    return runs_go_on() > 0


@source("runs")
def fills(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Offer the freed seats of confirmed fillings."""
    return fills_go_on() > 0


@source("runs")
def simulations(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Make the simulations that were asked for; why one could not be made stands on it."""
    return whatifs_go_on() > 0


@source("runs", every=20)
def afterwards(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Let unanswered seats lapse, make the lists of published runs, note freed seats."""
    afterwards_sweep()
    return False
