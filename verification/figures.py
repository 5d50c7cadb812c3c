"""Reads of the figures of the data items, by the departments that own them (docs/verification.md).

A department's officer reads of its own items, an official of all items, both in their own divisions only. Everything is
read from the tallies: rows of hours and days, never of families.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDay
from django.utils.translation import gettext as _

from accounts.abilities import OF_ROLE, Ability
from accounts.departments import Department
from accounts.models import Role
from accounts.scopes import scope
from foundation import clock
from verification.catalogue import ITEMS, owned_by
from verification.models import Agency, CallTally, FindingTally, MaterialTally, Outcome
from verification.selectors import VerificationRate
from verification.tallies import OF_CALL, TO_FINDING

WEEK: Final = 7  # days


@dataclass(frozen=True, slots=True)
class Sight:
    """What one role lets somebody read: these items, in this division and all below it."""

    division: str
    agencies: tuple[str, ...]


def sights_of(account: object) -> list[Sight]:
    """What a person may read, in the order of the divisions, the highest first."""
    found = []
    for role, reach in scope(account).reaches:
        if Ability.FIGURES_VIEW not in OF_ROLE[role]:
            continue
        mine = owned_by(reach.department) if role == Role.Name.DEPARTMENT else tuple(map(str, Agency.values))
        if mine:
            found.append(Sight(reach.district, mine))
    return sorted(set(found), key=lambda one: (len(one.division), one.division))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the figures: days (both included), one round or 0 for all, one division and department or ""."""

    period: str  # day, week, season
    since: date
    until: date
    round_id: int = 0
    division: str = ""
    department: str = ""

    @property
    def columns(self) -> list[tuple[date, date]]:
        """The parts of the period, both ends included: days, or the months of a season."""
        if self.period != "season":
            days = (self.until - self.since).days + 1
            return [(one, one) for one in (self.since + timedelta(days=at) for at in range(days))]
        found, first = [], self.since
        while first <= self.until:
            following = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
            found.append((first, min(self.until, following - timedelta(days=1))))
            first = following
        return found


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item: requests (per part of the period, and all), their times, findings, materials it helped to spare."""

    agency: str
    label: str
    columns: tuple[int, ...]
    calls: int
    prefills: int
    usable: int
    p50: float | None  # milliseconds of a request
    p95: float | None
    outcomes: Mapping[str, int]
    finding_p50: float | None  # seconds from the opening of a check to its finding
    finding_p95: float | None
    replaced: int

    @property
    def matched(self) -> int:
        return self.outcomes.get(Outcome.MATCH, 0)

    @property
    def findings(self) -> int:
        return sum(self.outcomes.values())

    @property
    def percent(self) -> float | None:
        """Match / all, in percent."""
        return 100 * self.matched / self.findings if self.findings else None


@dataclass(frozen=True, slots=True)
class Owner:
    """A department with its items."""

    code: str
    label: str
    items: tuple[ItemFigures, ...]
    bar: float  # requests in percent of those of the department with the most

    @property
    def columns(self) -> list[int]:
        return [sum(many) for many in zip(*(one.columns for one in self.items), strict=True)]

    @property
    def calls(self) -> int:
        return sum(one.calls for one in self.items)

    @property
    def matched(self) -> int:
        return sum(one.matched for one in self.items)

    @property
    def findings(self) -> int:
        return sum(one.findings for one in self.items)


@dataclass(frozen=True, slots=True)
class Materials:
    """What the rules would have asked families for, and what data answered."""

    families: int
    named: int
    replaced: int

    @property
    def asked(self) -> int:
        return self.named - self.replaced

    @property
    def percent(self) -> float:
        return 100 * self.replaced / self.named


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one question. ``materials`` is None where not all items are in sight, or no family was judged."""

    owners: tuple[Owner, ...]
    rates: tuple[VerificationRate, ...]
    materials: Materials | None
    columns: tuple[tuple[date, date], ...]
    totals: tuple[int, ...]
    calls: int
    matched: int
    findings: int


