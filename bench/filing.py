"""What the cases of verification share: mock agencies that think, worker processes, families of a synthetic city."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.season import ROOT

START_SECONDS = 600


@contextmanager
def agencies(city: Path, port: int, threads: int) -> Iterator[str]:
    """The mock agencies with enough threads to keep everybody waiting at once."""
    command = [sys.executable, "-m", "gunicorn", "verification.mock_agencies.service:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", str(threads)]
    command += ["--log-level", "error", "--keep-alive", "60", "--no-control-socket"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"CITY_FILE": str(city)})
    url = f"http://127.0.0.1:{port}"
    try:
        _answers(f"{url}/health")
        yield url
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> None:
    import httpx

    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            httpx.get(url, timeout=5)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} does not answer")


@contextmanager
def workers(slots: str, lane: str = "families") -> Iterator[None]:
    """The worker processes as in operation; ``lane`` is one of theirs that is waited for."""
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.workers"], cwd=ROOT, env=os.environ | {"WORKER_SLOTS": slots}
    )
    try:
        _alive(lane)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _alive(lane: str) -> None:
    from foundation.lanes import pulses

    until = time.monotonic() + START_SECONDS
    while lane not in pulses():
        if time.monotonic() > until:
            raise RuntimeError("no worker came")
        time.sleep(0.1)


def knobs(url: str, delay: float) -> None:
    """Tell the mock agencies how long to think."""
    import httpx
    from django.conf import settings

    from verification.wire import signature

    body, stamp = json.dumps({"*": {"delay": delay}}).encode(), str(int(time.time()))
    sign = signature(settings.AGENCY_SECRET, "/knobs", stamp, "nonce", body)
    headers = {"X-Timestamp": stamp, "X-Nonce": "nonce", "X-Signature": sign}
    httpx.post(f"{url}/knobs", content=body, headers=headers, timeout=30).raise_for_status()


class Filing:
    """Families of a synthetic city, filed one after another through the services, without HTTP."""

    def __init__(self, families: int) -> None:
        from rich.console import Console

        from rehearsal import answers as typed
        from rehearsal.play import Play

        self.typed = typed
        self.play = Play(ROOT / "examples/wuling", 11, max(20, families), False, Console(stderr=True))
        with workers("runs:1", "runs"):  # who takes the bureau's lists in
            self.play.build(self.play.prepare(), self.play.tell.begin("city", families))
        self.rounds = {round_.stage: round_ for round_ in self.play.rounds("main")}
        self.children = iter(list(self.play.applicants.values()))

    def file(self, count: int) -> int:
        """File so many children; how many checks were opened."""
        from random import Random

        from accounts.models import Account
        from enrollment.filing.drafts.services import draft_file
        from enrollment.filing.submission.services import Submission, submit_new
        from enrollment.seasons.rules.policies import compiled
        from foundation import clock
        from foundation.crypto import blind_index
        from rehearsal.parents import client_token
        from verification.models import Check

        before = Check.objects.count()
        for child in (next(self.children) for _number in range(count)):
            index = blind_index("phone", child.mobile)
            parent, _new = Account.objects.get_or_create(
                phone_index=index,
                defaults={"username": f"g-{index[:20]}", "phone": child.mobile, "created_at": clock.now()},
            )
            round_ = self.rounds[child.stage]
            around = self.play.schools_of(child)
            picked = self.typed.choices(around, Random(child.id), compiled(round_.policy).choices)
            draft = draft_file(
                guardian=parent,
                round_=round_,
                child=self.typed.child_input(child.claim),
                answers=self.typed.form_answers(child.claim, bound=False) | {"choices": ",".join(picked)},
            )
            submit_new(parent, Submission(draft.public_id, client_token(11, child.id, 1)))
        return Check.objects.count() - before


def undone() -> int:
    """Checks that wait, and families that are not judged."""
    from enrollment.seasons.models import ApplicationVersion
    from verification.models import Check

    open_ones = Check.objects.filter(state="pending").count()
    return open_ones + ApplicationVersion.objects.filter(assessed_at__isnull=True).count()
