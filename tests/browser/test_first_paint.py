"""How soon somebody sees the first page on a slow phone: 1.6 Mbit/s, 150 ms, a quarter of this processor."""

import pytest
from playwright.sync_api import Browser, CDPSession

from tests import factories
from tests.browser.stack import Site
from tests.waiting import milliseconds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BITS, LATENCY, SLOWER = 1_600_000, 150, 4
MOST_SECONDS = 1.5  # on a quick, quiet machine; a slow one has as much more as it is slower
TRIES = 5
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def slowed(session: CDPSession) -> None:
    """A line and a processor as those of an old phone far from a city; nothing is kept from before."""
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line = {"latency": LATENCY, "downloadThroughput": BITS / 8, "uploadThroughput": BITS / 8, "offline": False}
    session.send("Network.emulateNetworkConditions", line)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def first_paint(chromium: Browser, address: str) -> float:
    """Milliseconds from the tap to the first words, in a window that has never been here."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    try:
        page = context.new_page()
        slowed(context.new_cdp_session(page))
        page.goto(address, wait_until="load")
        page.wait_for_function(f"({PAINTED}) > 0")
        return float(page.evaluate(PAINTED))
    finally:
        context.close()


def test_the_first_page_is_painted_within_a_second_and_a_half(
    running_site: Site, chromium: Browser, place: factories.World
) -> None:
    assert place.round.state == "open"
    # whatever else runs on this machine only ever adds: the quickest try is the page's own
    taken = sorted(first_paint(chromium, running_site.url + "/") for _try in range(TRIES))
    print(f"first contentful paint, ms: {[round(one) for one in taken]}")  # noqa: T201 - the measurement itself
    assert LATENCY < taken[0] < milliseconds(MOST_SECONDS), taken
