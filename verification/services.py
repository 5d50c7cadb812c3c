"""The door of verification: open the checks of a version, make each of them, ask for prefill."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.tasks import enqueue, send
from verification.agencies import Judgement, MalformedRecord, adapter
from verification.client import Answer, NoAnswer, ask
from verification.models import Agency, AgencySwitch, Check, Finding, Outcome

MAX_ATTEMPTS = 5
LEASE_SECONDS = 60


def checks_open(*, subject: UUID, district: str, claims: Mapping[str, Mapping[str, Any]]) -> None:
    """Create one check per agency claimed, once, in the caller's transaction, and send them to workers on commit."""
    from verification.tasks import run_check

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
    for check in made:
        enqueue(run_check, str(check.pk))


def check_run(*, check_id: UUID) -> bool:
    """Make one due check; False when it is done, held by another worker, or has to be tried again later."""
    now = clock.now()
    claimed = Check.objects.filter(pk=check_id, state=Check.State.PENDING, next_attempt_at__lte=now).update(
        attempts=F("attempts") + 1, next_attempt_at=now + timedelta(seconds=LEASE_SECONDS)
    )
    if not claimed:
        return False
    check = Check.objects.get(pk=check_id)
    adapt = adapter(check.agency)
    try:
        answer = ask(check.agency, adapt.keys(check.claim), purpose="check")
        judgement = adapt.judge(check.claim, answer.records, clock.today())
    except (NoAnswer, MalformedRecord) as silence:
        return _silent(check, str(silence))
    return _conclude(check, judgement, answer)


def _silent(check: Check, why: str) -> bool:
    """No usable answer: try again with growing, jittered pauses; after the last try the finding is ``unavailable``."""
    from verification.tasks import run_check

    if check.attempts >= MAX_ATTEMPTS:
        return _conclude(check, Judgement(Outcome.UNAVAILABLE), None, detail=why)
    pause = min(30.0, 2.0**check.attempts) * random.uniform(0.5, 1.0)  # noqa: S311 - spreading retries, not a draw
    Check.objects.filter(pk=check.pk, state=Check.State.PENDING).update(
        next_attempt_at=clock.now() + timedelta(seconds=pause)
    )
    send(run_check, str(check.pk), countdown=pause + 0.1)
    return False


def _conclude(check: Check, judgement: Judgement, answer: Answer | None, detail: str = "") -> bool:
    """Store the finding and close the check in one transaction; the last one of a subject wakes its assessment."""
    now = clock.now()
    evidence = judgement.record
    canonical = json.dumps(evidence, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    with transaction.atomic():
        changed = Check.objects.filter(pk=check.pk, state=Check.State.PENDING).update(state=Check.State.DONE)
        if not changed:
            return False
        Finding.objects.create(
            check_made=check,
            outcome=judgement.outcome,
            differences=[asdict(difference) for difference in judgement.differences],
            evidence=evidence,
            evidence_hash=hashlib.sha256(canonical.encode()).hexdigest(),
            source=answer.source if answer else detail,
            trace_id=answer.trace_id if answer else "",
            source_time=answer.at if answer else None,
            seconds=(now - check.created_at).total_seconds(),
            at=now,
        )
        transaction.on_commit(lambda: _wake(check.subject))
    return True


def _wake(subject: UUID) -> None:
    """After the commit, so that of two checks ending together at least one sees both done."""
    if not Check.objects.filter(subject=subject, state=Check.State.PENDING).exists():
        # by name: the room above listens, this one does not import it
        send(current_app.signature(settings.VERIFICATION_DONE_TASK), str(subject))


def sweep(limit: int = 1000) -> int:
    """Send every overdue check to a worker again, whatever became of its task. Returns how many were sent."""
    from verification.tasks import run_check

    late = clock.now() - timedelta(seconds=10)
    due = Check.objects.filter(state=Check.State.PENDING, next_attempt_at__lte=late).order_by("next_attempt_at")
    return sum(send(run_check, str(pk)) for pk in due.values_list("pk", flat=True)[:limit])


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

    def one(item: tuple[str, Sequence[str]]) -> Prefill:
        agency, keys = item
        try:
            answer = ask(agency, keys, purpose="prefill")
        except NoAnswer:
            return Prefill(agency, "silent", (), "", None)
        finally:
            connection.close()  # this thread's own connection
        return Prefill(agency, "found" if answer.records else "empty", answer.records, answer.source, answer.at)

    with ThreadPoolExecutor(max_workers=max(1, len(lookups))) as pool:
        return {result.agency: result for result in pool.map(one, lookups.items())}


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
