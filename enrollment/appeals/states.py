"""The life of an appeal, as a table of legal steps (pure; the diagram in docs is made from it)."""

from enum import StrEnum

from foundation.transitions import table


class AppealStep(StrEnum):
    """What moves an appeal on; its row in the list of events has the same name. The first one begins it."""

    FILE = "file"
    SET_HEARING = "set_hearing"
    CONFIRM_HEARING = "confirm_hearing"
    ASK_MOVE = "ask_move"
    UPHOLD = "uphold"
    DISMISS = "dismiss"
    TAKE_BACK = "take_back"


APPEAL = table(
    [
        ("filed", AppealStep.SET_HEARING, "hearing", "reviewer"),
        ("hearing", AppealStep.SET_HEARING, "hearing", "reviewer"),
        ("hearing", AppealStep.CONFIRM_HEARING, "hearing", "guardian"),
        ("hearing", AppealStep.ASK_MOVE, "hearing", "guardian"),
        ("filed", AppealStep.UPHOLD, "upheld", "another reviewer"),
        ("filed", AppealStep.DISMISS, "dismissed", "another reviewer"),
        ("hearing", AppealStep.UPHOLD, "upheld", "another reviewer"),
        ("hearing", AppealStep.DISMISS, "dismissed", "another reviewer"),
        ("filed", AppealStep.TAKE_BACK, "withdrawn", "guardian"),
        ("hearing", AppealStep.TAKE_BACK, "withdrawn", "guardian"),
    ]
)
