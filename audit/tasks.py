"""What the workers do for the log: seal new entries, publish what a day ended with."""

from datetime import timedelta

from audit import services
from foundation import clock
from foundation.draining import Turn
from foundation.lanes import source


@source("sweeps", every=60)
def seal(turn: Turn) -> bool:  # noqa: ARG001 - a source
    return services.seal() is not None


@source("sweeps", every=600)
def anchor(turn: Turn) -> bool:  # noqa: ARG001 - a source
    """Publish what the log of yesterday ended with, once it is sealed."""
    services.anchor(clock.today() - timedelta(days=1))
    return False
