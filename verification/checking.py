"""Making the checks: leased where they are found, asked by the hundred, stored and handed on in batches."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from foundation import clock
from foundation.bulk import update_rows
from foundation.canonical import digest_of
from foundation.draining import Turn
from verification.agencies import Judgement, MalformedRecord, adapter
from verification.client import BUSY, FULL_NOW, Asking, Call, Request, ask_many, give_back, granted, with_lines
from verification.happenings import CHECKS_DONE
from verification.models import Agency, Check, Finding, Outcome
from verification.selectors import pending_among
from verification.tallies import findings_tally

MAX_ATTEMPTS = 5  # answers that were none; a request that was never made does not count
LEASE_SECONDS = 45  # each phase of a batch is much shorter: it is renewed between them

FULL = 24  # checks of one agency in a batch; the rest of a family's five are in the same batch by their age
SOON_SECONDS = 2.0  # after "too many requests"
PAUSE_SECONDS = 0.2  # while every agency's quota is used up

# Which agencies have work that is due: one look at the beginning of each one's index.
DUE = """
    SELECT agency FROM unnest(%(agencies)s) agency WHERE EXISTS (
        SELECT FROM verification_check
        WHERE agency = agency.agency AND state = %(pending)s AND next_attempt_at <= %(now)s {only}
    )
"""
# One statement: taken and leased at once, of each agency the oldest and no more than may be asked; rows that another
# worker is at are passed over.
CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT taken.id FROM unnest(%(agencies)s, %(limits)s) AS quota(agency, most), LATERAL (
            SELECT id FROM verification_check c
            WHERE c.agency = quota.agency AND state = %(pending)s AND next_attempt_at <= %(now)s {only}
            ORDER BY next_attempt_at LIMIT quota.most FOR UPDATE SKIP LOCKED
        ) taken
    )
    UPDATE verification_check c SET next_attempt_at = %(leased)s FROM due WHERE c.id = due.id RETURNING c.*
"""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Checks that are leased, and the requests about them under way. ``more``: an agency's share of it was full."""

    checks: list[Check]
    asking: Asking
    more: bool


@dataclass(slots=True)
class _Look:
    """One look at what is due, batch by batch. ``throttled``: something is due that no quota was left for."""

    subject: UUID | None = None
    throttled: bool = False

    def begin(self) -> _Batch | None:
        """Lease due checks and send their requests; None when none is due, or none may be asked now."""
        now = clock.now()
        only = "AND subject = %(subject)s" if self.subject else ""
        given: dict[str, Any] = {"now": now, "subject": self.subject, "agencies": list(Agency.values)}
        given["pending"] = Check.State.PENDING
        with connection.cursor() as cursor:
            cursor.execute(DUE.format(only=only), given)
            due = [agency for (agency,) in cursor.fetchall()]
        self.throttled = False
        if not due:
            return None
        quota = granted(dict.fromkeys(due, FULL), "check")
        limits = [quota.get(agency, FULL) for agency in due]
        given |= {"agencies": due, "limits": limits, "leased": now + timedelta(seconds=LEASE_SECONDS)}
        checks = list(Check.objects.raw(CLAIM.format(only=only), given))
        taken = Counter(check.agency for check in checks)
        self.throttled = any(taken[agency] == count < FULL for agency, count in quota.items())
        requests = with_lines(
            [
                Request(one.agency, adapter(one.agency).keys(one.claim), one.district_code, round_id=one.round_id)
                for one in checks
            ]
        )
        asked = Counter(one.agency for one in requests if one.line and not one.line.closed)
        give_back({agency: count - asked[agency] for agency, count in quota.items()}, "check")
        if not checks:
            return None
        more = any(taken[agency] == most for agency, most in zip(due, limits, strict=True) if most)
        return _Batch(checks, ask_many(requests, purpose="check"), more)


