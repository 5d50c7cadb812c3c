"""Over which line an agency is asked for a district, and whether it may be at this moment.

A district's catalogue is its own rows and those of the levels above it: the nearest row that says how to ask is used,
and whichever of them is off closes the agency for all that lie below. So a county cuts off an agency for itself alone.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from django.conf import settings
from django.db.models import Q

from accounts.people.terms import prefixes
from foundation import clock
from foundation.addresses import enciphered
from verification.catalogue import ALWAYS
from verification.dialect import Dialect, DialectError, parse
from verification.models import AgencySwitch, DataItem

OFF: Final = "switched off"
ENDED: Final = "the agreement has ended"
RESTING: Final = "resting after repeated failures"
BROKEN: Final = "its line is written down wrongly"
COUNTY: Final = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A way to an agency. ``closed`` says why it is not asked now, or ""."""

    name: str
    agency: str
    url: str
    secret: str
    quota: int | None = None
    dialect: Dialect = field(default_factory=Dialect)
    closed: str = ""


def levels(district: str) -> list[str]:
    """A division and those above it, from the country down: "", "43", "4307", "430702"."""
    return ["", *prefixes(district)]


def rows_for(districts: Iterable[str]) -> dict[str, list[DataItem]]:
    """The rows that hold for each of the districts, from the country down; one query."""
    wanted = {code: levels(code) for code in districts}
    found = DataItem.objects.filter(division__in={one for many in wanted.values() for one in many})
    rows = sorted(found, key=lambda row: len(row.division))
    return {code: [row for row in rows if row.division in above] for code, above in wanted.items()}


def items_of(district: str) -> frozenset[str]:
    """The agencies that a district's catalogue has, whether they are on or off at the moment."""
    rows = DataItem.objects.filter(division__in=levels(district)).values_list("agency", flat=True)
    return frozenset({*map(str, ALWAYS), *rows})


def plain_line(agency: str) -> Line:
    """The line of the settings, for an agency that no catalogue says anything about."""
    return Line(agency, agency, settings.AGENCY_BASE_URL, settings.AGENCY_SECRET)


def lines_for(asked: Collection[tuple[str, str]]) -> dict[tuple[str, str], Line]:
    """The line for each (district, agency); two queries, however many there are."""
    rows = rows_for({district for district, _agency in asked})
    today = clock.today()
    made = {
        (district, agency): line_of(agency, [row for row in rows[district] if row.agency == agency], today)
        for district, agency in asked
    }
    names = {line.name for line in made.values()}
    resting = Q(pk__in=names, open_until__gt=clock.now())
    tired = set(AgencySwitch.objects.filter(resting).values_list("pk", flat=True))
    return {
        key: replace(line, closed=RESTING) if line.name in tired and not line.closed else line
        for key, line in made.items()
    }


def line_of(agency: str, rows: Iterable[DataItem], today: date) -> Line:
    """The line that these rows of one agency make, from the country down."""
    line, closed = plain_line(agency), ""
    name, url, secret, quota, dialect = agency, line.url, line.secret, line.quota, line.dialect
    for row in rows:
        if not row.enabled:
            closed = closed or OFF
        if row.valid_until is not None and row.valid_until < today:
            closed = closed or ENDED
        if row.endpoint or row.dialect:
            name = f"{agency}@{row.division}" if row.division else agency
            url = row.endpoint or url
            closed = closed or ("" if not row.endpoint or enciphered(row.endpoint) else BROKEN)
            try:
                dialect = parse(row.dialect)
            except DialectError:
                closed = closed or BROKEN
        if row.secret:
            secret = settings.AGENCY_SECRETS.get(row.secret, "")
            closed = closed or ("" if secret else BROKEN)
        quota = row.quota if row.quota is not None else quota
    return Line(name, agency, url.rstrip("/"), secret, quota, dialect, closed)
