"""A real Celery worker beside the real servers: what was accepted is finished exactly once, also after kill -9."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from enrollment.seasons.models import Application, Transition
from foundation import clock
from foundation.draining import LANES, STEPS_BACK
from foundation.valkey import valkey
from notifications.models import Delivery, Message
from tests import factories
from tests.agencies import City
from tests.browser.stack import database_url
from tests.browser.stack import environment as told
from tests.waiting import until
from verification.models import AgencyCall, Check, Finding

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]


def environment(city: City, var: Path) -> dict[str, str]:
    own = {"DATABASE_URL": database_url(), "AGENCY_BASE_URL": city.url, "VAR_DIR": str(var), "LOG_LEVEL": "WARNING"}
    return told(REDIS_URL=settings.REDIS_URL, **own)


@contextmanager
def worker(city: City, var: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The worker processes and beat; they end with the block, unless the test has killed them before."""
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.workers"],
        env=environment(city, var) | {"WORKER_SLOTS": "codes:1,families:2,messages:1,beat:1"},
        cwd=settings.BASE_DIR,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill -9 for the parent and its slots, as a power cut would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)


def settled(application: Application) -> bool:
    approved = Application.objects.get(pk=application.pk).state == "approved"  # first: its message comes with it
    return approved and not Message.objects.exclude(state="sent").exists()


@pytest.fixture(autouse=True)
def empty_queue() -> None:
    valkey().delete(*LANES)


def assert_once(application: Application, var: Path) -> None:
    assert set(Finding.objects.values_list("check_made__agency", flat=True)) == {"household", "real_estate"}
    assert set(Finding.objects.values_list("outcome", flat=True)) == {"match"}
    events = list(Transition.objects.filter(application=application).values_list("event", flat=True))
    assert events == ["submit", "start_checks", "confirm", "approve"]
    # each was handed over once; a look of the browser's site, rung before, may have taken one to its own telephones
    told = list(Delivery.objects.filter(outcome="sent").values_list("message__key", flat=True))
    assert len(told) == len(set(told)) == Message.objects.count() == 2
    lines = [json.loads(line)["key"] for line in (var / "messages.jsonl").read_text().splitlines()]
    assert len(lines) == len(set(lines))
    assert set(lines) <= set(told)


def test_a_worker_checks_judges_and_tells_the_family(agencies: City, tmp_path: Path) -> None:
    one = factories.family(factories.world())
    agencies.believe(one)
    with worker(agencies, tmp_path):
        application = one.submit()
        until(lambda: settled(application), "approval and its message")
    assert_once(application, tmp_path)
    assert AgencyCall.objects.count() == 2  # whoever holds no permit is not asked about one


def test_who_is_waited_for_has_the_processor_first(agencies: City, tmp_path: Path) -> None:
    """Sign-in codes and beat as any other process; what steps back does so by what its lane says."""
    with worker(agencies, tmp_path) as parent:
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        own = os.getpriority(os.PRIO_PROCESS, parent.pid)
        lanes = ("codes", "families", "families", "messages", "beat")
        expected = sorted(min(19, own + STEPS_BACK.get(lane, 0)) for lane in lanes)
        until(
            lambda: (
                sorted(os.getpriority(os.PRIO_PROCESS, int(one)) for one in children.read_text().split()) == expected
            ),
            "every lane at its own priority",
        )


def test_a_killed_worker_loses_nothing_and_repeats_nothing(agencies: City, tmp_path: Path) -> None:
    one = factories.family(factories.world())
    agencies.believe(one)
    agencies.knobs(**{"*": {"delay": 4}})
    with worker(agencies, tmp_path) as first:
        application = one.submit()
        begun = clock.now()
        until(
            lambda: Check.objects.filter(next_attempt_at__gt=begun + timedelta(seconds=30)).count() == 2,
            "a worker in the middle of its checks",
        )
        kill(first)
    assert not Finding.objects.exists()
    agencies.knobs()
    # the dead workers' leases are over: of the checks, and of a message that one of them may have been sending
    Check.objects.update(next_attempt_at=clock.now())
    Message.objects.filter(state=Message.State.SENDING).update(next_attempt_at=clock.now())
    with worker(agencies, tmp_path):
        until(lambda: settled(application), "approval after the kill")
    assert_once(application, tmp_path)
