"""The steps of a ceremony that witnesses put their names to (pure)."""

from typing import Final

from lottery.ceremony.states import DrawState, reached

SIGNED: Final = {
    "frozen": DrawState.FROZEN,
    "commits": DrawState.REVEALING,
    "reveals": DrawState.READY,
    "drawn": DrawState.DRAWN,
    "published": DrawState.PUBLISHED,
}
"""The steps that witnesses sign, each with the state from which on it has happened."""


def signable(state: str) -> tuple[str, ...]:
    """The steps that have happened in this state, so that they can be signed; none once the draw is certified."""
    if state == DrawState.CERTIFIED:
        return ()
    return tuple(step for step, least in SIGNED.items() if reached(state, least))
