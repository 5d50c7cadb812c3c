"""The door of verification: open checks (``checking`` makes them), ask for prefill."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from foundation import clock
from foundation.bulk import insert_new
from foundation.lanes import ring_on_commit
from verification.client import ask_all
from verification.models import Check


def checks_open(*, subject: UUID, district: str, claims: Mapping[str, Mapping[str, Any]], round_id: int = 0) -> None:
    """Create one check per agency claimed, once, in the caller's transaction, and wake the workers on commit.

    What the figures count is counted for the district and, where one is named, for the round.
    """
    now = clock.now()
    rows = [
        Check(
            subject=subject,
            district_code=district,
            round_id=round_id,
            agency=agency,
            claim=dict(claim),
            next_attempt_at=now,
            created_at=now,
        )
        for agency, claim in claims.items()
    ]
    if insert_new(rows):
        ring_on_commit("families")


def checks_again(wanted: Mapping[UUID, Collection[str]]) -> None:
    """Ask agencies again about versions of which they gave no answer: a new check each, in the caller's transaction."""
    now, rows = clock.now(), []
    last: dict[tuple[UUID, str], Check] = {}
    for check in Check.objects.filter(subject__in=wanted).order_by("turn"):
        last[check.subject, check.agency] = check
    for subject, agencies in wanted.items():
        for agency in agencies:
            old = last[subject, agency]
            rows.append(
                Check(
                    subject=subject,
                    district_code=old.district_code,
                    round_id=old.round_id,
                    agency=agency,
                    claim=old.claim,
                    turn=old.turn + 1,
                    next_attempt_at=now,
                    created_at=now,
                )
            )
    Check.objects.bulk_create(rows, ignore_conflicts=True)
    ring_on_commit("families")


@dataclass(frozen=True, slots=True)
class Prefill:
    """What one agency could tell before anything is typed: ``found``, ``empty`` or ``silent`` are told apart."""

    agency: str
    outcome: str
    records: tuple[dict[str, Any], ...]
    source: str
    at: datetime | None


def prefill(*, lookups: Mapping[str, Sequence[str]], district: str = "", round_id: int = 0) -> dict[str, Prefill]:
    """Ask several agencies at once for a person's own records; never raises, silence is an outcome.

    ``district`` is the one that is applied in; without one the lines of the settings are used.
    """
    found = {}
    for agency, made in ask_all(lookups, purpose="prefill", district=district, round_id=round_id).items():
        answer = made.answer
        if answer is None:
            found[agency] = Prefill(agency, "silent", (), "", None)
        else:
            outcome = "found" if answer.records else "empty"
            found[agency] = Prefill(agency, outcome, answer.records, answer.source, answer.at)
    return found
