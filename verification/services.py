"""The door of verification: open the checks of a version, make each of them, ask for prefill."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from foundation import clock
from foundation.bulk import update_rows
from foundation.draining import Turn
from foundation.errors import NotAllowed, Refused
from foundation.lanes import ring_on_commit
from verification.agencies import Judgement, MalformedRecord, adapter
from verification.client import Asking, Call, Request, ask_all, ask_many
from verification.models import Agency, AgencySwitch, Check, Finding, Outcome
from verification.selectors import pending_among

MAX_ATTEMPTS = 5  # answers that were none; a request that was never made does not count
LEASE_SECONDS = 45  # each phase of a batch is much shorter: it is renewed between them
BATCH = 120  # checks a worker takes at once: 24 families
THROTTLED_SECONDS = 1.0

# One statement: taken and leased at once, the oldest first; rows another worker is at are passed over.
CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT id FROM verification_check
        WHERE state = 'pending' AND next_attempt_at <= %(now)s {only}
        ORDER BY next_attempt_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE verification_check c SET next_attempt_at = %(leased)s FROM due WHERE c.id = due.id RETURNING c.*
"""


def checks_open(*, subject: UUID, district: str, claims: Mapping[str, Mapping[str, Any]]) -> None:
    """Create one check per agency claimed, once, in the caller's transaction, and wake the workers on commit."""
    now = clock.now()
    made = Check.objects.bulk_create(
        [
            Check(
                subject=subject,
                district_code=district,
                agency=agency,
                claim=dict(claim),
                next_attempt_at=now,
                created_at=now,
            )
            for agency, claim in claims.items()
        ],
        ignore_conflicts=True,
    )
    if made:
        ring_on_commit("families")


@dataclass(frozen=True, slots=True)
class _Batch:
    """Checks that are leased, and the requests about them under way."""

    checks: list[Check]
    asking: Asking


def checks_work(turn: Turn) -> bool:
    """Make due checks of any families, a batch at a time, until none is due or the turn is over; True when there may
    be more.

    While one batch is stored and judged the next one's requests are under way. The checks are leased first: of two
    workers each finds its own, and what a killed worker held becomes due again.
    """
    batch = _begin()
    full = False
    while batch is not None:
        full = len(batch.checks) == BATCH
        if full:
            turn.call_others()
        following = _begin() if full and turn.goes_on() else None
        _end(batch)
        batch = following
    return full


def checks_run(*, subject: UUID) -> int:
    """Make all due checks of one family. Returns how many were concluded."""
    batch = _begin(subject)
    return _end(batch) if batch is not None else 0


def _begin(subject: UUID | None = None) -> _Batch | None:
    """Lease due checks (of one family) and send their requests; None when none is due."""
    now = clock.now()
    only = "AND subject = %(subject)s" if subject else ""
    given = {"now": now, "leased": _leased(now), "limit": BATCH, "subject": subject}
    checks = list(Check.objects.raw(CLAIM.format(only=only), given))
    if not checks:
        return None
    requests = [Request(check.agency, adapter(check.agency).keys(check.claim)) for check in checks]
    return _Batch(checks, ask_many(requests, purpose="check"))


def _leased(now: datetime) -> datetime:
    return now + timedelta(seconds=LEASE_SECONDS)


def _end(batch: _Batch) -> int:
    """Store what the answers mean and hand on the families that are all checked; how many checks were concluded."""
    calls = batch.asking.calls()
    findings, again = [], []
    for check, made in zip(batch.checks, calls, strict=True):
        finding = None if made.throttled else _finding(check, made)
        if finding is not None:
            findings.append(finding)
        else:
            again.append((check, made.throttled))
    concluded = _conclude(findings, again)
    ready = set(concluded) - pending_among(set(concluded))
    if ready:
        # by name: the room above listens, this one does not import it
        import_string(settings.VERIFICATION_DONE)(sorted(ready))
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
    canonical = json.dumps(judgement.record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Finding(
        check_made=check,
        outcome=judgement.outcome,
        differences=[asdict(difference) for difference in judgement.differences],
        evidence=judgement.record,
        evidence_hash=hashlib.sha256(canonical.encode()).hexdigest(),
        source=made.answer.source if made.answer else made.why,
        trace_id=made.trace_id,
        source_time=made.answer.at if made.answer else None,
        seconds=(now - check.created_at).total_seconds(),
        at=now,
    )


@transaction.atomic
def _conclude(findings: Sequence[Finding], again: Sequence[tuple[Check, bool]]) -> list[UUID]:
    """Store findings and close their checks; the others are tried again later. The families of the closed ones."""
    ids = [finding.check_made_id for finding in findings]
    rows = Check.objects.select_for_update().filter(pk__in=ids, state=Check.State.PENDING).order_by("pk")
    open_ones = dict(rows.values_list("pk", "subject"))
    Check.objects.filter(pk__in=open_ones).update(state=Check.State.DONE, attempts=F("attempts") + 1)
    Finding.objects.bulk_create([finding for finding in findings if finding.check_made_id in open_ones])
    for check, throttled in again:
        _later(check, throttled=throttled)
    update_rows([check for check, _throttled in again], ("next_attempt_at", "attempts"), only="t.state = 'pending'")
    return list(open_ones.values())


def _later(check: Check, *, throttled: bool) -> None:
    """No usable answer: try again after a growing, jittered pause. Who was not asked at all waits for its turn only."""
    spread = random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, no draw
    pause = spread * (THROTTLED_SECONDS if throttled else min(30.0, 2.0 ** (check.attempts + 1)))
    check.next_attempt_at = clock.now() + timedelta(seconds=pause)
    check.attempts += not throttled


@dataclass(frozen=True, slots=True)
class Prefill:
    """What one agency could tell before anything is typed: ``found``, ``empty`` or ``silent`` are told apart."""

    agency: str
    outcome: str
    records: tuple[dict[str, Any], ...]
    source: str
    at: datetime | None


def prefill(*, lookups: Mapping[str, Sequence[str]]) -> dict[str, Prefill]:
    """Ask several agencies at once for a person's own records; never raises, silence is an outcome."""
    found = {}
    for agency, made in ask_all(lookups, purpose="prefill").items():
        answer = made.answer
        if answer is None:
            found[agency] = Prefill(agency, "silent", (), "", None)
        else:
            outcome = "found" if answer.records else "empty"
            found[agency] = Prefill(agency, outcome, answer.records, answer.source, answer.at)
    return found


@transaction.atomic
def agency_switch(*, actor: Account, agency: str, enabled: bool, note: str = "") -> None:
    """Switch an agency on or off. While it is off its checks wait and end as ``unavailable``: a person decides.

    Raises NotAllowed, Refused (unknown agency).
    """
    if not scope(actor).any("agency.switch"):
        raise NotAllowed(_("You may not switch agencies."))
    if agency not in Agency.values:
        raise Refused(_("There is no such agency."), code="unknown_agency", field="agency")
    AgencySwitch.objects.update_or_create(
        pk=agency, defaults={"enabled": enabled, "failures": 0, "open_until": None, "note": note}
    )
    record(
        actor=actor,
        action="agency.on" if enabled else "agency.off",
        object_type="agency",
        object_id=agency,
        details={"note": note},
    )
