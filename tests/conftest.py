"""What every test shares."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def static_files_on_demand(settings: Settings) -> None:
    """Static files are looked up when asked for, not listed anew for every test client."""
    settings.WHITENOISE_AUTOREFRESH = True
