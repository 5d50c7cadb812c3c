"""Whom to call: the bureau, the service points and the schools, from stored data."""

import re
from dataclasses import dataclass

from django.db import Error

from enrollment.seasons.models import Season
from helpdesk.models import ServicePoint
from schools.models import District, School

_known: dict[str, tuple["CallLine", ...]] = {}  # of this process: what to say when the database does not answer


@dataclass(frozen=True, slots=True)
class CallLine:
    """One telephone with who answers it and when."""

    name: str
    phone: str
    hours: str

    @property
    def tel(self) -> str:
        return dialled(self.phone)


def dialled(phone: str) -> str:
    """A number as a ``tel:`` link wants it (RFC 3966): digits, and a leading plus where it was written."""
    digits = re.sub(r"\D", "", phone)
    return f"tel:{'+' if phone.strip().startswith('+') else ''}{digits}" if digits else ""


def public_districts() -> list[District]:
    """The districts whose families use this site, by code."""
    codes = Season.objects.filter(rehearsal=False).values("district_id")
    return list(District.objects.filter(pk__in=codes, active=True).order_by("code"))


def whom_to_call(district: str = "") -> tuple[CallLine, ...]:
    """The lines of one district's bureau, or of every district here; the last known ones without a database."""
    try:
        _known[district] = _lines(district)
    except Error:
        return _known.get(district) or _known.get("", ())
    return _known[district]


def _lines(district: str) -> tuple[CallLine, ...]:
    codes = [district] if district else [one.pk for one in public_districts()]
    points = ServicePoint.objects.filter(level=ServicePoint.Level.DISTRICT, district_id__in=codes)
    rows = points.exclude(phone="").order_by("district_id", "name")
    return tuple(CallLine(row.name, row.phone, row.hours) for row in rows)


@dataclass(frozen=True, slots=True)
class Level:
    """The service points of one level."""

    name: str
    points: tuple[ServicePoint, ...]


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Everybody who can be called in one district."""

    district: District
    levels: tuple[Level, ...]
    schools: tuple[School, ...]


def contact_pages() -> list[ContactPage]:
    """The contacts of every district here: bureau first, then the points nearer to home, then schools by name."""
    return [_contact_page(district) for district in public_districts()]


def _contact_page(district: District) -> ContactPage:
    points = list(ServicePoint.objects.filter(district=district).order_by("name"))
    levels = tuple(
        Level(str(label), tuple(point for point in points if point.level == value))
        for value, label in ServicePoint.Level.choices
    )
    schools = School.objects.filter(district=district).order_by("name")
    return ContactPage(district, tuple(level for level in levels if level.points), tuple(schools))
