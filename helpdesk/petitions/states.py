"""The life of a petition as a table of legal steps, and its days (pure).

Source: 信访工作条例 (in force 1 May 2022): who brings something is told within 15 days whether it is taken up
(art. 23); mediation where both sides wish it, with a written agreement (art. 33); answered within 60 days of that,
longer by at most 30 with the head's consent (art. 34); a review is asked for within 30 days of the answer (art. 35).
"""

from datetime import timedelta
from typing import Final

from foundation.transitions import table

PETITION = table(
    [
        ("received", "accept", "open", "official"),
        ("received", "pass_on", "passed", "official, to whom it belongs to"),
        ("received", "withdraw", "withdrawn", "family"),
        ("open", "invite", "meeting", "official"),
        ("meeting", "invite", "meeting", "official, another day"),
        ("meeting", "hear", "open", "official, after it"),
        ("open", "extend", "open", "another official, once"),
        ("open", "answer", "answered", "official"),
        ("open", "withdraw", "withdrawn", "family"),
        ("meeting", "withdraw", "withdrawn", "family"),
        ("answered", "review", "reviewed", "family, to the authority above"),
        ("answered", "close", "closed", "official, after the days for a review"),
        ("reviewed", "close", "closed", "official, with what the authority above said"),
    ]
)
OPEN: Final = ("received", "open", "meeting", "answered", "reviewed")
TOLD_WITHIN: Final = timedelta(days=15)
ANSWERED_WITHIN: Final = timedelta(days=60)
LONGER_BY: Final = timedelta(days=30)
REVIEW_WITHIN: Final = timedelta(days=30)
