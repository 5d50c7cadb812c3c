"""What workers do for offers, found by their state."""

from enrollment.outcome.services.offers import lapse_sweep
from enrollment.outcome.services.reminders import reminders_sweep
from foundation.draining import Turn
from foundation.lanes import source


@source("sweeps", every=60)
def lapse_offers(turn: Turn) -> bool:  # noqa: ARG001 - a source
    lapse_sweep()
    return False


@source("sweeps", every=60)
def remind_places(turn: Turn) -> bool:  # noqa: ARG001 - a source
    return reminders_sweep()
