from foundation.draining import Turn
from foundation.lanes import source
from verification import services


@source("families")
def checks(turn: Turn) -> bool:
    """Ask the agencies about what families declared, a batch of families at a time."""
    return services.checks_work(turn)
