"""What every test shares."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import Browser, sync_playwright
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from helpdesk.announcing import forget
from portal.context import stored_synthetic
from scripts.browser import browser
from tests import database
from tests.report import Ran, skip_undrawn

# a busy machine may take any time for an example: nothing about a program follows from it
hypothesis.settings.register_profile("ours", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("ours")
LONGEST = {"test_quality.py", "test_journey_roles.py"}


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Ran())
    # a decision counts at once but in the tests of taking one back; servers that tests start are told the same
    settings.DECISION_HOLD = 0
    os.environ["DECISION_HOLD"] = "0"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The two longest files begin first, so that no worker waits for them at the end; the rest stays random."""
    skip_undrawn(items)
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Test databases are copies of one that was migrated once."""
    with django_db_blocker.unblock():
        database.copy_for_tests()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Nobody is left on the test database when it is dropped."""
    with database.emptied_by_what_was_touched():
        yield
    with django_db_blocker.unblock():
        database.end_sessions()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of this process: Playwright refuses a second beside it, so nobody imports this into a module."""
    path = browser()
    assert path is not None, "install Chromium: python scripts/browser.py"
    # Playwright keeps an event loop in this thread; the ORM is used from it one call at a time
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest, settings: Settings) -> None:
    """A slow hash would only cost time, except where another process signs people in by what is stored here."""
    if request.node.get_closest_marker("browser") is None:
        quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        settings.PASSWORD_HASHERS = [*quick, *settings.PASSWORD_HASHERS]


@pytest.fixture(autouse=True, scope="session")
def static_folder() -> None:
    """The server of static files warns when nothing was collected yet, and a warning fails a test."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def static_files_on_demand(settings: Settings) -> None:
    """Static files are looked up when asked for, not listed anew for every test client."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def own_limits(settings: Settings) -> None:
    """What one test asked for is not counted against the next: numbers and addresses of tests are alike."""
    settings.LIMITS_PREFIX = f"{uuid4().hex}:"


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A page asked for in English leaves its thread in English: the next test begins in the site's own language."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What the last test's database held is not what this one's holds."""
    stored_synthetic.cache_clear()
    forget()
