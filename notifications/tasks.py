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
