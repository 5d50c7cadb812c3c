"""The life of a petition as a table of legal steps, and its days (pure).

Source: 信访工作条例 (in force 1 May 2022): who brings something is told within 15 days whether it is taken up
(art. 23); mediation where both sides wish it, with a written agreement (art. 33); answered within 60 days of that,
longer by at most 30 with the head's consent (art. 34); a review is asked for within 30 days of the answer (art. 35).
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from foundation.transitions import table


class PetitionEvent(StrEnum):
    """What moves a petition on. The first one begins it."""

    ENTER = "enter"
    ACCEPT = "accept"
    PASS_ON = "pass_on"  # noqa: S105 - a step, no password
    WITHDRAW = "withdraw"
    INVITE = "invite"
    HEAR = "hear"
    EXTEND = "extend"
    ANSWER = "answer"
    REVIEW = "review"
    CLOSE = "close"


PETITION = table(
    [
        ("received", PetitionEvent.ACCEPT, "open", "official"),
        ("received", PetitionEvent.PASS_ON, "passed", "official, to whom it belongs to"),
        ("received", PetitionEvent.WITHDRAW, "withdrawn", "family"),
        ("open", PetitionEvent.INVITE, "meeting", "official"),
        ("meeting", PetitionEvent.INVITE, "meeting", "official, another day"),
        ("meeting", PetitionEvent.HEAR, "open", "official, after it"),
        ("open", PetitionEvent.EXTEND, "open", "another official, once"),
        ("open", PetitionEvent.ANSWER, "answered", "official"),
        ("open", PetitionEvent.WITHDRAW, "withdrawn", "family"),
        ("meeting", PetitionEvent.WITHDRAW, "withdrawn", "family"),
        ("answered", PetitionEvent.REVIEW, "reviewed", "family, to the authority above"),
        ("answered", PetitionEvent.CLOSE, "closed", "official, after the days for a review"),
        ("reviewed", PetitionEvent.CLOSE, "closed", "official, with what the authority above said"),
    ]
)
OPEN: Final = ("received", "open", "meeting", "answered", "reviewed")
TOLD_WITHIN: Final = timedelta(days=15)
ANSWERED_WITHIN: Final = timedelta(days=60)
LONGER_BY: Final = timedelta(days=30)
REVIEW_WITHIN: Final = timedelta(days=30)
