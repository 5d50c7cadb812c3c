"""What the workers do for accounts: sweep sessions that have ended."""

from accounts.session_store import sessions_sweep
from foundation.draining import Turn
from foundation.lanes import source


@source("sweeps", every=300)
def sweep_sessions(turn: Turn) -> bool:
    """Delete the sessions that have ended; nobody else does."""
    while sessions_sweep():
        if not turn.goes_on():
            return True
    return False
