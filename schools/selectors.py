"""Reads of schools: what is offered, and which zone an address lies in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from foundation.canonical import digest_of
from foundation.prepared import Prepared
from identifiers.address import parse
from identifiers.divisions import names_of
from schools.maps.atlas import Atlas
from schools.maps.plane import Plane
from schools.maps.reading import read_map
from schools.maps.walking import Streets, Walk
from schools.matching import AddressBook, AddressRule, Point, Zone, ZoneIndex, ZoneMatch, distance_m, match
from schools.matching.divisions import full_name
from schools.models import AddressPoint, District, MapSheet, ProfileCheck, School, SeatPlan
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


def address_points(district: str, year: int) -> tuple[tuple[str, Point], ...]:
    """The address book of a year: (address or estate, point), by name."""
    rows = AddressPoint.objects.filter(district_id=district, year=year).order_by("name")
    return tuple((name, (lon, lat)) for name, lon, lat in rows.values_list("name", "longitude", "latitude"))


@lru_cache(maxsize=16)
def _atlas(district: str, sheet: int) -> Atlas | None:
    body = MapSheet.objects.filter(pk=sheet).values_list("body", flat=True).first()
    return Atlas(read_map(body)[0], full_name(district)) if body else None


def atlas(district: str, year: int) -> Atlas | None:
    """The district's map of a year, prepared; None where it has none."""
    sheet = MapSheet.objects.filter(district_id=district, year=year).values_list("pk", flat=True).first()
    return _atlas(district, sheet) if sheet else None


# as SQL: every address is asked for with it, and Django would write it anew each time
ZONES_STAMP = """
SELECT max(zone.id), count(DISTINCT zone.id), max(rule.id),
(SELECT max(id) FROM schools_addresspoint book WHERE book.district_id = %s AND book.year = %s),
(SELECT max(id) FROM schools_mapsheet map WHERE map.district_id = %s AND map.year = %s)
FROM schools_zone zone LEFT JOIN schools_zonerule rule ON rule.zone_id = zone.id
WHERE zone.district_id = %s AND zone.year = %s AND zone.stage = %s
"""


@dataclass(frozen=True, slots=True, eq=False)  # one object until a row changes: what is made from it is kept by it
class Chart:
    """The zones of a year and stage prepared for matching, and the district's map where it has one."""

    zones: tuple[Zone, ...]
    index: ZoneIndex
    atlas: Atlas | None

    def match(self, address: str) -> ZoneMatch:
        """Which zone an address lies in, with every step of the reasoning."""
        return match(address, self.zones, index=self.index)

    def place(self, address: str) -> Point | None:
        """Where an address lies by the address book or the map; None where neither says it."""
        return self.index.place(parse(address))

    def walks(self, home: Point, schools: Sequence[School]) -> dict[str, Walk]:
        """The way on foot from a home to each school, by code."""
        ways = self.atlas or Streets((), Plane.around(home))
        return ways.walks(home, {school.code: (school.longitude, school.latitude) for school in schools})


@lru_cache(maxsize=32)
def _chart(district: str, year: int, stage: str, stamp: tuple[Any, ...]) -> Chart:
    found, sheet = zones(district, year, stage), stamp[-1]
    drawn = _atlas(district, sheet) if sheet else None
    book = AddressBook(address_points(district, year), further=drawn.locate if drawn else None)
    return Chart(found, ZoneIndex.build(found, book), drawn)


def chart(district: str, year: int, stage: str) -> Chart:
    """Zones and map, prepared anew when a row was added or removed (both are versioned, not edited)."""
    with connection.cursor() as cursor:
        cursor.execute(ZONES_STAMP, [district, year, district, year, district, year, stage])
        return _chart(district, year, stage, cursor.fetchone())


def zone_index(district: str, year: int, stage: str) -> tuple[tuple[Zone, ...], ZoneIndex]:
    """Zones with their index."""
    found = chart(district, year, stage)
    return found.zones, found.index


def zone_of(address: str, *, district: str, year: int, stage: str) -> ZoneMatch:
    """Which zone an address lies in, with every step of the reasoning."""
    return chart(district, year, stage).match(address)


def relation(address: str, matched: ZoneMatch, district: District) -> str:
    """How an address lies to a district: ``in_zone``, ``in_district``, ``in_city`` or ``elsewhere``."""
    if matched.outcome == "matched":
        return "in_zone"
    if any(name in address for name in names_of(district.name)) or matched.outcome == "ambiguous":
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


def profile_digest(school: School) -> str:
    """What a profile says, as one digest: whoever checked it checked exactly this."""
    said = [school.name, school.address, school.phone, school.features, school.facilities, school.consult_hours]
    later = [f"{name} {value}" for name, value in (("english", school.english), ("fees", school.fees)) if value]
    return digest_of([*said, *later])  # without them as before there was a place for them


def profile_checked(school: School) -> ProfileCheck | None:
    """The newest check of the profile as it stands now; None when nobody has checked it."""
    rows = ProfileCheck.objects.filter(school=school, digest=profile_digest(school))
    return rows.select_related("by").order_by("-pk").first()
