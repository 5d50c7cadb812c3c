"""Verification against agencies that take 200 ms: checks made a second, against a bare loop of an HTTP client.

The floor keeps 64 signed requests in flight on one event loop and does nothing with the answers. The portal leases the
checks, asks, stores findings with evidence, judges every family by its policy and queues its message. Both ask the same
mock agencies in the same run.
"""

import asyncio
import json
import os
import secrets
import sys
import time
from statistics import quantiles
from typing import Any

from bench.filing import Filing, agencies, knobs, undone, workers

DELAY = 0.2  # seconds an agency takes to answer
IN_FLIGHT = 64
AGENCY_THREADS = 200  # a thread an answer under way: the mock's waiting must not be what is measured
SLOTS = "families:2,messages:1,beat:1"
HUNAN = 118_200  # records of the province's own test
EVEN_PER_SECOND = 4


def bare_loop(url: str, count: int) -> float:
    """Requests a second of an HTTP client alone, 64 in flight."""
    import aiohttp
    from django.conf import settings

    from verification.wire import signature

    async def all_of_them() -> float:
        room = asyncio.Semaphore(IN_FLIGHT)

        async def one(session: aiohttp.ClientSession) -> None:
            body, stamp, nonce = b'{"keys": ["x"]}', str(int(time.time())), secrets.token_hex(12)
            sign = signature(settings.AGENCY_SECRET, "/household/query", stamp, nonce, body)
            headers = {"X-Timestamp": stamp, "X-Nonce": nonce, "X-Signature": sign}
            async with room, session.post(f"{url}/household/query", data=body, headers=headers) as answer:
                answer.raise_for_status()
                await answer.read()

        async with aiohttp.ClientSession() as session:
            begun = time.perf_counter()
            await asyncio.gather(*(one(session) for _request in range(count)))
            return count / (time.perf_counter() - begun)

    return asyncio.run(all_of_them())


def waited() -> float:
    """Seconds until nothing is left to check or to judge."""
    begun = time.perf_counter()
    while undone():
        time.sleep(0.05)
    return time.perf_counter() - begun


def even_p95(filing: Filing, families: int) -> float:
    """95 of 100 findings are made within so many seconds when families come one after another."""
    from verification.models import Finding

    newest = Finding.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    begun = time.perf_counter()
    for number in range(families):
        time.sleep(max(0.0, begun + number / EVEN_PER_SECOND - time.perf_counter()))
        filing.file(1)
    waited()
    return quantiles(Finding.objects.filter(pk__gt=newest).values_list("seconds", flat=True), n=20)[-1]


def main(families: int, url: str) -> dict[str, Any]:
    """Servers of data and the agencies' address stand in the environment."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    even = max(10, families // 10)
    filing = Filing(families + even)
    knobs(url, DELAY)
    floor = bare_loop(url, 2 * families)
    checks = filing.file(families)
    with workers(SLOTS):
        seconds = waited()
        p95 = even_p95(filing, even)
    rate = checks / seconds
    return {
        "seconds": 1 / rate,
        "floor": 1 / floor,
        "facts": {
            "checks": checks,
            "checks a family": checks / families,
            "checks a second": round(rate, 1),
            "bare loop a second": round(floor, 1),
            "share of the loop": round(rate / floor, 2),
            "p95 of a finding": round(p95, 2),
            "minutes for 118,200 families": round(HUNAN * checks / families / rate / 60, 1),
        },
    }


if __name__ == "__main__":
    from portal.embedded import var_dir
    from portal.supervisor import free_port

    port = free_port()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ |= {"AGENCY_RATE": "1000000", "AGENCY_BASE_URL": f"http://127.0.0.1:{port}"}
    import django

    django.setup()
    from django.conf import settings

    os.environ["AGENCY_SECRET"] = settings.AGENCY_SECRET
    with agencies(var_dir() / "city.sqlite", port, AGENCY_THREADS) as address:
        print(json.dumps(main(int(sys.argv[1]), address), ensure_ascii=False))
