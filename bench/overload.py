"""Overload measured on the real workers: useful work at 1, 2, 5 and 20 times what they can do.

The agencies' quota makes the capacity (ten families a second), so that the machine's own speed is not what is measured
and nothing but the quota can be the reason when less is done. Families were filed before; they "arrive" when their
checks become due. In each phase they arrive evenly for some seconds; then the backlog is waited for. What counts: how
much is done a second while more is asked, how many messages wait in the broker, how long the backlog takes.

``python -m portal.embedded run --scratch -- python -m bench.overload 600 20`` lets twenty times the capacity come for
ten minutes. A backlog of hours is then judged by its pace: OVERLOAD_PATIENCE (seconds) after which nobody waits any
longer, OVERLOAD_CAPACITY (families a second) for a smaller quota.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bench.filing import Filing, agencies, knobs, workers

CAPACITY = float(os.environ.get("OVERLOAD_CAPACITY") or 10.0)  # families a second
RATE = CAPACITY / 0.8  # requests a second and agency; four fifths of them are for checks
PATIENCE = float(os.environ.get("OVERLOAD_PATIENCE") or 3600.0)  # seconds in which a backlog is waited for
LOADS = (1, 2, 5, 20)
SLOTS = "families:2,messages:1,sweeps:1,beat:1"
LATER = timedelta(days=1)


@dataclass(slots=True)
class Phase:
    """What one load came to."""

    load: int
    useful: float = 0.0  # families judged a second while more arrived
    most_queued: int = 0
    backlog: int = 0
    drained: float = 0.0
    left: int = 0  # of the backlog, when the patience was over


def put_off() -> list[Any]:
    """Let every filed family arrive later; the versions in the order in which they will."""
    from enrollment.seasons.models import ApplicationVersion
    from foundation import clock
    from verification.models import Check

    later = clock.now() + LATER
    Check.objects.update(next_attempt_at=later)
    ApplicationVersion.objects.update(assess_at=later)
    return list(ApplicationVersion.objects.order_by("submitted_at").values_list("pk", flat=True))


def arrive(ids: list[Any]) -> None:
    """These families are filed now, as far as the workers can see."""
    from django.db import transaction

    from enrollment.judging.services import LEASE
    from enrollment.seasons.models import ApplicationVersion
    from foundation import clock
    from foundation.lanes import ring_on_commit
    from verification.models import Check

    with transaction.atomic():
        Check.objects.filter(subject__in=ids).update(next_attempt_at=clock.now(), created_at=clock.now())
        ApplicationVersion.objects.filter(pk__in=ids).update(assess_at=clock.now() + LEASE)
        ring_on_commit("families")


def judged() -> int:
    from enrollment.seasons.models import ApplicationVersion

    return ApplicationVersion.objects.filter(assessed_at__isnull=False).count()


def phase(load: int, waiting: list[Any], seconds: float) -> Phase:
    """Let families arrive at ``load`` times the capacity, then wait for the backlog."""
    from foundation.lanes import queued

    found, begun, before, came = Phase(load), time.perf_counter(), judged(), 0
    while (now := time.perf_counter() - begun) < seconds:
        due = int(now * load * CAPACITY) - came
        if due:
            arrive([waiting.pop() for _family in range(due)])
            came += due
        found.most_queued = max(found.most_queued, sum(queued().values()))
        time.sleep(0.1)
    done = judged() - before
    found.useful, found.backlog = done / seconds, came - done
    begun = time.perf_counter()
    while (left := came + before - judged()) and time.perf_counter() - begun < PATIENCE:
        found.most_queued = max(found.most_queued, sum(queued().values()))
        time.sleep(0.1)
    found.drained, found.left = time.perf_counter() - begun, left
    return found


def _share(one: Phase) -> float:
    """How long the backlog took against its time at the capacity; what is within a second is not told apart."""
    return max(0.0, one.drained - 1.0) / max(1.0, (one.backlog - one.left) / CAPACITY)


def main(seconds: int, url: str, loads: Sequence[int] = LOADS) -> dict[str, Any]:
    """Servers of data and the agencies' address stand in the environment."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    count = int(CAPACITY * seconds * sum(loads)) + 50
    filing = Filing(count)
    knobs(url, 0.0)
    filing.file(count)
    waiting = put_off()[::-1]
    begun = time.perf_counter()
    with workers(SLOTS):
        phases = [phase(load, waiting, seconds) for load in loads]
    peak = max(one.useful for one in phases)
    facts: dict[str, Any] = {f"useful at {one.load}x": round(one.useful, 1) for one in phases}
    facts |= {
        "least share of the peak": round(min(one.useful for one in phases) / peak, 3),
        "most queued": max(one.most_queued for one in phases),
        f"backlog of {phases[-1].load}x": phases[-1].backlog,
        "left when nobody waited any longer": sum(one.left for one in phases),
        "longest drain": round(max(_share(one) for one in phases), 2),
    }
    return {"seconds": time.perf_counter() - begun, "floor": 0.0, "facts": facts}


if __name__ == "__main__":
    from portal.embedded import var_dir
    from portal.supervisor import free_port

    port = free_port()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ |= {"AGENCY_RATE": str(RATE), "AGENCY_BASE_URL": f"http://127.0.0.1:{port}"}
    import django

    django.setup()
    from django.conf import settings

    os.environ["AGENCY_SECRET"] = settings.AGENCY_SECRET
    with agencies(var_dir() / "city.sqlite", port, 16) as address:
        asked = tuple(map(int, sys.argv[2:])) or LOADS
        print(json.dumps(main(int(sys.argv[1]), address, asked), ensure_ascii=False))