def allowed(sights: Iterable[Sight], asked: Asked) -> list[Sight]:
    """The part of what a person may read that is asked for; empty where nothing of it is."""
    found = []
    for one in sights:
        division = one.division
        if asked.division.startswith(division):
            division = asked.division
        elif not division.startswith(asked.division):
            continue
        mine = owned_by(asked.department) if asked.department else one.agencies
        agencies = tuple(agency for agency in one.agencies if agency in mine)
        if agencies:
            found.append(Sight(division, agencies))
    return found


def figures(account: object, asked: Asked) -> Figures:
    """The figures a person asks for, of what that person may read."""
    sights = allowed(sights_of(account), asked)
    calls, call_times = _calls(sights, asked)
    outcomes, finding_times, rates = _findings(sights, asked)
    materials = _materials(sights, asked)
    columns = asked.columns
    agencies = [agency for agency in Agency.values if any(agency in one.agencies for one in sights)]
    sums = {agency: _columns(calls[agency], columns) for agency in agencies}
    items = {
        agency: ItemFigures(
            agency=agency,
            label=str(Agency(agency).label),
            columns=sums[agency],
            calls=sum(sums[agency]),
            prefills=sum(one["prefills"] for one in calls[agency].values()),
            usable=sum(one["usable"] for one in calls[agency].values()),
            p50=_milliseconds(call_times[agency], 0.5),
            p95=_milliseconds(call_times[agency], 0.95),
            outcomes=outcomes[agency],
            finding_p50=TO_FINDING.percentile(finding_times[agency], 0.5),
            finding_p95=TO_FINDING.percentile(finding_times[agency], 0.95),
            replaced=materials[agency][2] if agency in materials else 0,
        )
        for agency in agencies
    }
    every = list(items.values())
    asked_of = {code: sum(items[one].calls for one in owned_by(code) if one in items) for code in Department.values}
    most = max(asked_of.values()) or 1
    owners = [
        Owner(
            code,
            str(Department(code).label),
            tuple(items[one] for one in owned_by(code) if one in items),
            100 * asked_of[code] / most,
        )
        for code in Department.values
    ]
    return Figures(
        owners=tuple(one for one in owners if one.items),
        rates=tuple(rates),
        materials=Materials(*materials[""]) if materials.get("", (0, 0, 0))[1] else None,
        columns=tuple(columns),
        totals=tuple(sum(one.columns[at] for one in every) for at in range(len(columns))),
        calls=sum(one.calls for one in every),
        matched=sum(one.matched for one in every),
        findings=sum(one.findings for one in every),
    )


def _rows(queryset: QuerySet[Any], sights: Iterable[Sight], asked: Asked, *besides: str) -> QuerySet[Any]:
    """The rows of a tally that are asked for; ``besides`` are further values of the item for who sees all items."""
    seen = Q(pk__in=[])
    for one in sights:
        whole = besides if len(one.agencies) == len(Agency.values) else ()
        seen |= Q(district_code__startswith=one.division, agency__in=[*one.agencies, *whole])
    rows = queryset.filter(seen, hour__gte=_midnight(asked.since), hour__lt=_midnight(asked.until + timedelta(days=1)))
    return rows.filter(round_id=asked.round_id) if asked.round_id else rows


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.SHANGHAI)


def _calls(
    sights: Sequence[Sight], asked: Asked
) -> tuple[dict[str, dict[date, dict[str, int]]], dict[str, Counter[int]]]:
    """Requests by item and day, and their times by item; those from before times were counted have none."""
    days: dict[str, dict[date, dict[str, int]]] = defaultdict(dict)
    times: dict[str, Counter[int]] = defaultdict(Counter)
    rows = _rows(CallTally.objects.all(), sights, asked).annotate(day=TruncDay("hour", tzinfo=clock.SHANGHAI))
    named = rows.order_by().values_list("agency", "day", "purpose", "slowness", "line")
    for agency, day, purpose, bucket, line, many, good in named.annotate(n=Sum("calls"), good=Sum("usable")):
        one = days[agency].setdefault(day.date(), {"calls": 0, "usable": 0, "prefills": 0})
        one["calls"] += many
        one["usable"] += good
        one["prefills"] += many if purpose == "prefill" else 0
        if line:
            times[agency][bucket] += many
    return days, times


