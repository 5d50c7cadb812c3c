"""Checks of a day: rows in a state that no way leads to, or that should have gone on long ago.

Each is one statement that names rows; a clean day finds none. What the database itself forbids (two live applications
of a child, two places) is not asked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.models import DailyCheck
from audit.selectors import anchors_differ, verify_chain
from foundation import clock

SHOWN: Final = 10  # rows that are named
CHAIN: Final = "chain"


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of row that should not be: in words, and the statement that names them (one column)."""

    words: str | Promise
    sql: str


CHECKS: Final[Mapping[str, Check]] = {
    "state": Check(
        _("Applications whose state is not where their last step led"),
        """SELECT a.receipt FROM enrollment_application a CROSS JOIN LATERAL (
             SELECT target FROM enrollment_transition WHERE application_id = a.id ORDER BY id DESC LIMIT 1
           ) t WHERE t.target <> a.state""",
    ),
    "returned": Check(
        _("Applications returned for correction without anything that is asked"),
        """SELECT a.receipt FROM enrollment_application a WHERE a.state = 'returned' AND NOT EXISTS (
             SELECT 1 FROM enrollment_returnrequest r WHERE r.application_id = a.id AND r.answered_at IS NULL)""",
    ),
    "appealed": Check(
        _("Applications under appeal without an open appeal"),
        """SELECT a.receipt FROM enrollment_application a WHERE a.state = 'appealed' AND NOT EXISTS (
             SELECT 1 FROM enrollment_appeal p WHERE p.application_id = a.id AND p.state IN ('filed', 'hearing'))""",
    ),
    "placed": Check(
        _("Children with a place and no offer that names a school"),
        """SELECT a.receipt FROM enrollment_application a WHERE a.state IN ('offered', 'accepted', 'enrolled')
           AND NOT EXISTS (
             SELECT 1 FROM enrollment_offer o WHERE o.application_id = a.id AND o.school_id IS NOT NULL)""",
    ),
    "early": Check(
        _("Applications in the draw of a round that is not frozen"),
        """SELECT a.receipt FROM enrollment_application a JOIN enrollment_round r ON r.id = a.round_id
           WHERE a.state IN ('in_pool', 'waiting') AND r.state IN ('planned', 'open', 'paused', 'closed')""",
    ),
    "checking": Check(
        _("Applications that are being checked for more than two days with no check open"),
        """SELECT a.receipt FROM enrollment_application a
           JOIN enrollment_applicationversion v ON v.application_id = a.id AND v.number = a.version
           WHERE a.state = 'verifying' AND a.state_at < now() - interval '2 days' AND NOT EXISTS (
             SELECT 1 FROM verification_check c WHERE c.subject = v.id AND c.state = 'pending')""",
    ),
    "held": Check(
        _("Decisions that should count for more than an hour and do not"),
        """SELECT a.receipt FROM enrollment_helddecision h JOIN enrollment_application a ON a.id = h.application_id
           WHERE h.refused = '' AND h.effective_at < now() - interval '1 hour'""",
    ),
    "answers": Check(
        _("Places that nobody answered and that did not lapse"),
        """SELECT receipt FROM enrollment_application
           WHERE state = 'offered' AND next_step_by < now() - interval '3 days'""",
    ),
    "messages": Check(
        _("Messages that wait for more than two days"),
        """SELECT key FROM notifications_message
           WHERE state IN ('queued', 'sending') AND created_at < now() - interval '2 days'""",
    ),
    "letters": Check(
        _("Letters of children who have no place"),
        """SELECT l.number FROM enrollment_letter l JOIN enrollment_application a ON a.id = l.application_id
           WHERE a.state IN (
             'submitted', 'verifying', 'attention', 'in_review', 'returned', 'not_eligible', 'in_pool')""",
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
            cursor.execute(check.sql)
            found[name] = [str(row[0]) for row in cursor.fetchall()]
    return [
        DailyCheck.objects.update_or_create(
            day=day,
            name=name,
            defaults={"found": len(rows), "examples": rows[:SHOWN], "made_at": clock.now()},
        )[0]
        for name, rows in found.items()
    ]
