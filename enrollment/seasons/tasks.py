"""What workers do for seasons: rounds begin and end at their minute."""

from enrollment.seasons.naming.names import names_fill
from enrollment.seasons.services.phases import rounds_move_on
from foundation.draining import Turn
from foundation.lanes import source

SECONDS = 5.0


@source("sweeps", every=600)
def names(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Note the names of applications that were judged before names were noted: after an upgrade."""
    return names_fill()


@source("sweeps", every=SECONDS)
def phases(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Open and close the rounds whose minute has come."""
    rounds_move_on()
    return False