def _columns(days: Mapping[date, Mapping[str, int]], columns: Iterable[tuple[date, date]]) -> tuple[int, ...]:
    return tuple(sum(one["calls"] for day, one in days.items() if first <= day <= last) for first, last in columns)


def _milliseconds(times: Mapping[int, int], share: float) -> float | None:
    found = OF_CALL.percentile(times, share)
    return None if found is None else 1000 * found


def _findings(
    sights: Sequence[Sight], asked: Asked
) -> tuple[dict[str, Counter[str]], dict[str, Counter[int]], list[VerificationRate]]:
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    times: dict[str, Counter[int]] = defaultdict(Counter)
    places: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    rows = _rows(FindingTally.objects.all(), sights, asked).order_by()
    named = rows.values_list("district_code", "agency", "outcome", "slowness")
    for district, agency, outcome, bucket, many in named.annotate(n=Sum("findings")):
        outcomes[agency][outcome] += many
        times[agency][bucket] += many
        places[district, agency][outcome] += many
    order = Agency.values
    rates = [
        VerificationRate(district, agency, str(Agency(agency).label), found[Outcome.MATCH], found.total())
        for (district, agency), found in sorted(places.items(), key=lambda one: (one[0][0], order.index(one[0][1])))
    ]
    return outcomes, times, rates


def _materials(sights: Sequence[Sight], asked: Asked) -> dict[str, tuple[int, int, int]]:
    """Families, materials named and replaced, by item; "" counts each material once."""
    rows = _rows(MaterialTally.objects.all(), sights, asked, *(() if asked.department else ("",))).order_by()
    sums = rows.values("agency").annotate(f=Sum("families"), n=Sum("named"), r=Sum("replaced"))
    return {row["agency"]: (row["f"], row["n"], row["r"]) for row in sums}


HEADINGS: Final = ("day", "district", "department", "item", "round", "calls", "usable", "prefill")


def table(account: object, asked: Asked) -> Iterable[Sequence[object]]:
    """The same figures whole, as rows of a table: a day, district, item and round each, its heading first."""
    sights = allowed(sights_of(account), asked)
    yield (*HEADINGS, *Outcome.values, "materials_replaced")
    found: dict[tuple[date, str, str, int], Counter[str]] = defaultdict(Counter)
    calls = _by_day(_rows(CallTally.objects.all(), sights, asked), "purpose")
    for row in calls.annotate(n=Sum("calls"), good=Sum("usable")):
        one = found[_key(row)]
        one["calls"] += row["n"]
        one["usable"] += row["good"]
        one["prefill"] += row["n"] if row["purpose"] == "prefill" else 0
    for row in _by_day(_rows(FindingTally.objects.all(), sights, asked), "outcome").annotate(n=Sum("findings")):
        found[_key(row)][row["outcome"]] += row["n"]
    for row in _by_day(_rows(MaterialTally.objects.all(), sights, asked)).annotate(n=Sum("replaced")):
        found[_key(row)]["materials_replaced"] += row["n"]
    for (day, district, agency, round_id), one in sorted(found.items()):
        department = str(ITEMS[agency].owner)
        names = (*HEADINGS[5:], *Outcome.values, "materials_replaced")
        words = (day.isoformat(), district, department, str(Agency(agency).label), round_id or "")
        yield (*words, *(one[name] for name in names))


def _by_day(rows: QuerySet[Any], *further: str) -> QuerySet[Any, Any]:
    days: QuerySet[Any, Any] = rows.annotate(day=TruncDay("hour", tzinfo=clock.SHANGHAI)).order_by()
    return days.values("day", "district_code", "agency", "round_id", *further)


def _key(row: Mapping[str, Any]) -> tuple[date, str, str, int]:
    return row["day"].date(), row["district_code"], row["agency"], row["round_id"]


def periods() -> list[tuple[str, str]]:
    """The periods somebody chooses from, in words."""
    return [("day", _("One day")), ("week", _("Seven days")), ("season", _("The whole season"))]
