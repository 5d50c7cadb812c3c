"""Submitting is no way to ask a register: who submits too often in a day reads the agencies' answers the next day.

What a register holds could be guessed by submitting, reading what agrees, withdrawing and submitting again. Filing is
never refused for that; the answers wait, nothing is approved without a person, and the bureau has an alarm. Counted in
the database, by child whoever files it and by account whichever child it files.
"""

from datetime import datetime, time, timedelta
from typing import Final

from django.db import connection

from accounts.models import Account
from audit.selectors import times_lately
from audit.services import record
from enrollment.filing.drafts.registers import ALARM
from enrollment.seasons.models import Child
from foundation import clock

MOST_OF_A_CHILD: Final = 3  # submissions of one child a day, by whichever account, whose answers are read at once
MOST_OF_AN_ACCOUNT: Final = 8
SUBMITTED = """
SELECT (
    SELECT count(*) FROM enrollment_child c
    JOIN enrollment_application a ON a.child_id = c.id JOIN enrollment_applicationversion v ON v.application_id = a.id
    WHERE c.id_index = %s AND v.submitted_at >= %s
), (SELECT count(*) FROM enrollment_applicationversion v WHERE v.submitted_by_id = %s AND v.submitted_at >= %s)
"""


def answers_from(guardian: Account, child: Child) -> datetime | None:
    """From when this person may read what the agencies answer to the submission now made; None for at once."""
    today = datetime.combine(clock.today(), time(), tzinfo=clock.SHANGHAI)
    with connection.cursor() as cursor:
        cursor.execute(SUBMITTED, [child.id_index, today, guardian.pk, today])
        of_child, of_account = cursor.fetchone()
    if of_child < MOST_OF_A_CHILD and of_account < MOST_OF_AN_ACCOUNT:
        return None
    if not times_lately(actor_id=guardian.pk, action=ALARM):
        record(
            actor=guardian,
            action=ALARM,
            object_type="account",
            object_id=guardian.pk,
            details={"submitted_today": of_account + 1, "of_the_child": of_child + 1},
        )
    return today + timedelta(days=1)
