"""Throughput of a submission through the API, against a bare Django view that stores the same rows (bench.floor).

Families are signed in already and send a valid body; web processes, threads and connections are those of operation.
The two take turns in short stretches, so that what else the machine does falls on both.
"""

import http.client
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench.season import ROOT
from portal.supervisor import WEB_WORKER

WORKERS, THREADS = 2, 4  # of the site, as the supervisor starts it
BROWSERS = 8
STRETCHES = 6
START_SECONDS = 60
CREATED = 201
HOME = "湖南省常德市武陵区滨湖路12号"
ANSWERS = {
    "guardian_relation": "mother",
    "guardian_name": "合成家长",
    "household_here": "yes",
    "household_address": HOME,
    "home_kind": "deed",
    "home_address": HOME,
    "home_owner_relation": "parent",
    "home_share": "100",
    "permit_holder": "none",
    "insurance_holder": "none",
    "keep_siblings": "no",
}


def open_round() -> Any:
    """A district with two schools, a zone and a round that is open now."""
    from enrollment.seasons.lists.services import lists_keep
    from enrollment.seasons.services.seasons import policy_store, season_store
    from foundation import clock
    from policy import scheme_text
    from schools.matching import AddressRule, Zone
    from schools.models import School, SeatPlan
    from schools.services import district_ensure, schools_store, seat_plans_store, zones_store

    district, now, year = district_ensure(code="430702"), clock.now(), 2026
    codes = ("WL01", "WL02")
    schools_store(
        schools=[School(code=c, district=district, name=c, address=c, longitude=111.69, latitude=29.03) for c in codes]
    )
    seat_plans_store(plans=[SeatPlan(school_id=code, year=year, stage="primary", seats=100_000) for code in codes])
    rule = AddressRule("include", "road", "滨湖路", "all", 1, 99)
    zones_store(district=district, zones=[Zone("Z1", "Z1", year, "primary", ("WL01",), (rule,), None)])
    terms = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=7)}
    lists_keep(district=district, kinds=["seats"])
    policy = policy_store(district=district, code="changde", text=scheme_text("changde"))
    round_ = {"stage": "primary", "kind": "main", "policy": policy, "state": "open", **terms}
    round_["results_at"] = now + timedelta(days=14)
    return season_store(district=district, year=year, synthetic=True, calendar=[], rounds=[round_]).rounds.get()


def families(count: int, round_: Any) -> list[tuple[str, bytes]]:
    """Signed-in guardians with what each will send: the session's key and the body."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.models import Account
    from accounts.session_store import SessionStore
    from foundation import clock
    from foundation.crypto import blind_index
    from synthetic.people import resident_id

    found = []
    for number in range(count):
        phone = f"+86199{number:08d}"
        account = Account.objects.create(
            username=f"g-{number}", phone=phone, phone_index=blind_index("phone", phone), created_at=clock.now()
        )
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = (
            str(account.pk),
            "django.contrib.auth.backends.ModelBackend",
        )
        session[HASH_SESSION_KEY], session["slid"] = account.get_session_auth_hash(), (2**33, 3600)
        session.save()
        day, pair = timedelta(days=number // 400), number % 400
        body = {
            "client_token": str(uuid.uuid4()),
            "round": round_.pk,
            "child": {"name": "合成孩子", "id_number": resident_id("430702", date(2019, 1, 1) + day, pair, "male")},
            "answers": {
                **ANSWERS,
                "guardian_id": resident_id("430702", date(1985, 1, 1) + day, pair, "female"),
                "home_certificate": f"湘(2018)常德市不动产权第{number:07d}号",  # two families have two homes
            },
            "choices": ["WL01", "WL02"],
            "account": account.pk,  # these three are for the floor, which asks nobody
            "policy": round_.policy_id,
            "phone": phone,
        }
        found.append((str(session.session_key), json.dumps(body).encode()))
    return found


@contextmanager
def served(target: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A web server as in operation."""
    options = ["--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--threads", str(THREADS)]
    command = [sys.executable, "-m", "gunicorn", target, "--worker-class", WEB_WORKER, "--no-control-socket", *options]
    process = subprocess.Popen([*command, "--log-level", "error"], cwd=ROOT)
    try:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=10).request("GET", "/")
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def cpu_seconds(parent: int) -> float:
    """CPU seconds of the children of a process so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def sent(port: int, batch: list[tuple[str, bytes]]) -> float:
    """Seconds until all of a batch is stored, sent over a few connections at once. Raises RuntimeError."""
    waiting: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
    for one in batch:
        waiting.put(one)
    wrong: list[str] = []

    def browser() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        place = ""  # at the gate: a screen keeps it from one family to the next
        while not wrong:
            try:
                key, body = waiting.get_nowait()
            except queue.Empty:
                return
            headers = {"Content-Type": "application/json", "Cookie": f"sessionid={key}; csrftoken={'a' * 32}{place}"}
            connection.request(
                "POST", "/api/v1/applications/", body, {**headers, "X-CSRFToken": "a" * 32, "Accept-Language": "zh-CN"}
            )
            answer = connection.getresponse()
            given = re.search(r"place=[^;]+", answer.headers.get("Set-Cookie", ""))
            place = f"; {given.group()}" if given else place
            text = answer.read()
            if answer.status != CREATED:
                wrong.append(f"{answer.status} {text[:300].decode(errors='replace')}")

    threads = [threading.Thread(target=browser) for _ in range(BROWSERS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(wrong[0])
    return time.perf_counter() - begun


def main(count: int) -> dict[str, Any]:
    """Send `count` submissions to each of the two, in turns. Servers of data stand in the environment."""
    from django.core.management import call_command
    from django.db import connection

    from enrollment.seasons.models import Application
    from portal.supervisor import free_port

    call_command("migrate", verbosity=0)
    everybody = families(2 * count, open_round())
    connection.close()
    size = count // STRETCHES
    batches = _batches(everybody, size)
    site, bare = free_port(), free_port()
    seconds: dict[int, list[float]] = {site: [], bare: []}
    with served("portal.wsgi", site) as portal, served("bench.floor:application()", bare) as floor:
        sides = {site: portal.pid, bare: floor.pid}
        for port in sides:  # what is made once a process is made before it is measured
            sent(port, list(next(batches)))
        before = {port: cpu_seconds(pid) for port, pid in sides.items()}
        for _stretch in range(STRETCHES - 1):
            for port in sides:
                seconds[port].append(sent(port, list(next(batches))))
        cpu = {port: cpu_seconds(pid) - before[port] for port, pid in sides.items()}
    done = (STRETCHES - 1) * size
    stored = Application.objects.filter(state="verifying").count()
    if stored != 2 * STRETCHES * size:
        raise RuntimeError(f"{stored} stored of {2 * STRETCHES * size}")
    ratio = median(mine / bare_ for mine, bare_ in zip(seconds[site], seconds[bare], strict=True))
    return {
        "seconds": median(seconds[site]) / size,
        "floor": median(seconds[site]) / size / ratio,
        "facts": {
            "submissions a second": round(size / median(seconds[site]), 1),
            "floor a second": round(size / median(seconds[bare]), 1),
            "share of the floor": round(1 / ratio, 2),
            "web CPU ms": round(1000 * cpu[site] / done, 1),
            "floor CPU ms": round(1000 * cpu[bare] / done, 1),
        },
    }


def _batches(rows: list[Any], size: int) -> Iterator[tuple[Any, ...]]:
    for at in range(0, len(rows), size):
        yield tuple(rows[at : at + size])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    print(json.dumps(main(int(sys.argv[1])), ensure_ascii=False))
