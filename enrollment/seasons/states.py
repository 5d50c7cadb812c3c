"""The life of an application and of a round, as tables of legal steps (pure; the
diagrams in docs are made from them)."""

from enum import StrEnum
from typing import Final

from foundation.transitions import table


class ApplicationEvent(StrEnum):
    """What moves an application on."""

    SUBMIT = "submit"
    START_CHECKS = "start_checks"
    CONFIRM = "confirm"
    NEEDS_PERSON = "needs_person"
    APPROVE = "approve"
    OPEN_REVIEW = "open_review"
    RETURN = "return"
    REFUSE = "refuse"
    SETTLE_NAME = "settle_name"
    ASK_AGAIN = "ask_again"
    RESUBMIT = "resubmit"
    AMEND = "amend"
    LAPSE_RETURN = "lapse_return"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    DISMISS = "dismiss"
    DROP_APPEAL = "drop_appeal"
    WITHDRAW = "withdraw"
    FREEZE = "freeze"
    REOPEN = "reopen"
    OFFER = "offer"
    WAIT = "wait"
    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    ENROL = "enrol"
    TAKE = "take"
    NO_SHOW = "no_show"
    ARRIVE = "arrive"
    CORRECT = "correct"
    TAKE_BACK = "take_back"


class RoundState(StrEnum):
    """The states of a round, in the order in which it passes through them."""

    PLANNED = "planned"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    FROZEN = "frozen"
    DRAWN = "drawn"
    ADMITTED = "admitted"
    PUBLISHED = "published"


class RoundEvent(StrEnum):
    """What moves a round on."""

    OPEN = "open"
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"
    REOPEN = "reopen"
    FREEZE = "freeze"
    DRAW = "draw"
    ADMIT = "admit"
    PUBLISH = "publish"


APPLICATION = table(
    [
        ("draft", ApplicationEvent.SUBMIT, "submitted", "guardian"),
        ("submitted", ApplicationEvent.START_CHECKS, "verifying", "system"),
        ("verifying", ApplicationEvent.CONFIRM, "verified", "system"),
        ("verifying", ApplicationEvent.NEEDS_PERSON, "attention", "system"),
        ("verified", ApplicationEvent.APPROVE, "approved", "system or reviewer"),
        ("verified", ApplicationEvent.OPEN_REVIEW, "in_review", "reviewer"),
        ("attention", ApplicationEvent.OPEN_REVIEW, "in_review", "reviewer"),
        ("in_review", ApplicationEvent.APPROVE, "approved", "reviewer"),
        ("in_review", ApplicationEvent.RETURN, "returned", "reviewer"),
        ("in_review", ApplicationEvent.REFUSE, "not_eligible", "reviewer"),
        # a character of a name that could not be typed is settled from the page given
        ("in_review", ApplicationEvent.SETTLE_NAME, "in_review", "reviewer"),
        # an agency that gave no answer is asked again (docs/verification.md)
        ("attention", ApplicationEvent.ASK_AGAIN, "verifying", "system or reviewer"),
        ("in_review", ApplicationEvent.ASK_AGAIN, "verifying", "reviewer"),
        ("returned", ApplicationEvent.RESUBMIT, "submitted", "guardian"),
        ("verifying", ApplicationEvent.AMEND, "submitted", "guardian"),
        ("attention", ApplicationEvent.AMEND, "submitted", "guardian"),
        ("approved", ApplicationEvent.AMEND, "submitted", "guardian"),
        ("returned", ApplicationEvent.LAPSE_RETURN, "attention", "system"),
        ("not_eligible", ApplicationEvent.APPEAL, "appealed", "guardian"),
        ("appealed", ApplicationEvent.UPHOLD, "in_review", "another reviewer"),
        ("appealed", ApplicationEvent.DISMISS, "not_eligible", "another reviewer"),
        ("appealed", ApplicationEvent.DROP_APPEAL, "not_eligible", "guardian"),
        ("appealed", ApplicationEvent.WITHDRAW, "withdrawn", "guardian"),
        ("approved", ApplicationEvent.FREEZE, "in_pool", "official"),
        ("approved", ApplicationEvent.REOPEN, "in_review", "reviewer or system"),
        ("in_pool", ApplicationEvent.OFFER, "offered", "official"),
        ("in_pool", ApplicationEvent.WAIT, "waiting", "official"),
        ("waiting", ApplicationEvent.OFFER, "offered", "official"),
        ("offered", ApplicationEvent.ACCEPT, "accepted", "guardian"),
        ("offered", ApplicationEvent.DECLINE, "declined", "guardian"),
        ("offered", ApplicationEvent.LAPSE, "lapsed", "system"),
        ("accepted", ApplicationEvent.ENROL, "enrolled", "school"),
        ("submitted", ApplicationEvent.WITHDRAW, "withdrawn", "guardian"),
        ("verifying", ApplicationEvent.WITHDRAW, "withdrawn", "guardian"),
        ("verified", ApplicationEvent.WITHDRAW, "withdrawn", "guardian"),
        ("attention", ApplicationEvent.WITHDRAW, "withdrawn", "guardian"),
        ("in_review", ApplicationEvent.WITHDRAW, "withdrawn", "guardian"),
        ("returned", ApplicationEvent.WITHDRAW, "withdrawn", "guardian"),
        ("approved", ApplicationEvent.WITHDRAW, "withdrawn", "guardian"),
        ("not_eligible", ApplicationEvent.WITHDRAW, "withdrawn", "guardian"),
        # after publication: waiting lists, check-in, corrections (docs/afterwards.md)
        ("waiting", ApplicationEvent.WITHDRAW, "withdrawn", "guardian"),
        ("offered", ApplicationEvent.TAKE, "accepted", "guardian"),
        ("accepted", ApplicationEvent.TAKE, "accepted", "guardian"),
        ("declined", ApplicationEvent.TAKE, "accepted", "guardian"),
        ("lapsed", ApplicationEvent.TAKE, "accepted", "guardian"),
        ("accepted", ApplicationEvent.NO_SHOW, "lapsed", "school"),
        ("lapsed", ApplicationEvent.ARRIVE, "enrolled", "school"),
        ("waiting", ApplicationEvent.CORRECT, "offered", "two officials"),
        ("offered", ApplicationEvent.CORRECT, "offered", "two officials"),
        ("declined", ApplicationEvent.CORRECT, "offered", "two officials"),
        ("lapsed", ApplicationEvent.CORRECT, "offered", "two officials"),
        ("accepted", ApplicationEvent.CORRECT, "accepted", "two officials"),
        ("offered", ApplicationEvent.TAKE_BACK, "withdrawn", "two officials"),
        ("accepted", ApplicationEvent.TAKE_BACK, "withdrawn", "two officials"),
        ("enrolled", ApplicationEvent.TAKE_BACK, "withdrawn", "two officials"),
    ]
)


