"""The door of verification: open the checks of a version, make each of them, ask for prefill."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.tasks import enqueue, send
from verification.agencies import Judgement, MalformedRecord, adapter
from verification.client import Call, ask_all
from verification.models import Agency, AgencySwitch, Check, Finding, Outcome

MAX_ATTEMPTS = 5
LEASE_SECONDS = 30


def checks_open(*, subject: UUID, district: str, claims: Mapping[str, Mapping[str, Any]]) -> None:
    """Create one check per agency claimed, once, in the caller's transaction, and send them to a worker on commit."""
    from verification.tasks import run_checks

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
        enqueue(run_checks, str(subject))


def checks_run(*, subject: UUID) -> int:
    """Make all due checks of one family, asking the agencies in parallel. Returns how many were concluded.

    The checks are claimed by a lease first: of two workers with the same task one finds nothing to do, and what a
    killed worker held becomes due again.
    """
    now = clock.now()
    with transaction.atomic():
        due = Check.objects.filter(subject=subject, state=Check.State.PENDING, next_attempt_at__lte=now)
        checks = list(due.select_for_update(skip_locked=True))
        Check.objects.filter(pk__in=[check.pk for check in checks]).update(
            attempts=F("attempts") + 1, next_attempt_at=now + timedelta(seconds=LEASE_SECONDS)
        )
    if not checks:
        return 0
    calls = ask_all({check.agency: adapter(check.agency).keys(check.claim) for check in checks}, purpose="check")
    findings = [finding for check in checks if (finding := _finding(check, calls[check.agency])) is not None]
    return _conclude(subject, findings)


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
    _try_later(check)
    return None


def _try_later(check: Check) -> None:
    """No usable answer: try again after a growing, jittered pause."""
    from verification.tasks import run_checks

    pause = min(30.0, 2.0 ** (check.attempts + 1)) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, no draw
    Check.objects.filter(pk=check.pk, state=Check.State.PENDING).update(
        next_attempt_at=clock.now() + timedelta(seconds=pause)
    )
    send(run_checks, str(check.subject), countdown=pause + 0.1)


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


def _conclude(subject: UUID, findings: Sequence[Finding]) -> int:
    """Store findings and close their checks in one transaction; the last ones of a subject wake its assessment."""
    if not findings:
        return 0
    with transaction.atomic():
        ids = [finding.check_made_id for finding in findings]
        open_ids = set(
            Check.objects.select_for_update().filter(pk__in=ids, state=Check.State.PENDING).values_list("pk", flat=True)
        )
        Check.objects.filter(pk__in=open_ids).update(state=Check.State.DONE)
        Finding.objects.bulk_create([finding for finding in findings if finding.check_made_id in open_ids])
    _wake(subject)  # after the commit, so that of two workers ending together at least one sees all done
    return len(open_ids)


def _wake(subject: UUID) -> None:
    if not Check.objects.filter(subject=subject, state=Check.State.PENDING).exists():
        # by name: the room above listens, this one does not import it
        send(current_app.signature(settings.VERIFICATION_DONE_TASK), str(subject))


def sweep(limit: int = 1000) -> int:
    """Send every family with overdue checks to a worker again, whatever became of its task. Returns how many."""
    from verification.tasks import run_checks

    late = clock.now() - timedelta(seconds=10)
    due = Check.objects.filter(state=Check.State.PENDING, next_attempt_at__lte=late)
    subjects = due.order_by("subject").values_list("subject", flat=True).distinct()
    return sum(send(run_checks, str(subject)) for subject in subjects[:limit])


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
