import pytest
from pytest_django import Settings

from tests.agencies import agencies, agency_service

__all__ = ["agencies", "agency_service"]


@pytest.fixture(autouse=True)
def static_files_on_demand(settings: Settings) -> None:
    """Static files are looked up when asked for, not listed anew for every test client."""
    settings.WHITENOISE_AUTOREFRESH = True
