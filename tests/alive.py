"""Signs of life of workers and beat, as their processes leave them in Valkey."""

import time

from foundation.draining import LANES
from foundation.lanes import PULSES
from foundation.valkey import valkey


def pulse(seconds_ago: float, *names: str) -> None:
    """These lanes (or "beat"; all without a name) were last alive so many seconds ago."""
    at = f"{time.time() - seconds_ago:.3f}"
    valkey().hset(PULSES, mapping=dict.fromkeys(names or (*LANES, "beat"), at))
