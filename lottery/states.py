"""The life of a draw as tables: its legal steps, what is signed and by whom (pure; docs show its diagram)."""

from typing import Final

from foundation.transitions import table

DRAW = table(
    [
        ("planned", "freeze", "frozen", "two officials"),
        ("frozen", "open_entropy", "witnessing", "the first witness"),
        ("witnessing", "close_commits", "revealing", "official"),
        ("revealing", "enter_value", "ready", "official"),
        ("revealing", "use_fallback", "ready", "official"),
        ("ready", "correct_value", "ready", "official"),
        ("ready", "draw", "drawn", "an official and a notary"),
        ("drawn", "publish", "published", "two officials"),
        ("published", "certify", "certified", "notary"),
    ]
)

RUN = table(
    [
        ("queued", "compute", "computed", "worker"),
        ("queued", "stop", "failed", "worker"),
        ("computed", "replace", "discarded", "a newer run"),
        ("computed", "confirm", "publishing", "two people"),
        ("publishing", "publish", "published", "worker"),
        ("publishing", "stop", "failed", "worker"),
    ]
)

STATES: Final = ("planned", "frozen", "witnessing", "revealing", "ready", "drawn", "published", "certified")
"""In the order in which a ceremony passes through them; "planned" is a plan without a draw."""

SIGNED: Final = {
    "frozen": "frozen",
    "commits": "revealing",
    "reveals": "ready",
    "drawn": "drawn",
    "published": "published",
}
"""The steps that witnesses sign, each with the state from which on it has happened."""

DUTIES: Final = ("notary", "inspector", "deputy", "press", "parent", "witness")
"""In which duty a witness is named: notary, discipline inspector, people's deputy, press, parents' delegate, other."""


def reached(state: str, least: str) -> bool:
    """Whether a draw in `state` has come at least as far as `least`."""
    return STATES.index(state) >= STATES.index(least)


def signable(state: str) -> tuple[str, ...]:
    """The steps that have happened in this state, so that they can be signed; none once the draw is certified."""
    if state == "certified":
        return ()
    return tuple(step for step, least in SIGNED.items() if reached(state, least))
