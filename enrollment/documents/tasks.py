"""What workers do for documents, found by their state."""

from enrollment.documents.uploads.services import uploads_sweep
from foundation.draining import Turn
from foundation.lanes import source


@source("sweeps", every=3600)
def sweep_uploads(turn: Turn) -> bool:  # noqa: ARG001 - a source
    uploads_sweep()
    return False
