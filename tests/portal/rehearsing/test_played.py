"""Whole rehearsals, from the press on the page to the report, by real workers in a space of their own.

What is real stays as it was to the row, and however a rehearsal ends, nothing of its space is left.
"""

import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from audit.models import Entry
from enrollment.seasons.models import Season
from notifications.models import Message
from portal.rehearsing.models import Rehearsal
from portal.rehearsing.report import problems
from portal.rehearsing.space import Space, left_over, space_of
from portal.rehearsing.tasks import LOST_AFTER
from portal.seasons.folder import read_folder
from portal.seasons.store import store_plan
from tests import factories
from tests.browser.stack import broker_url, database_url, environment, process
from tests.entering import signed_in
from tests.portal.test_load_season import EXAMPLE
from tests.waiting import until

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]
PLACES = ("portal/rehearsing/", "rehearsal/", "portal/seasons/", "portal/supervisor.py", "portal/embedded.py")
AT = f"/official/season/{factories.DISTRICT}/{factories.YEAR}/"
FAMILIES = 40
# what a space must never be told, set for the real site as a production one would have it
SECRETS = {
    "TWILIO_AUTH_TOKEN": "real-carrier-token",
    "TWILIO_ACCOUNT_SID": "real-carrier-account",
    "AGENCY_SECRETS": "police=real-agency-secret",
    "OIDC_PROVIDERS_FILE": "/etc/portal/real-providers.yaml",
    "FACE_SERVICE_FILE": "/etc/portal/real-face.yaml",
    "CASE_BATCH_KEY": "REAL-CASE-KEY",
}
OURS = {
    "audit_anchor",
    "audit_entry",
    "audit_seal",
    "django_session",
    "portal_rehearsal",
}  # who pressed, and what this is about


@dataclass
class Site:
    """A season that stands, its official at the desk, and a worker."""

    official: Account
    desk: Client
    worker: int
    folder: Path

    def begin(self) -> Rehearsal:
        answer = self.desk.post(f"{AT}rehearsal/", {"families": str(FAMILIES)})
        assert answer.status_code == 302, answer.content.decode()
        return Rehearsal.objects.get(state__in=("queued", "running"))

    def space(self, made: Rehearsal) -> Space:
        found = space_of(made.pk)
        return Space(found.number, found.database, self.folder / "rehearsals" / found.database)


@pytest.fixture
def site(tmp_path: Path, settings: Settings) -> Iterator[Site]:
    settings.VAR_DIR = tmp_path
    plan = read_folder(EXAMPLE)
    store_plan(plan)
    official = factories.staff("official")
    own = {"DATABASE_URL": database_url(), "REDIS_URL": broker_url(), "VAR_DIR": str(tmp_path)}
    env = environment(**own, **SECRETS, WORKER_SLOTS="sweeps:1,beat:1")
    with process(["portal.workers"], env) as worker:
        yield Site(official, signed_in(official), worker.pid, tmp_path)
    assert processes_of(tmp_path / "rehearsals") == []


