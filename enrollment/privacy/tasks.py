"""What workers do for data nobody needs any more."""

from enrollment.privacy.sweeps import files_sweep
from foundation.draining import Turn
from foundation.lanes import source


@source("sweeps", every=3600)
def sweep_files(turn: Turn) -> bool:  # noqa: ARG001 - a source
    files_sweep()
    return False
