"""The door of schools: a bureau's own tables into districts, schools, seat plans and zones."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from schools.matching import Zone
from schools.matching.divisions import city_name, county, province_name
from schools.models import District, School, SeatPlan, ZoneRule
from schools.models import Zone as ZoneRow

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
        update_fields=[*columns, "features", "facilities", "consult_hours"],
    )


@transaction.atomic
def seat_plans_store(*, plans: Iterable[SeatPlan]) -> None:
    """Insert or update seat plans by school, year and stage."""
    SeatPlan.objects.bulk_create(
        list(plans),
        update_conflicts=True,
        unique_fields=["school", "year", "stage"],
        update_fields=["seats", "class_size"],
    )


@transaction.atomic
def zones_store(*, district: District, zones: Sequence[Zone]) -> None:
    """Replace the zones of each (year, stage) named. Zones are versioned by year: other years stay as they were."""
    for year, stage in {(zone.year, zone.stage) for zone in zones}:
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
