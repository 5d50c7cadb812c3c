"""Reads of schools: what is offered, and which zone an address lies in."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

from foundation.prepared import Prepared
from schools.matching import AddressRule, Zone, ZoneIndex, ZoneMatch, distance_m, match
from schools.models import District, School, SeatPlan
from schools.models import Zone as ZoneRow


def offered_schools(district: str, year: int, stage: str) -> list[School]:
    """The schools of a district with seats in this year and stage, by code."""
    return [plan.school for plan in offered_plans(district, year, stage)]


OFFERED_CODES = """
SELECT plan.school_id FROM schools_seatplan plan JOIN schools_school school ON school.code = plan.school_id
WHERE school.district_id = %s AND plan.year = %s AND plan.stage = %s AND plan.seats > 0
"""
OFFERED = Prepared(
    lambda district, year, stage: (
        SeatPlan.objects.filter(school__district_id=district, year=year, stage=stage, seats__gt=0)
        .select_related("school")
        .order_by("school_id")
    ),
    3,
)


def offered_plans(district: str, year: int, stage: str) -> list[SeatPlan]:
    """The plans with seats of a district in this year and stage, with their schools, by school code."""
    return OFFERED.all(district, year, stage)


def offered_codes(district: str, year: int, stage: str) -> set[str]:
    """The codes of ``offered_schools``."""
    with connection.cursor() as cursor:
        cursor.execute(OFFERED_CODES, [district, year, stage])
        return {code for (code,) in cursor.fetchall()}


def seat_plan(district: str, year: int, stage: str) -> dict[str, int]:
    """Seats by school code."""
    plans = SeatPlan.objects.filter(school__district_id=district, year=year, stage=stage)
    return dict(plans.values_list("school_id", "seats"))


def zones(district: str, year: int, stage: str) -> tuple[Zone, ...]:
    """The zones of a year and stage as the pure matcher reads them."""
    rows = ZoneRow.objects.filter(district_id=district, year=year, stage=stage).prefetch_related("rules", "schools")
    return tuple(_zone(row) for row in rows.order_by("code"))


def _zone(row: Any) -> Zone:
    rules = tuple(
        AddressRule(rule.effect, rule.kind, rule.name, rule.parity, rule.low, rule.high)
        for rule in sorted(row.rules.all(), key=lambda rule: rule.pk)
    )
    schools = tuple(sorted(school.pk for school in row.schools.all()))
    return Zone(row.code, row.name, row.year, row.stage, schools, rules, row.polygon, row.big_zone)


# as SQL: every address is asked for with it, and Django would write it anew each time
ZONES_STAMP = """
SELECT max(zone.id), count(DISTINCT zone.id), max(rule.id) FROM schools_zone zone
LEFT JOIN schools_zonerule rule ON rule.zone_id = zone.id
WHERE zone.district_id = %s AND zone.year = %s AND zone.stage = %s
"""


@lru_cache(maxsize=32)
def _index(district: str, year: int, stage: str, stamp: tuple[Any, ...]) -> tuple[tuple[Zone, ...], ZoneIndex]:  # noqa: ARG001
    found = zones(district, year, stage)
    return found, ZoneIndex.build(found)


def zone_index(district: str, year: int, stage: str) -> tuple[tuple[Zone, ...], ZoneIndex]:
    """Zones with their index, rebuilt when a row was added or removed (zones are versioned, not edited)."""
    with connection.cursor() as cursor:
        cursor.execute(ZONES_STAMP, [district, year, stage])
        return _index(district, year, stage, cursor.fetchone())


def zone_of(address: str, *, district: str, year: int, stage: str) -> ZoneMatch:
    """Which zone an address lies in, with every step of the reasoning."""
    found, index = zone_index(district, year, stage)
    return match(address, found, index=index)


def relation(address: str, matched: ZoneMatch, district: District) -> str:
    """How an address lies to a district: ``in_zone``, ``in_district``, ``in_city`` or ``elsewhere``."""
    if matched.outcome == "matched":
        return "in_zone"
    if district.name in address or matched.outcome == "ambiguous":
        return "in_district"
    if district.parent is not None and district.parent.name in address:
        return "in_city"
    return "elsewhere"


def schools_by_code(codes: Sequence[str]) -> dict[str, School]:
    return School.objects.in_bulk(list(codes))


def distances(origin: Sequence[str], schools: Sequence[School]) -> dict[str, int]:
    """Metres from the first origin school to each school; empty without an origin."""
    start = next((school for school in schools if school.code in origin), None)
    if start is None:
        return {}
    here = (start.longitude, start.latitude)
    return {school.code: round(distance_m(here, (school.longitude, school.latitude))) for school in schools}
