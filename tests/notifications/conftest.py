"""The mock carrier, and the settings that lead to it."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from notifications.delivering import WINDOWS
from tests.carrier import Carrier, serving


@pytest.fixture(scope="session")
def carrier_server() -> Iterator[Carrier]:
    with serving() as carrier:
        yield carrier


@pytest.fixture
def carrier(carrier_server: Carrier, settings: Settings) -> Carrier:
    """The mock carrier with good manners, and the portal's settings for it."""
    for name, value in carrier_server.environment().items():
        setattr(settings, name, value)
    settings.SMS_TIMEOUT_SECONDS = 2.0
    WINDOWS.sizes.clear()
    carrier_server.knobs(
        clear=True,
        seed=1,
        faults={},
        delay=0.0,
        slow=6.0,
        retry_after=7,
        refused="-",
        unreached="-",
        token="",
        fates=None,
    )
    return carrier_server
