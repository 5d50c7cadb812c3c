"""Reads of verification."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Avg, Count, F, Q

from foundation import clock
from verification.models import Agency, AgencyCall, AgencySwitch, Check, Finding


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
    return findings_of([subject]).get(subject, {})


def findings_of(subjects: Collection[UUID]) -> dict[UUID, dict[str, FindingView]]:
    """The findings of many application versions, by version and agency; one without any is missing."""
    rows = Finding.objects.filter(check_made__subject__in=subjects).order_by("check_made__agency")
    found: dict[UUID, dict[str, FindingView]] = {}
    for row in rows.annotate(subject=F("check_made__subject"), agency=F("check_made__agency")):
        found.setdefault(row.subject, {})[row.agency] = FindingView(
            row.agency,
            row.outcome,
            tuple(row.differences),
            row.evidence,
            row.source,
            row.source_time or row.at,
            row.seconds,
            row.trace_id,
        )
    return found


def pending_among(subjects: Collection[UUID]) -> set[UUID]:
    """Those of the versions that have a check which is not done."""
    return set(Check.objects.filter(subject__in=subjects, state=Check.State.PENDING).values_list("subject", flat=True))


@dataclass(frozen=True, slots=True)
class AgencyReport:
    """How one agency answered in the period: requests, findings by outcome, seconds to a finding."""

    agency: str
    label: str
    enabled: bool
    resting_until: datetime | None
    note: str
    calls: int
    usable_percent: float | None  # None without a request
    milliseconds: float | None
    waiting: int
    findings: dict[str, int]
    median_seconds: float | None
    p95_seconds: float | None


_SECONDS = """
    SELECT c.agency, f.outcome, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY f.seconds),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY f.seconds)
    FROM verification_finding f JOIN verification_check c ON c.id = f.check_made_id
    WHERE f.at >= %s GROUP BY GROUPING SETS ((c.agency, f.outcome), (c.agency))
"""


def agency_report(*, days: int = 7) -> list[AgencyReport]:
    """Every agency over the last ``days`` days, in the order they are listed."""
    since = clock.now() - timedelta(days=days)
    calls = {
        row["agency"]: row
        for row in AgencyCall.objects.filter(at__gte=since)
        .values("agency")
        .annotate(n=Count("pk"), good=Count("pk", filter=Q(usable=True)), mean=Avg("milliseconds"))
    }
    pending_rows = Check.objects.filter(state=Check.State.PENDING).values("agency").annotate(n=Count("pk"))
    waiting = {row["agency"]: row["n"] for row in pending_rows}
    with connection.cursor() as cursor:
        cursor.execute(_SECONDS, [since])
        measured = {(agency, outcome): row for agency, outcome, *row in cursor.fetchall()}
    switches = AgencySwitch.objects.in_bulk()
    return [_report(str(name), switches.get(name), calls.get(name, {}), waiting, measured) for name in Agency.values]


def _report(
    agency: str,
    switch: AgencySwitch | None,
    calls: Mapping[str, Any],
    waiting: Mapping[str, int],
    measured: Mapping[tuple[str, str | None], Sequence[Any]],
) -> AgencyReport:
    total = measured.get((agency, None))  # the row over all outcomes
    resting = switch.open_until if switch and switch.open_until and switch.open_until > clock.now() else None
    return AgencyReport(
        agency=agency,
        label=str(Agency(agency).label),
        enabled=switch.enabled if switch else True,
        resting_until=resting,
        note=switch.note if switch else "",
        calls=calls.get("n", 0),
        usable_percent=100 * calls["good"] / calls["n"] if calls else None,
        milliseconds=calls.get("mean"),
        waiting=waiting.get(agency, 0),
        findings={outcome: row[0] for (name, outcome), row in measured.items() if name == agency and outcome},
        median_seconds=total[1] if total else None,
        p95_seconds=total[2] if total else None,
    )
