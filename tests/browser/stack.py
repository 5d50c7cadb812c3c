"""The site as a family meets it: web server, worker and mock agencies as processes, on the test database."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from portal.supervisor import WEB_WORKER
from tests.agencies import TABLES, City, free_port
from tests.waiting import end, wait_for_answer

FIRST_SCRATCH_DATABASE = 8  # of the broker's sixteen: tasks of other tests are not for this worker
# without beat: what a test wants done is rung for, and nothing else is to happen meanwhile
SLOTS = "codes:1,families:1,messages:1,runs:1"
Command = Sequence[str]


@dataclass(frozen=True, slots=True)
class Site:
    url: str
    city: City
    identity_url: str = ""
    env: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Its workers, for as long as the block runs: they share the database with the other tests of this process,
        and one that still looks at a ring of the last test would take what belongs to the next.
        """
        with process(["portal.workers"], self.env | {"WORKER_SLOTS": SLOTS}):
            yield


def database_url() -> str:
    """The test database, for another process."""
    here = connection.settings_dict
    password = f":{quote(here['PASSWORD'], safe='')}" if here["PASSWORD"] else ""
    port = f":{here['PORT']}" if here["PORT"] else ""
    return f"postgres://{here['USER']}{password}@{quote(here['HOST'], safe='')}{port}/{here['NAME']}"


def broker_url() -> str:
    """The same broker, another of its databases: one for each process of pytest."""
    number = FIRST_SCRATCH_DATABASE + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    base, socket, _database = settings.REDIS_URL.partition("?virtual_host=")
    return f"{base}{socket}{number}" if socket else f"{base.rpartition('/')[0]}/{number}"


def environment(**own: str) -> dict[str, str]:
    names = ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "AGENCY_SECRET")
    secrets = {name: str(getattr(settings, name)) for name in names}
    return {**os.environ, **secrets, "LOG_LEVEL": "ERROR", **own}


@contextmanager
def process(command: Command, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with (Path(env["VAR_DIR"]) / f"{command[0]}.log").open("ab") as log:
        arguments = [sys.executable, "-m", *command]
        running = subprocess.Popen(arguments, env=env, cwd=settings.BASE_DIR, stdout=log, stderr=log)
    try:
        yield running
    finally:
        end(running)


def gunicorn(target: str, port: int) -> list[str]:
    return ["gunicorn", target, "--bind", f"127.0.0.1:{port}", "--threads", "4", "--log-level", "error"]


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """All processes but the workers (``Site.at_work``), ready to be used; ended with the block."""
    city = folder / "city.sqlite"
    with closing(sqlite3.connect(city)) as made, made:
        for table in TABLES:
            made.execute(f"CREATE TABLE {table} (key TEXT, body TEXT)")
        made.execute("CREATE TABLE family (id TEXT, body TEXT)")
    web, agencies, identity = free_port(), free_port(), free_port()
    addresses = {"SITE_URL": f"http://127.0.0.1:{web}", "AGENCY_BASE_URL": f"http://127.0.0.1:{agencies}"}
    addresses |= {"IDENTITY_BASE_URL": f"http://127.0.0.1:{identity}", "IDENTITY_SECRET": "synthetic identity"}
    env = environment(
        **addresses, DATABASE_URL=database_url(), REDIS_URL=broker_url(), CITY_FILE=str(city), VAR_DIR=str(folder)
    )
    with ExitStack() as running:
        agency = running.enter_context(
            process(gunicorn("verification.mock_agencies.service:application", agencies), env)
        )
        provider = running.enter_context(
            process(gunicorn("verification.mock_identity.service:application", identity), env)
        )
        command = [*gunicorn("portal.wsgi", web), "--worker-class", WEB_WORKER]
        server = running.enter_context(process(command, env))
        wait_for_answer(f"{addresses['AGENCY_BASE_URL']}/health", agency)
        wait_for_answer(f"{addresses['IDENTITY_BASE_URL']}/health", provider)
        wait_for_answer(f"{addresses['SITE_URL']}/health/", server)
        yield Site(addresses["SITE_URL"], City(city, addresses["AGENCY_BASE_URL"]), addresses["IDENTITY_BASE_URL"], env)
