"""What the workers do for checks: make them, add up figures."""

from foundation.draining import Turn
from foundation.lanes import source
from verification.checking import checks_work
from verification.tallies import tallies_add_up


@source("families")
def checks(turn: Turn) -> bool:
    """Ask the agencies about what families declared, a batch of families at a time."""
    return checks_work(turn)


@source("sweeps", every=600)
def add_up(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Keep what the agencies' figures are read from short."""
    return tallies_add_up()
