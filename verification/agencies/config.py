"""What is wrong with the settings of the agencies, before the first of them is asked."""

from urllib.parse import urlsplit

from django.conf import settings

from verification.agencies import adapter
from verification.models import Agency

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
