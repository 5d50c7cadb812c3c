"""Chromium, the site's processes, and a parent at the browser."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from playwright.sync_api import Browser
from pytest_django.plugin import DjangoDbBlocker

from portal.catalogue import compile_catalogue
from portal.gate.line import KEYS as GATE_KEYS
from tests import factories
from tests.browser.parent import Parent
from tests.browser.stack import Site, broker_url, site
from tests.waiting import milliseconds

FAILED = pytest.StashKey[bool]()
Open = Callable[..., Parent]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = bool(report.failed)
    return report


@pytest.fixture(scope="session")
def running_site(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    compile_catalogue()
    with django_db_blocker.unblock(), site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(autouse=True, scope="module")
def workers(running_site: Site) -> Iterator[None]:
    """The site's workers, while the tests of one file run."""
    with running_site.at_work():
        yield


@pytest.fixture(autouse=True)
def counters_begin_anew(running_site: Site) -> None:
    """What one test asked for is not counted against the next: the same few numbers sign in again and again, and its
    windows are families under way to the gate.
    """
    store = redis.Redis.from_url(broker_url().replace("redis+socket://", "unix://").replace("virtual_host=", "db="))
    with store:
        for kind in ("limit", "earned", "entered"):
            for key in store.scan_iter(match=f"{kind}:*", count=1_000):
                store.delete(key)
        store.delete(*GATE_KEYS)


@pytest.fixture
def place(running_site: Site, transactional_db: None) -> factories.World:
    """One district with an open primary round; the agencies know nobody yet."""
    running_site.city.reset()
    return factories.world()


@pytest.fixture
def open_browser(
    running_site: Site, chromium: Browser, place: factories.World, request: pytest.FixtureRequest
) -> Iterator[Open]:
    """Opens windows; none of them may log an error or ask another site. A failed test leaves a picture in var/."""
    opened: list[Parent] = []

    def one(*, width: int = 360, scripts: bool = True, language: str = "zh-CN") -> Parent:
        context = chromium.new_context(
            viewport={"width": width, "height": 740}, java_script_enabled=scripts, locale=language
        )
        context.set_default_timeout(milliseconds(10))
        parent = Parent(running_site, context, context.new_page()).watch()
        opened.append(parent)
        return parent

    yield one
    for number, parent in enumerate(opened):
        if request.node.stash.get(FAILED, False):
            folder = Path(settings.VAR_DIR) / "screenshots"
            folder.mkdir(exist_ok=True)
            parent.page.screenshot(path=folder / f"{request.node.name}-{number}.png", full_page=True)
        parent.context.close()
    assert [complaint for parent in opened for complaint in parent.complaints] == []


@pytest.fixture
def parent(open_browser: Open) -> Parent:
    return open_browser()
