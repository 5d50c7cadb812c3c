"""Reads of verification."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet, Sum

from accounts.abilities import Ability
from accounts.scopes import scope
from foundation import clock
from verification.models import Agency, AgencyCall, AgencySwitch, CallTally, Check, Finding, FindingTally, Outcome
from verification.tallies import TO_FINDING, hour_of


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
    rows = Finding.objects.filter(check_made__subject__in=subjects).order_by("check_made__agency", "check_made__turn")
    found: dict[UUID, dict[str, FindingView]] = {}
    for row in rows.annotate(subject=F("check_made__subject"), agency=F("check_made__agency")):
        found.setdefault(row.subject, {})[row.agency] = _view(row, row.agency)
    return found


def _view(row: Finding, agency: str) -> FindingView:
    return FindingView(
        agency,
        row.outcome,
        tuple(row.differences),
        row.evidence,
        row.source,
        row.source_time or row.at,
        row.seconds,
        row.trace_id,
    )


def checked(subject: UUID) -> dict[str, FindingView | None]:
    """The agencies that were, or are to be, asked about one application version; None where no finding is there yet."""
    return {
        check.agency: _view(check.finding, check.agency) if hasattr(check, "finding") else None
        for check in Check.objects.filter(subject=subject).select_related("finding").order_by("agency", "turn")
    }


@dataclass(frozen=True, slots=True)
class SilentCheck:
    """A check that ended without an answer, the last one of its version and agency; ``turn`` counts those before it."""

    agency: str
    turn: int
    at: datetime


def silent_checks(subjects: Collection[UUID] | QuerySet[Any, Any], agency: str = "") -> dict[UUID, list[SilentCheck]]:
    """The agencies that gave no answer about these versions, and are not being asked again."""
    newer = Check.objects.filter(subject=OuterRef("subject"), agency=OuterRef("agency"), turn__gt=OuterRef("turn"))
    rows = Check.objects.filter(~Exists(newer), subject__in=subjects, finding__outcome=Outcome.UNAVAILABLE)
    if agency:
        rows = rows.filter(agency=agency)
    found: dict[UUID, list[SilentCheck]] = {}
    for subject, name, turn, at in rows.order_by("finding__at").values_list("subject", "agency", "turn", "finding__at"):
        found.setdefault(subject, []).append(SilentCheck(name, turn, at))
    return found


def heard_lately(agencies: Collection[str]) -> dict[str, datetime]:
    """When each of these agencies was heard last within a day; one that was not is missing."""
    since = clock.now() - timedelta(days=1)
    rows = AgencyCall.objects.filter(agency__in=agencies, usable=True, at__gte=since).values("agency")
    return {row["agency"]: row["last"] for row in rows.annotate(last=Max("at"))}


def pending_among(subjects: Collection[UUID]) -> set[UUID]:
    """Those of the versions that have a check which is not done."""
    return set(Check.objects.filter(subject__in=subjects, state=Check.State.PENDING).values_list("subject", flat=True))


@dataclass(frozen=True, slots=True)
class AgencyReport:
    """How one agency answered in the period: requests, findings by outcome, seconds to a finding."""

    agency: str
    label: str
    resting_until: datetime | None
    calls: int
    usable_percent: float | None  # None without a request
    milliseconds: float | None
    waiting: int
    findings: dict[str, int]
    median_seconds: float | None
    p95_seconds: float | None


def agency_report(*, days: int = 7) -> list[AgencyReport]:
    """Every agency over the last ``days`` days (whole hours), in the order they are listed."""
    since = hour_of(clock.now() - timedelta(days=days))
    calls = {
        row["agency"]: row
        for row in CallTally.objects.filter(hour__gte=since)
        .values("agency")
        .annotate(n=Sum("calls"), good=Sum("usable"), spent=Sum("milliseconds"))
    }
    pending_rows = Check.objects.filter(state=Check.State.PENDING).values("agency").annotate(n=Count("*"))
    waiting = {row["agency"]: row["n"] for row in pending_rows}
    outcomes: dict[str, Counter[str]] = {agency: Counter() for agency in Agency.values}
    times: dict[str, Counter[int]] = {agency: Counter() for agency in Agency.values}
    tallied = FindingTally.objects.filter(hour__gte=since).values_list("agency", "outcome", "slowness")
    for agency, outcome, bucket, many in tallied.annotate(n=Sum("findings")):
        outcomes[agency][outcome] += many
        times[agency][bucket] += many
    switches = AgencySwitch.objects.in_bulk()
    return [
        _report(name, switches.get(name), calls.get(name, {}), waiting.get(name, 0), outcomes[name], times[name])
        for name in Agency.values
    ]


@dataclass(frozen=True, slots=True)
class VerificationRate:
    """How many findings of one district and item (an agency) were a match, of all that were made."""

    district: str
    agency: str
    label: str
    matched: int
    whole: int

    @property
    def percent(self) -> float:
        return 100 * self.matched / self.whole


def verification_rates(account: object) -> list[VerificationRate]:
    """Match / all by district and item, within a person's reach. A check that ended otherwise is no verification."""
    rows = scope(account).rows(FindingTally.objects.all(), Ability.AGENCY_SWITCH, district="district_code")
    counted: dict[tuple[str, str], Counter[str]] = {}
    named = rows.order_by().values_list("district_code", "agency", "outcome")
    for district, agency, outcome, many in named.annotate(n=Sum("findings")):
        counted.setdefault((district, agency), Counter())[outcome] += many
    order = Agency.values
    return [
        VerificationRate(district, agency, str(Agency(agency).label), found[Outcome.MATCH], found.total())
        for (district, agency), found in sorted(counted.items(), key=lambda one: (one[0][0], order.index(one[0][1])))
    ]


def calls_today(account: object) -> int:
    """How many requests were made today for the districts in a person's reach."""
    rows = scope(account).rows(CallTally.objects.all(), Ability.AGENCY_SWITCH, district="district_code")
    since = clock.now().astimezone(clock.SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return rows.filter(hour__gte=since).aggregate(n=Sum("calls"))["n"] or 0


def _report(
    agency: str,
    switch: AgencySwitch | None,
    calls: Mapping[str, Any],
    waiting: int,
    outcomes: Mapping[str, int],
    times: Mapping[int, int],
) -> AgencyReport:
    resting = switch.open_until if switch and switch.open_until and switch.open_until > clock.now() else None
    return AgencyReport(
        agency=agency,
        label=str(Agency(agency).label),
        resting_until=resting,
        calls=calls.get("n", 0),
        usable_percent=100 * calls["good"] / calls["n"] if calls else None,
        milliseconds=calls["spent"] / calls["n"] if calls else None,
        waiting=waiting,
        findings=dict(outcomes),
        median_seconds=TO_FINDING.percentile(times, 0.5),
        p95_seconds=TO_FINDING.percentile(times, 0.95),
    )
