"""The life of a draw as a table of legal steps, and the duties of witnesses (pure; docs show its diagram)."""

from enum import StrEnum
from typing import Final

from foundation.transitions import table


class DrawState(StrEnum):
    """In the order in which a ceremony passes through them; "planned" is a plan without a draw."""

    PLANNED = "planned"
    FROZEN = "frozen"
    WITNESSING = "witnessing"
    REVEALING = "revealing"
    READY = "ready"
    DRAWN = "drawn"
    PUBLISHED = "published"
    CERTIFIED = "certified"


class DrawEvent(StrEnum):
    """What moves a draw on."""

    FREEZE = "freeze"
    OPEN_ENTROPY = "open_entropy"
    CLOSE_COMMITS = "close_commits"
    ENTER_VALUE = "enter_value"
    USE_FALLBACK = "use_fallback"
    CORRECT_VALUE = "correct_value"
    DRAW = "draw"
    PUBLISH = "publish"
    CERTIFY = "certify"


class FinalStep(StrEnum):
    """What two different people confirm, each with a one-time password."""

    CLOSE = "close"
    FREEZE = "freeze"
    DRAW = "draw"
    PUBLISH = "publish"
    FILL = "fill"


DRAW = table(
    [
        (DrawState.PLANNED, DrawEvent.FREEZE, DrawState.FROZEN, "two officials"),
        (DrawState.FROZEN, DrawEvent.OPEN_ENTROPY, DrawState.WITNESSING, "the first witness"),
        (DrawState.WITNESSING, DrawEvent.CLOSE_COMMITS, DrawState.REVEALING, "official"),
        (DrawState.REVEALING, DrawEvent.ENTER_VALUE, DrawState.READY, "official"),
        (DrawState.REVEALING, DrawEvent.USE_FALLBACK, DrawState.READY, "official"),
        (DrawState.READY, DrawEvent.CORRECT_VALUE, DrawState.READY, "official"),
        (DrawState.READY, DrawEvent.DRAW, DrawState.DRAWN, "an official and a notary"),
        (DrawState.DRAWN, DrawEvent.PUBLISH, DrawState.PUBLISHED, "two officials"),
        (DrawState.PUBLISHED, DrawEvent.CERTIFY, DrawState.CERTIFIED, "notary"),
    ]
)

STATES: Final = tuple(DrawState)

DUTIES: Final = ("notary", "inspector", "deputy", "press", "parent", "witness")
"""In which duty a witness is named: notary, discipline inspector, people's deputy, press, parents' delegate, other."""


def reached(state: str, least: DrawState) -> bool:
    """Whether a draw in `state` has come at least as far as `least`."""
    return STATES.index(DrawState(state)) >= STATES.index(least)
