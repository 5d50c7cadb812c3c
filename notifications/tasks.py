"""What the workers do for messages: codes first, the others, what became of them, whom none reached."""

from foundation.draining import Turn
from foundation.lanes import source
from notifications import services


@source("codes")
def codes(turn: Turn) -> bool:  # noqa: ARG001 - a source
    return services.codes_deliver()


@source("messages")
def messages(turn: Turn) -> bool:  # noqa: ARG001 - a source
    return services.others_deliver()


@source("sweeps", every=30)
def fates(turn: Turn) -> bool:  # noqa: ARG001 - a source
    return services.fates_ask()


@source("sweeps", every=60)
def overdue(turn: Turn) -> bool:  # noqa: ARG001 - a source
    return services.overdue_expire()