def counts() -> dict[str, int]:
    """Rows of every real table but those that a rehearsal is meant to write."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table not in OURS:
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                found[table] = int(cursor.fetchone()[0])
    return found


def databases(space: Space) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname = %s", [space.database])
        return [str(name) for (name,) in cursor.fetchall()]


def processes_of(folder: Path) -> list[int]:
    """The processes that live in a folder of rehearsals, by their environment."""
    return [pid for pid, env in _environments() if any(one.startswith(f"VAR_DIR={folder}/") for one in env)]


def _environments() -> Iterator[tuple[int, list[str]]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield int(entry.name), (entry / "environ").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue


def keeper_of(made: Rehearsal) -> int:
    """The process that keeps a rehearsal, by its command."""
    words = f"keep_rehearsal {made.pk} "
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if words in command:
                return int(entry.name)
    raise AssertionError("nobody keeps it")


def state_of(made: Rehearsal) -> str:
    made.refresh_from_db()
    return made.state


def gone(site: Site, made: Rehearsal) -> bool:
    """Whether nothing of the space is left: database, folder, processes."""
    space = site.space(made)
    return not databases(space) and not space.folder.exists() and not processes_of(space.folder.parent)


def under_way(site: Site, made: Rehearsal) -> None:
    """Until families file in the space."""
    until(
        lambda: any(one["name"] == "filing" for one in _phases(made)) or made.state in {"failed", "done"},
        "families who file",
        seconds=120,
        progress=lambda: (state_of(made), len(_phases(made)), len(databases(site.space(made)))),
    )
    assert made.state == "running", made.trouble


def _phases(made: Rehearsal) -> list[dict[str, object]]:
    made.refresh_from_db()
    return list(made.progress.get("phases", []))


@pytest.mark.soak(*PLACES)
def test_a_season_is_rehearsed_from_the_page_and_nothing_real_is_touched(site: Site) -> None:
    before = counts()
    made = site.begin()
    again = site.desk.post(f"{AT}rehearsal/", {"families": "500"})
    other = signed_in(factories.staff("official")).post(f"{AT}rehearsal/", {"families": "500"})
    assert (again.status_code, other.status_code) == (302, 302)
    assert list(Rehearsal.objects.values_list("pk", "families")) == [(made.pk, FAMILIES)]
    before["accounts_account"] += 1  # the second official of this test
    before["accounts_role"] += 1
    before["accounts_tokendevice"] += 1
    under_way(site, made)
    inside = [env for pid, env in _environments() if pid in processes_of(site.folder / "rehearsals")]
    assert len(inside) > 5
    assert [value for env in inside for value in env if any(secret in value for secret in SECRETS.values())] == []
    assert {name.partition("=")[0] for env in inside for name in env} & {*SECRETS} == set()
    part = site.desk.get(f"{AT}rehearsal/progress/").content.decode()
    assert "模拟演练（合成数据）" in part
    assert 'data-state="running"' in part
    until(
        lambda: state_of(made) not in {"queued", "running"},
        "the end of the rehearsal",
        seconds=180,
        progress=lambda: str(_phases(made)),
    )
    assert (made.state, made.trouble) == ("done", "")
    until(lambda: gone(site, made), "an empty place", seconds=60)
    assert left_over() == set()
    report = made.report
    assert report["children"] == sum(report["states"].values()) + sum(report["refused_at_filing"].values())
    assert made.problems == sum(one.count for one in problems(report))
    assert sum(report["judging"]["wrong_approvals"].values()) == 0
    assert all(run["certificate"]["valid"] for run in report["admission"])
    assert sum(row["children"] for row in report["rules"]) == sum(report["states"].values())
    assert sum(row["placed"] for row in report["places"]) > FAMILIES / 2
    page = site.desk.get(f"{AT}rehearsal/no/{made.pk}/").content.decode()
    assert page.count("模拟演练（合成数据）") == 1
    assert "第一类" in page
    assert re.search(r'data-qa="verdict"', page)
    assert counts() == before
    assert not Message.objects.exists()
    assert Season.objects.count() == 1
    assert list(Entry.objects.filter(object_type="rehearsal").values_list("action", flat=True)) == ["rehearsal.start"]


@pytest.mark.soak(*PLACES)
def test_whoever_is_killed_or_asked_to_stop_nothing_is_left(site: Site) -> None:
    made = site.begin()
    under_way(site, made)
    assert site.desk.post(f"{AT}rehearsal/no/{made.pk}/stop/").status_code == 302
    until(lambda: state_of(made) == "stopped", "the stop", seconds=60)
    until(lambda: gone(site, made), "nothing left of what was stopped", seconds=60)
    assert made.report == {}

    made = site.begin()
    under_way(site, made)
    os.kill(keeper_of(made), signal.SIGKILL)
    Rehearsal.objects.filter(pk=made.pk).update(beat_at=made.asked_at - 2 * LOST_AFTER)  # as a minute and a half later
    until(lambda: state_of(made) == "interrupted", "the worker to notice", seconds=60)
    until(lambda: gone(site, made), "nothing left of what was killed", seconds=60)

    made = site.begin()
    under_way(site, made)
    os.kill(site.worker, signal.SIGKILL)
    until(lambda: state_of(made) == "interrupted", "the end with its worker", seconds=60)
    until(lambda: gone(site, made), "nothing left of what lost its worker", seconds=60)