ROUND = table(
    [
        (RoundState.PLANNED, RoundEvent.OPEN, RoundState.OPEN, "official"),
        (RoundState.OPEN, RoundEvent.PAUSE, RoundState.PAUSED, "official"),
        (RoundState.PAUSED, RoundEvent.RESUME, RoundState.OPEN, "official"),
        (RoundState.OPEN, RoundEvent.CLOSE, RoundState.CLOSED, "official, before the announced end two"),
        (RoundState.PAUSED, RoundEvent.CLOSE, RoundState.CLOSED, "official, before the announced end two"),
        (RoundState.CLOSED, RoundEvent.REOPEN, RoundState.OPEN, "official"),
        (RoundState.CLOSED, RoundEvent.FREEZE, RoundState.FROZEN, "two officials"),
        (RoundState.FROZEN, RoundEvent.DRAW, RoundState.DRAWN, "two officials"),
        (RoundState.DRAWN, RoundEvent.ADMIT, RoundState.ADMITTED, "official"),
        (RoundState.ADMITTED, RoundEvent.PUBLISH, RoundState.PUBLISHED, "two officials"),
    ]
)


# of a round that families can apply in, now or after a pause; and of one that they could not be shut out of yet
RUNNING: Final = frozenset({RoundState.OPEN, RoundState.PAUSED})
BEFORE_CLOSING: Final = RUNNING | {RoundState.PLANNED}


# what the office does with an application before anything is decided: its family is not told of it
INNER: Final = frozenset({ApplicationEvent.START_CHECKS, ApplicationEvent.OPEN_REVIEW})


ENDED_STATES = ("withdrawn", "declined", "lapsed")


LIVE_STATES = tuple(state for state in APPLICATION.states() if state not in (*ENDED_STATES, "draft"))


OPEN_FOR_REVIEW = ("attention", "in_review", "verified")


UNSETTLED = ("submitted", "verifying", "verified", "attention", "in_review", "returned", "appealed")
