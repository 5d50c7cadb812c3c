"""Run everything: `python -m bench.load` starts the site beside itself; DURATION=600 for the promised ten minutes."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.load.phases import Capacity, Crowd, capacity, steady
from bench.load.seen import Seen, summary
from bench.page import REPORT, machine, write_page
from bench.season import ROOT

MOST_SECONDS, MOST_FAMILIES = 3600, 20_000
DURATION = min(MOST_SECONDS, int(os.environ.get("DURATION") or 120))
FAMILIES = min(MOST_FAMILIES, int(os.environ.get("FAMILIES") or 3_000 + 22 * DURATION))
SHARES = (("80 %", 0.8), ("300 %", 3.0))
REST_SECONDS = 25  # between phases: longer than a family counts as under way after its last press
P99_SECONDS = 1.5
FULL_SECONDS = 120  # a phase; shorter runs only look
LOGS = ROOT / "var" / "load-log"  # of the last run
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Usage:
    """CPU seconds of the machine and of this client since the last look."""

    machine: float = 0.0
    own: float = 0.0
    at: float = field(default_factory=time.monotonic)

    @classmethod
    def now(cls) -> "Usage":
        # user, nice, system, idle, iowait, irq, softirq: all but idling and waiting for the disk
        numbers = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:8]]
        return cls((sum(numbers) - numbers[3] - numbers[4]) / TICKS, time.process_time())

    def since(self, before: "Usage") -> dict[str, float]:
        cores = len(os.sched_getaffinity(0))
        busy = (self.machine - before.machine) / max(0.1, self.at - before.at) / cores
        share = (self.own - before.own) / max(0.1, self.machine - before.machine)
        return {"machine busy %": round(100 * busy), "of it this client %": round(100 * share)}


def prepared() -> Iterator[tuple[int, Any]]:
    """A season with its city, open; one child of each family."""
    from rich.console import Console

    from rehearsal.play import Play

    play = Play(ROOT / "examples/wuling", 7, FAMILIES, False, Console(stderr=True))
    play.build(play.prepare(), play.tell.begin("city", FAMILIES))
    play.tell.close()
    by_family: dict[str, Any] = {}
    for child in play.applicants.values():
        by_family.setdefault(child.id.rpartition("-")[0], child)
    print(f"{len(by_family)} families are ready", flush=True)
    return iter(enumerate(by_family.values()))


def judged() -> tuple[int, int]:
    """Applications judged so far, and those that wait for it."""
    from django.db import connection

    from enrollment.seasons.models import ApplicationVersion

    done = ApplicationVersion.objects.filter(assessed_at__isnull=False).count()
    left = ApplicationVersion.objects.filter(assessed_at__isnull=True).count()
    connection.close()
    return done, left


def lost(receipts: list[str]) -> int:
    """Receipts shown to families that the database does not know."""
    from django.db import connection

    from enrollment.seasons.models import Application

    stored = set(Application.objects.values_list("receipt", flat=True))
    connection.close()
    return len([one for one in receipts if one not in stored])


def write_answers(name: str, seen: Seen) -> None:
    """Every answer of a phase, for a closer look."""
    lines = [f"{at:.2f},{1000 * seconds:.0f}" for at, seconds in seen.answers]
    path = Path(os.environ["VAR_DIR"]) / "log" / f"answers-{name.split(maxsplit=1)[0]}.csv"
    path.write_text("\n".join(["second,milliseconds", *lines]) + "\n", encoding="utf-8")


async def measured(make: Any, name: str, work: Any, length: float) -> tuple[Any, dict[str, Any]]:
    """One phase: what it returned, and its figures."""
    crowd: Crowd = make()
    before, (done, _left) = Usage.now(), await asyncio.to_thread(judged)
    begun = time.monotonic()
    found = await work(crowd)
    seconds = time.monotonic() - begun
    usage = Usage.now().since(before)
    after, left = await asyncio.to_thread(judged)
    if not crowd.stopping:
        await crowd.go()
    figures = summary(crowd.seen, length) | usage
    figures["lost"] = await asyncio.to_thread(lost, crowd.seen.receipts)
    figures |= {
        "judged a second": round((after - done) / seconds, 2),
        "not judged yet": left,
        "seconds": round(seconds),
    }
    write_answers(name, crowd.seen)
    print(f"\n{name}", *(f"  {key}: {value}" for key, value in figures.items()), sep="\n", flush=True)
    return found, figures


async def run() -> dict[str, Any]:
    """All phases. The report is the last line printed."""
    from django.conf import settings

    from bench.load.people import Codes
    from bench.opening import picture

    families, codes, photo = await asyncio.to_thread(prepared), Codes(), picture()
    watching = asyncio.create_task(codes.watch())

    def make() -> Crowd:
        return Crowd(settings.SITE_URL, families, codes, photo)

    hold = min(240.0, max(60.0, DURATION / 2))  # its first third is for families that came with the ramp
    found, figures = await measured(
        make, "capacity", lambda crowd: capacity(crowd, hold, lambda: judged()[0]), 90 + hold
    )
    limit: Capacity = found
    print(f"\ncapacity: {limit.families:.2f} families a second; bent at {limit.bent_at:.2f} by {limit.why}", flush=True)
    report: dict[str, Any] = {"duration": DURATION, "capacity": round(limit.families, 2), "ramp": figures}
    for name, share in SHARES:
        await asyncio.sleep(REST_SECONDS)
        rate = share * limit.families
        _none, report[name] = await measured(
            make,
            f"{name}: {rate:.2f} families a second",
            lambda crowd, rate=rate: steady(crowd, rate, DURATION),
            DURATION,
        )
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    return report


def verdict(report: dict[str, Any]) -> list[str]:
    """The promises that were not kept."""
    below, above = report["80 %"], report["300 %"]
    missed = [
        f"{name}: {phase['errors']} errors" for name, phase in (("80 %", below), ("300 %", above)) if phase["errors"]
    ]
    missed += [f"{name}: {phase['lost']} lost" for name, phase in (("80 %", below), ("300 %", above)) if phase["lost"]]
    if below["p99 ms"] > 1000 * P99_SECONDS:
        missed.append(f"80 %: p99 {below['p99 ms']} ms")
    if not above["judged a second"]:
        missed.append("300 %: verification stood still")
    return missed


def keep(report: dict[str, Any]) -> None:
    """Write the figures of a full run into the report and the page of all measurements."""
    whole = json.loads(REPORT.read_text(encoding="utf-8"))
    whole["load"] = report | {"machine": machine(), "cores": len(os.sched_getaffinity(0))}
    REPORT.write_text(json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    write_page(whole)


def beside_the_site() -> int:
    """Start every process of the site in a folder of its own and this module beside them; its exit code."""
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="load.") as folder:
        command = [sys.executable, "-m", "portal.supervisor", "exec", "--", sys.executable, "-m", "bench.load"]
        code = subprocess.run(command, cwd=ROOT, env=os.environ | {"VAR_DIR": folder}, check=False).returncode
        shutil.rmtree(LOGS, ignore_errors=True)
        shutil.copytree(Path(folder) / "log", LOGS)
    return code


def main() -> int:
    if not os.environ.get("PORTAL_STACK"):
        return beside_the_site()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    report = asyncio.run(run())
    missed = verdict(report)
    print("\n" + ("kept" if not missed else "missed: " + "; ".join(missed)))
    print(json.dumps(report, ensure_ascii=False))
    if not missed and DURATION >= FULL_SECONDS:
        keep(report)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
