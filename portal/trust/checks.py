"""Checks of a day: rows in a state that no way leads to, or that should have gone on long ago.

Each is one statement that names rows; a clean day finds none. What the database itself forbids (two live applications
of a child, two places) is not asked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.models import DailyCheck
from audit.selectors import anchors_differ, verify_chain
from enrollment.appeals.models import Appeal
from enrollment.seasons.models import ApplicationState
from enrollment.seasons.states import BEFORE_CLOSING, RoundState
from foundation import clock
from notifications.models import Message
from verification.models import Check as AgencyCheck

SHOWN: Final = 10  # rows that are named
CHAIN: Final = "chain"


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of row that should not be: in words, and the statement that names them (one column).

    ``states`` are those that the statement names.
    """

    words: str | Promise
    sql: str
    states: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


CHECKS: Final[Mapping[str, Check]] = {
    "state": Check(
        _("Applications whose state is not where their last step led"),
        """SELECT a.receipt FROM enrollment_application a CROSS JOIN LATERAL (
             SELECT target FROM enrollment_transition WHERE application_id = a.id ORDER BY id DESC LIMIT 1
           ) t WHERE t.target <> a.state""",
    ),
    "returned": Check(
        _("Applications returned for correction without anything that is asked"),
        """SELECT a.receipt FROM enrollment_application a WHERE a.state = %(returned)s AND NOT EXISTS (
             SELECT 1 FROM enrollment_returnrequest r WHERE r.application_id = a.id AND r.answered_at IS NULL)""",
        {"returned": ApplicationState.RETURNED},
    ),
    "appealed": Check(
        _("Applications under appeal without an open appeal"),
        """SELECT a.receipt FROM enrollment_application a WHERE a.state = %(appealed)s AND NOT EXISTS (
             SELECT 1 FROM enrollment_appeal p WHERE p.application_id = a.id AND p.state IN %(open)s)""",
        {"appealed": ApplicationState.APPEALED, "open": Appeal.OPEN},
    ),
    "placed": Check(
        _("Children with a place and no offer that names a school"),
        """SELECT a.receipt FROM enrollment_application a WHERE a.state IN %(placed)s
           AND NOT EXISTS (
             SELECT 1 FROM enrollment_offer o WHERE o.application_id = a.id AND o.school_id IS NOT NULL)""",
        {"placed": (ApplicationState.OFFERED, ApplicationState.ACCEPTED, ApplicationState.ENROLLED)},
    ),
    "early": Check(
        _("Applications in the draw of a round that is not frozen"),
        """SELECT a.receipt FROM enrollment_application a JOIN enrollment_round r ON r.id = a.round_id
           WHERE a.state IN %(drawn)s AND r.state IN %(unfrozen)s""",
        {
            "drawn": (ApplicationState.IN_POOL, ApplicationState.WAITING),
            "unfrozen": (*sorted(BEFORE_CLOSING), RoundState.CLOSED),
        },
    ),
    "checking": Check(
        _("Applications that are being checked for more than two days with no check open"),
        """SELECT a.receipt FROM enrollment_application a
           JOIN enrollment_applicationversion v ON v.application_id = a.id AND v.number = a.version
           WHERE a.state = %(verifying)s AND a.state_at < now() - interval '2 days' AND NOT EXISTS (
             SELECT 1 FROM verification_check c WHERE c.subject = v.id AND c.state = %(pending)s)""",
        {"verifying": ApplicationState.VERIFYING, "pending": AgencyCheck.State.PENDING},
    ),
    "held": Check(
        _("Decisions that should count for more than an hour and do not"),
        """SELECT a.receipt FROM enrollment_helddecision h JOIN enrollment_application a ON a.id = h.application_id
           WHERE h.refused = '' AND h.effective_at < now() - interval '1 hour'""",
    ),
    "answers": Check(
        _("Places that nobody answered and that did not lapse"),
        """SELECT receipt FROM enrollment_application
           WHERE state = %(offered)s AND next_step_by < now() - interval '3 days'""",
        {"offered": ApplicationState.OFFERED},
    ),
    "messages": Check(
        _("Messages that wait for more than two days"),
        """SELECT key FROM notifications_message
           WHERE state IN %(waiting)s AND created_at < now() - interval '2 days'""",
        {"waiting": (Message.State.QUEUED, Message.State.SENDING)},
    ),
    "letters": Check(
        _("Letters of children who have no place"),
        """SELECT l.number FROM enrollment_letter l JOIN enrollment_application a ON a.id = l.application_id
           WHERE a.state IN %(placeless)s""",
        {
            "placeless": (
                ApplicationState.SUBMITTED,
                ApplicationState.VERIFYING,
                ApplicationState.ATTENTION,
                ApplicationState.IN_REVIEW,
                ApplicationState.RETURNED,
                ApplicationState.NOT_ELIGIBLE,
                ApplicationState.IN_POOL,
            )
        },
    ),
}


def words_of(name: str) -> str:
    """A check in words."""
    return str(_("The log of access, recomputed") if name == CHAIN else CHECKS[name].words) if _known(name) else name


def _known(name: str) -> bool:
    return name == CHAIN or name in CHECKS


def check_day(day: date) -> list[DailyCheck]:
    """Make all checks and keep what they found under the day; made again they replace what stood there."""
    found: dict[str, list[str]] = {CHAIN: [*verify_chain(), *anchors_differ()]}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        for name, check in CHECKS.items():
            cursor.execute(check.sql, check.states)
            found[name] = [str(row[0]) for row in cursor.fetchall()]
    return [
        DailyCheck.objects.update_or_create(
            day=day,
            name=name,
            defaults={"found": len(rows), "examples": rows[:SHOWN], "made_at": clock.now()},
        )[0]
        for name, rows in found.items()
    ]
