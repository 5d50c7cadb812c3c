"""The life of a case of false declaration, as a table of legal steps (pure; the diagram in docs is made from it)."""

from enum import StrEnum

from foundation.transitions import table


class DeclarationStep(StrEnum):
    """What moves a case of false declaration on; its row in the list of events has the same name.

    The first one begins it.
    """

    OPEN = "open"
    ANSWER = "answer"
    SET_HEARING = "set_hearing"
    CLEAR = "clear"
    FIND = "find"
    APPEAL = "appeal"
    FINISH = "finish"
    CONFIRM = "confirm"
    ANNUL = "annul"


CASE = table(
    [
        ("noticed", DeclarationStep.ANSWER, "noticed", "guardian"),
        ("noticed", DeclarationStep.SET_HEARING, "hearing", "reviewer"),
        ("noticed", DeclarationStep.CLEAR, "cleared", "reviewer"),
        ("hearing", DeclarationStep.SET_HEARING, "hearing", "reviewer"),
        ("hearing", DeclarationStep.ANSWER, "hearing", "guardian"),
        ("hearing", DeclarationStep.FIND, "found", "another reviewer"),
        ("hearing", DeclarationStep.CLEAR, "cleared", "reviewer"),
        ("found", DeclarationStep.APPEAL, "appealed", "guardian"),
        ("found", DeclarationStep.FINISH, "final", "reviewer, after the days to appeal"),
        ("appealed", DeclarationStep.CONFIRM, "final", "a third reviewer"),
        ("appealed", DeclarationStep.ANNUL, "cleared", "a third reviewer"),
    ]
)
OPEN = ("noticed", "hearing", "found", "appealed")
