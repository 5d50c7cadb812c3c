"""Reads of verification."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from verification.models import Check, Finding


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as other rooms see it. ``differences`` are {"field", "declared", "source"} rows."""

    agency: str
    outcome: str
    differences: tuple[dict[str, str], ...]
    record: dict[str, Any] | None
    source: str
    at: datetime
    seconds: float
    trace_id: str


def findings(subject: UUID) -> dict[str, FindingView]:
    """The findings of one application version, by agency."""
    rows = (
        Finding.objects.filter(check_made__subject=subject).select_related("check_made").order_by("check_made__agency")
    )
    return {
        row.check_made.agency: FindingView(
            row.check_made.agency,
            row.outcome,
            tuple(row.differences),
            row.evidence,
            row.source,
            row.source_time or row.at,
            row.seconds,
            row.trace_id,
        )
        for row in rows
    }


def pending(subject: UUID) -> int:
    """How many checks of a version are not done."""
    return Check.objects.filter(subject=subject, state=Check.State.PENDING).count()
