from foundation.draining import Turn
from foundation.lanes import source
from verification.checking import checks_work


@source("families")
def checks(turn: Turn) -> bool:
    """Ask the agencies about what families declared, a batch of families at a time."""
    return checks_work(turn)
