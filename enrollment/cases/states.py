"""The life of a case with others and of one department's part in it, as tables of legal steps (pure)."""

from enum import StrEnum

from foundation.transitions import table


class JointCaseEvent(StrEnum):
    """What moves a case with others on."""

    COMPLETE = "complete"
    ASK = "ask"
    JOIN = "join"
    TAKE = "take"
    CLOSE = "close"
    GIVE = "give"
    REFUSE = "refuse"
    CARRY = "carry"


class EnquiryEvent(StrEnum):
    """What moves what one department is asked."""

    ANSWER = "answer"
    PASS_ON = "pass_on"  # noqa: S105 - a step, no password
    WITHDRAW = "withdraw"


class CaseNote(StrEnum):
    """What is written down of a case beside its steps."""

    OPEN = "open"
    REMIND = "remind"
    GAP = "gap"


JOINT_CASE = table(
    [
        ("asked", JointCaseEvent.COMPLETE, "answered", "system, after the last answer"),
        ("answered", JointCaseEvent.ASK, "asked", "reviewer"),
        ("asked", JointCaseEvent.JOIN, "joined", "reviewer"),
        ("joined", JointCaseEvent.COMPLETE, "answered", "system, with the case it joined"),
        ("answered", JointCaseEvent.TAKE, "taken", "reviewer"),
        ("asked", JointCaseEvent.CLOSE, "closed", "reviewer or system"),
        ("answered", JointCaseEvent.CLOSE, "closed", "reviewer or system"),
        ("joined", JointCaseEvent.CLOSE, "closed", "reviewer or system"),
        # only of points in another town
        ("asked", JointCaseEvent.GIVE, "given", "system or official"),
        ("answered", JointCaseEvent.GIVE, "given", "system or official"),
        ("asked", JointCaseEvent.REFUSE, "refused", "official"),
        ("answered", JointCaseEvent.REFUSE, "refused", "official"),
        ("asked", JointCaseEvent.CARRY, "carried", "official"),
        ("answered", JointCaseEvent.CARRY, "carried", "official"),
    ]
)
OPEN = ("asked", "answered", "joined")
ENQUIRY = table(
    [
        ("open", EnquiryEvent.ANSWER, "answered", "department"),
        ("answered", EnquiryEvent.ANSWER, "answered", "department, as long as nothing was taken"),
        ("open", EnquiryEvent.PASS_ON, "passed", "department"),
        ("open", EnquiryEvent.WITHDRAW, "withdrawn", "reviewer or system"),
    ]
)
