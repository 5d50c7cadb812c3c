"""What is wrong with the settings of the agencies and with the lines of the catalogue, before anybody is asked."""

from urllib.parse import urlsplit

from django.conf import settings

from foundation.addresses import enciphered
from verification.agencies import adapter
from verification.dialect import DialectError, parse
from verification.models import Agency, DataItem
from verification.speaking import context_of

LONGEST_TIMEOUT = 60.0


def check_config() -> list[str]:
    """In words for an administrator; empty when nothing is wrong."""
    found = []
    for agency in Agency.values:
        try:
            adapter(agency)
        except (ImportError, AttributeError) as wrong:
            found.append(f"agency {agency}: no adapter ({wrong})")
    if not settings.AGENCY_SECRET:
        found.append("agencies: AGENCY_SECRET is empty: every call would be refused")
    if urlsplit(settings.AGENCY_BASE_URL).scheme not in {"http", "https"}:
        found.append(f"agencies: AGENCY_BASE_URL {settings.AGENCY_BASE_URL!r} is no http address")
    if settings.AGENCY_RATE <= 0:
        found.append("agencies: AGENCY_RATE must be above 0: nobody would ever be asked")
    if not 0 < settings.AGENCY_TIMEOUT_SECONDS <= LONGEST_TIMEOUT:
        found.append(f"agencies: AGENCY_TIMEOUT_SECONDS must lie between 0 and {LONGEST_TIMEOUT:.0f}")
    return found


def line_problems() -> list[str]:
    """What is wrong with the lines that divisions wrote down, in words; reads the catalogue.

    A line that cannot work is told and closed; it stops nobody else's start.
    """
    found = []
    for row in DataItem.objects.order_by("agency", "division"):
        named = f"data item {row.agency} of {row.division or 'everybody'}"
        if row.secret and not settings.AGENCY_SECRETS.get(row.secret):
            found.append(f"{named}: no secret is called {row.secret!r} in AGENCY_SECRETS")
        if row.endpoint and not enciphered(row.endpoint):
            found.append(f"{named}: {row.endpoint!r} must be an https:// address")
        try:
            context_of(parse(row.dialect))
        except (DialectError, OSError, ValueError) as wrong:
            found.append(f"{named}: {wrong}")
    return found
