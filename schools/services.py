"""The door of schools: a bureau's own tables into districts, schools, seat plans and zones."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from foundation import clock
from foundation.canonical import canonical
from foundation.errors import NotAllowed, Refused
from schools.maps.model import DistrictMap
from schools.maps.reading import write_map
from schools.matching import Point, Zone
from schools.matching.divisions import city_name, county, province_name
from schools.models import AddressPoint, District, MapSheet, ProfileCheck, School, SeatPlan, ZoneRule
from schools.models import Zone as ZoneRow
from schools.selectors import profile_checked, profile_digest
from schools.selectors import zones as zones_of

PROVINCE_DIGITS, CITY_DIGITS = 2, 4


@transaction.atomic
def district_ensure(*, code: str) -> District:
    """The county with its city and province from GB/T 2260, created where missing. Raises KeyError if unknown."""
    division = county(code)
    if division is None:
        raise KeyError(code)
    province, _ = District.objects.get_or_create(code=code[:PROVINCE_DIGITS], defaults={"name": province_name(code)})
    city, _ = District.objects.get_or_create(
        code=code[:CITY_DIGITS], defaults={"name": city_name(code) or division.name, "parent": province}
    )
    found, _ = District.objects.get_or_create(code=code, defaults={"name": division.name, "parent": city})
    return found


@transaction.atomic
def schools_store(*, schools: Iterable[School]) -> None:
    """Insert or update schools by code."""
    columns = ["district", "name", "kind", "education_group", "town", "address", "longitude", "latitude", "phone"]
    School.objects.bulk_create(
        list(schools),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[*columns, "features", "facilities", "consult_hours", "english", "fees"],
    )


@transaction.atomic
def schools_delete(*, codes: Collection[str]) -> None:
    """Take schools back that nothing names yet. Raises Refused (something does)."""
    try:
        School.objects.filter(pk__in=codes).delete()
    except ProtectedError:
        text = _("Something names a school of this table already: it cannot be taken back.")
        raise Refused(text, code="used") from None


@transaction.atomic
def seat_plans_delete(*, year: int, plans: Iterable[tuple[str, str]]) -> None:
    """Take the seats of schools (code, stage) in a year back."""
    for school, stage in plans:
        SeatPlan.objects.filter(school=school, year=year, stage=stage).delete()


@transaction.atomic
def profile_check(*, official: Account, code: str) -> ProfileCheck:
    """Put on record that this person compared a school's profile with what is true. Raises NotAllowed.

    Pressed twice is pressed once; a profile that changes afterwards counts as unchecked.
    """
    school = School.objects.select_for_update().filter(pk=code).first()
    if school is None or not scope(official).may(Ability.SEASON_EDIT, district=school.district_id):
        raise NotAllowed(_("There is no such school in your care."))
    found = profile_checked(school)
    if found is not None:
        return found
    made = ProfileCheck.objects.create(school=school, digest=profile_digest(school), by=official, at=clock.now())
    record(
        actor=official,
        action="school.check_profile",
        object_type="school",
        object_id=school.pk,
        district=school.district_id,
        details={"digest": made.digest},
    )
    return made


@transaction.atomic
def seat_plans_store(*, plans: Iterable[SeatPlan]) -> None:
    """Insert or update seat plans by school, year and stage."""
    SeatPlan.objects.bulk_create(
        list(plans),
        update_conflicts=True,
        unique_fields=["school", "year", "stage"],
        update_fields=["seats", "class_size"],
    )


def zones_changed(*, district: District, zones: Sequence[Zone]) -> set[tuple[int, str]]:
    """The (year, stage) whose stored zones would be others if these were stored; none that has no zones yet."""
    changed = set()
    for year, stage in {(zone.year, zone.stage) for zone in zones}:
        stored = zones_of(district.pk, year, stage)
        given = [zone for zone in zones if (zone.year, zone.stage) == (year, stage)]
        if stored and _comparable(stored) != _comparable(given):
            changed.add((year, stage))
    return changed


def _comparable(zones: Iterable[Zone]) -> list[str]:
    """Zones as they decide, whatever they are called inside and in whatever order they stand."""
    return sorted(
        canonical([one.name, sorted(one.schools), [asdict(rule) for rule in one.rules], one.polygon, one.big_zone])
        for one in zones
    )


@transaction.atomic
def address_points_store(*, district: District, year: int, points: Sequence[tuple[str, Point]]) -> None:
    """Replace the address book of a year; other years stay as they were."""
    AddressPoint.objects.filter(district=district, year=year).delete()
    AddressPoint.objects.bulk_create(
        [
            AddressPoint(district=district, year=year, name=name, longitude=point[0], latitude=point[1])
            for name, point in points
        ],
        batch_size=5000,
    )


@transaction.atomic
def map_store(*, district: District, year: int, found: DistrictMap) -> None:
    """Replace the map of a year; an empty one takes it away. A map that stands as it is keeps its row."""
    body = write_map(found)
    if MapSheet.objects.filter(district=district, year=year, body=body).exists():
        return
    MapSheet.objects.filter(district=district, year=year).delete()
    if found != DistrictMap():
        MapSheet.objects.create(district=district, year=year, body=body)


@transaction.atomic
def address_points_put(*, district: str, year: int, points: Mapping[str, Point | None]) -> None:
    """Put lines into the address book of a year in the place of those of the same names; None takes one out."""
    AddressPoint.objects.filter(district=district, year=year, name__in=list(points)).delete()
    AddressPoint.objects.bulk_create(
        [
            AddressPoint(district_id=district, year=year, name=name, longitude=point[0], latitude=point[1])
            for name, point in points.items()
            if point is not None
        ],
        batch_size=5000,
    )


@transaction.atomic
def zones_store(*, district: District, zones: Sequence[Zone], only: tuple[int, str] | None = None) -> None:
    """Replace the zones of each (year, stage) named. Zones are versioned by year: other years stay as they were.

    ``only`` names the one that is replaced even where no zone is left.
    """
    for year, stage in {only} if only else {(zone.year, zone.stage) for zone in zones}:
        ZoneRow.objects.filter(district=district, year=year, stage=stage).delete()
    for zone in zones:
        row = ZoneRow.objects.create(
            district=district,
            code=zone.name,
            name=zone.name,
            year=zone.year,
            stage=zone.stage,
            polygon=zone.polygon,
            big_zone=zone.big_zone,
        )
        row.schools.set(School.objects.filter(code__in=zone.schools))
        ZoneRule.objects.bulk_create(
            [
                ZoneRule(
                    zone=row,
                    effect=rule.effect,
                    kind=rule.kind,
                    name=rule.name,
                    parity=rule.parity,
                    low=rule.low,
                    high=rule.high,
                )
                for rule in zone.rules
            ]
        )
