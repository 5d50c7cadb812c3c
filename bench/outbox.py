"""The outbox against a carrier: messages handed over a second, against a bare loop of an HTTP client; and how long a
code waits behind a hundred thousand others.

The floor keeps 64 requests in flight on one event loop and does nothing with the answers. The portal leases, decrypts,
holds each text against the carriers' rules, hands it over and stores the outcome. Both send to the same mock carrier
in the same run.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.filing import workers
from bench.season import ROOT

IN_FLIGHT = 64
SLOTS = "codes:1,messages:2,beat:1"
DELAY = 0.15  # seconds a carrier takes
WAITING = ("queued", "sending")
BEFORE_A_CODE = 100_000
CODES = 30
ACCOUNT = "AC" + "0" * 32
TEXT = "【招生入学】您为合成小明提交的报名已收到，回执编号26-0000-0000-0。核验已经开始。"


@contextmanager
def carrier() -> Iterator[str]:
    """The mock carrier on a free port, and the settings of the portal's processes for it."""
    import httpx

    from portal.supervisor import free_port

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, "-m", "notifications.mock_carrier.service", str(port)], cwd=ROOT)
    os.environ |= {
        "SMS_CHANNEL": "twilio",
        "TWILIO_BASE_URL": url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": "t",
        "TWILIO_FROM": "+15005550006",
        "SMS_WINDOW": str(IN_FLIGHT),
    }
    try:
        for _try in range(300):
            try:
                httpx.get(f"{url}/ledger")
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                break
        yield url
    finally:
        process.terminate()
        process.wait()


def knobs(url: str, **values: Any) -> None:
    import httpx

    httpx.post(f"{url}/knobs", json=values, timeout=30).raise_for_status()


def bare_loop(url: str, count: int) -> float:
    """Messages a second of an HTTP client alone, 64 in flight."""
    import aiohttp

    async def all_of_them() -> float:
        room = asyncio.Semaphore(IN_FLIGHT)
        headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, "t")}
        address = f"{url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"

        async def one(session: aiohttp.ClientSession, number: int) -> None:
            form = {"To": f"+8618{number:09d}", "From": "+15005550006", "Body": TEXT}
            async with room, session.post(address, data=form, headers=headers) as answer:
                answer.raise_for_status()
                await answer.json()

        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            begun = time.perf_counter()
            await asyncio.gather(*(one(session, number) for number in range(count)))
            return count / (time.perf_counter() - begun)

    return asyncio.run(all_of_them())


def queue(name: str, count: int) -> None:
    """Messages of a whole round, due now, in one transaction."""
    from django.db import transaction

    from foundation import clock
    from notifications.models import Message

    now = clock.now()
    about = {"template": "received", "language": "zh-hans", "body": TEXT, "urgency": Message.Urgency.MANY}
    with transaction.atomic():
        for first in range(0, count, 5_000):
            rows = [
                Message(key=f"{name}:{n}", phone=f"19{n:09d}", next_attempt_at=now, created_at=now, **about)
                for n in range(first, min(count, first + 5_000))
            ]
            Message.objects.bulk_create(rows)


def handed_over(name: str, count: int) -> float:
    """Messages a second from the commit until none waits."""
    from foundation.lanes import ring
    from notifications.models import Message

    queue(name, count)
    begun = time.perf_counter()
    ring("messages")
    while Message.objects.filter(state__in=WAITING).exists():
        time.sleep(0.02)
    return count / (time.perf_counter() - begun)


def code_waits(url: str, rows: int) -> list[float]:
    """Seconds from asking for a code until the carrier has it, while so many messages wait."""
    from notifications.models import Message
    from notifications.services import message_queue

    knobs(url, delay=DELAY, clear=True)
    queue("bulk", rows)
    waits = []
    for number in range(CODES):
        message_queue(
            key=f"code:{number}",
            template="sign_in_code",
            params={"code": "123456"},
            phone=f"1990000{number:04d}",
            secret=True,
        )
        begun = time.perf_counter()
        while Message.objects.filter(key=f"code:{number}", state__in=WAITING).exists():
            time.sleep(0.01)
        waits.append(time.perf_counter() - begun)
        time.sleep(0.3)
    if not Message.objects.filter(state__in=WAITING).exists():
        raise RuntimeError("the queue was empty before the last code: the case says nothing")
    return waits


def main(count: int, url: str) -> dict[str, Any]:
    """Servers of data and the carrier's address stand in the environment."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    facts: dict[str, Any] = {"messages": count}
    with workers(SLOTS, lane="messages"):
        for name, delay, many in (("0 ms", 0.0, count), ("150 ms", DELAY, count)):
            knobs(url, delay=delay, clear=True)
            floor = bare_loop(url, many)
            knobs(url, clear=True)
            rate = handed_over(name, many)
            facts[f"bare loop at {name}"], facts[f"outbox at {name}"] = round(floor), round(rate)
            facts[f"share at {name}"] = round(rate / floor, 2)
        if count < 1000:  # a quick look
            return {"seconds": 1 / rate, "floor": 1 / floor, "facts": facts | {"slowest code": 0.0}}
        waits = code_waits(url, BEFORE_A_CODE)
    facts |= {"slowest code": round(max(waits), 2), "median code": round(sorted(waits)[len(waits) // 2], 2)}
    return {"seconds": 1 / rate, "floor": 1 / floor, "facts": facts}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    with carrier() as address:
        import django

        django.setup()
        print(json.dumps(main(int(sys.argv[1]), address), ensure_ascii=False))
