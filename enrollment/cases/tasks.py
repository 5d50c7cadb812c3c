"""What workers do for cases with others, found by their state."""

from enrollment.cases.services.answering import reminders_go_out
from enrollment.cases.services.sweeps import withdrawn_close
from foundation.draining import Turn
from foundation.lanes import source


@source("sweeps", every=600)
def remind(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Remind departments of a day that has come, and of one that is over; each once."""
    return reminders_go_out()


@source("sweeps", every=600)
def close_withdrawn(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Ask nobody any more about an application that its family withdrew."""
    return withdrawn_close()
