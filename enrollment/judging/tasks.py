"""What workers do for judging, found by its state."""

from enrollment.judging.later.again import changes_look_through, looks_go_on
from enrollment.judging.later.recovery import ask_again_where_back
from enrollment.judging.services import assess_left_over
from foundation.draining import Turn
from foundation.lanes import source


@source("families", every=5)
def judge_left_over(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Judge what is all checked and was not judged: a worker killed between the two loses nothing."""
    return assess_left_over()


@source("families")
def look_again(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Judge again what a change may have made untrue."""
    return looks_go_on()


@source("families", every=10)
def look_through_changes(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Ask for looks after a table of used seats was taken, or a list is kept."""
    return changes_look_through()


@source("sweeps", every=300)
def ask_again(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Ask agencies again that were silent for longer than a check waits, once they are back."""
    return ask_again_where_back()