def checks_work(turn: Turn) -> bool:
    """Make due checks of any families, a batch at a time, until none is due or the turn is over; True when there may
    be more.

    While one batch is stored and judged the next one's requests are under way. Of two workers each leases its own
    checks, and what a killed worker held becomes due again. No more is taken than the agencies' quotas allow: what has
    to wait for its turn waits in the table, oldest first, and costs nothing.
    """
    look = _Look()
    batch = look.begin()
    more = batch is not None and batch.more
    while batch is not None or (look.throttled and turn.goes_on()):
        if batch is None:
            time.sleep(PAUSE_SECONDS)
            batch = look.begin()
            continue
        if batch.more:
            turn.call_others()
        following = look.begin() if (batch.more or look.throttled) and turn.goes_on() else None
        _end(batch)
        more = batch.more or look.throttled
        batch = following
    return more


def checks_run(*, subject: UUID) -> int:
    """Make all due checks of one family. Returns how many were concluded."""
    batch = _Look(subject).begin()
    return _end(batch) if batch is not None else 0


def _end(batch: _Batch) -> int:
    """Store what the answers mean and hand on the families that are all checked; how many checks were concluded."""
    findings, again = [], []
    for check, made in zip(batch.checks, batch.asking.calls(), strict=True):
        if made.status == BUSY or made.why == FULL_NOW:
            _soon(check)  # asked too often is no silence: its turn comes
            again.append(check)
            continue
        finding = _finding(check, made)
        if finding is not None:
            findings.append(finding)
        else:
            _later(check)
            again.append(check)
    concluded = _conclude(findings, again)
    ready = set(concluded) - pending_among(set(concluded))
    if ready:
        CHECKS_DONE.happen(sorted(ready))
    return len(concluded)


def _finding(check: Check, made: Call) -> Finding | None:
    """What the answer means; None when the check is to be tried again later."""
    if made.answer is not None:
        try:
            judgement = adapter(check.agency).judge(check.claim, made.answer.records, clock.today())
        except MalformedRecord as nonsense:
            made = replace(made, answer=None, why=str(nonsense))
        else:
            return _built(check, judgement, made)
    if check.attempts + 1 >= MAX_ATTEMPTS:
        return _built(check, Judgement(Outcome.UNAVAILABLE), made)
    return None


def _built(check: Check, judgement: Judgement, made: Call) -> Finding:
    now = clock.now()
    return Finding(
        check_made=check,
        outcome=judgement.outcome,
        differences=[asdict(difference) for difference in judgement.differences],
        evidence=judgement.record,
        evidence_hash=digest_of(judgement.record),
        source=made.answer.source if made.answer else made.why,
        trace_id=made.trace_id,
        source_time=made.answer.at if made.answer else None,
        seconds=(now - check.created_at).total_seconds(),
        at=now,
    )


@transaction.atomic
def _conclude(findings: Sequence[Finding], again: Sequence[Check]) -> list[UUID]:
    """Store findings and close their checks; the others are tried again later. The families of the closed ones."""
    ids = [finding.check_made_id for finding in findings]
    rows = Check.objects.select_for_update().filter(pk__in=ids, state=Check.State.PENDING).order_by("pk")
    open_ones = dict(rows.values_list("pk", "subject"))
    Check.objects.filter(pk__in=open_ones).update(state=Check.State.DONE, attempts=F("attempts") + 1)
    new = [finding for finding in findings if finding.check_made_id in open_ones]
    Finding.objects.bulk_create(new)
    findings_tally(new)
    update_rows(again, ("next_attempt_at", "attempts"), only=f"t.state = '{Check.State.PENDING}'")
    return list(open_ones.values())


def _soon(check: Check) -> None:
    """The agency has enough for this second: once more in a moment, and nothing is counted against it."""
    spread = random.uniform(0.5, 1.5)  # noqa: S311 - spreads retries, no draw
    check.next_attempt_at = clock.now() + timedelta(seconds=spread * SOON_SECONDS)


def _later(check: Check) -> None:
    """No usable answer: try again after a growing, jittered pause."""
    spread = random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, no draw
    check.attempts += 1
    check.next_attempt_at = clock.now() + timedelta(seconds=spread * min(30.0, 2.0**check.attempts))
