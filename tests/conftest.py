"""What every test shares."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.operations import BaseDatabaseOperations as DatabaseOperations
from playwright.sync_api import Browser, sync_playwright
from pytest_django import Settings

from portal.context import stored_synthetic
from scripts.browser import browser
from tests.report import Ran, skip_undrawn

TRIES = 5
LONGEST = {"test_quality.py", "test_journey_roles.py"}


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Ran())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The two longest files begin first, so that no worker waits for them at the end; the rest stays random."""
    skip_undrawn(items)
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End what sessions are left on the test database, which could not be dropped beside them: tests kill processes,
    and PostgreSQL ends a dead one's session in its own time."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session", autouse=True)
def flush_beside_workers() -> Iterator[None]:
    """A worker still at work when a test ends may hold what the flush wants: who loses a deadlock tries again."""
    plain = DatabaseOperations.execute_sql_flush

    def patient(self: DatabaseOperations, sql_list: Iterable[str]) -> None:
        for _try in range(TRIES - 1):
            try:
                return plain(self, sql_list)
            except OperationalError as problem:
                if "deadlock" not in str(problem):
                    raise
        return plain(self, sql_list)

    DatabaseOperations.execute_sql_flush = patient  # type: ignore[method-assign]
    yield
    DatabaseOperations.execute_sql_flush = plain  # type: ignore[method-assign]


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
def static_files_on_demand(settings: Settings) -> None:
    """Static files are looked up when asked for, not listed anew for every test client."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def synthetic_not_remembered() -> None:
    """What the last test's database held is not what this one's holds."""
    stored_synthetic.cache_clear()
