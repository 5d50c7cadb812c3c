"""What every test shares."""

import pytest
from pytest_django import Settings

from portal.context import stored_synthetic


@pytest.fixture(autouse=True)
def static_files_on_demand(settings: Settings) -> None:
    """Static files are looked up when asked for, not listed anew for every test client."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def synthetic_not_remembered() -> None:
    """What the last test's database held is not what this one's holds."""
    stored_synthetic.cache_clear()
