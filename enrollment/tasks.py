from enrollment import services
from foundation.draining import Turn
from foundation.lanes import source


@source("families", every=5)
def judge_left_over(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Judge what is all checked and was not judged: a worker killed between the two loses nothing."""
    return services.assess_left_over()


@source("sweeps", every=60)
def lapse(turn: Turn) -> bool:  # noqa: ARG001 - a source
    services.lapse_sweep()
    services.visits_sweep()
    return False


@source("sweeps", every=3600)
def sweep_documents(turn: Turn) -> bool:  # noqa: ARG001 - a source
    services.uploads_sweep()
    services.files_sweep()
    return False
