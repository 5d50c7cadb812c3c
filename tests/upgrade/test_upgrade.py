"""A season that an earlier release played, taken over by this version: nothing is lost, everything still recomputes.

For each release there are `<version>.sql.gz` (its whole database, made by make.sh) and `<version>.json` (what its
report said). The people in it are synthetic; the keys stand in make.sh and encrypted nothing else.
"""

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from portal.embedded import postgres_bin

HERE = Path(__file__).parent
RELEASES = sorted(path.name.removesuffix(".sql.gz") for path in HERE.glob("*.sql.gz"))
KEYS = dict(re.findall(r"^(SECRET_KEY|FIELD_KEYS|INDEX_KEY)=(\S+)$", (HERE / "make.sh").read_text(), re.MULTILINE))


def psql(database: str, sql: bytes) -> None:
    here = connection.settings_dict
    command = [str(postgres_bin() / "psql"), "-h", str(here["HOST"]), "-p", str(here["PORT"] or 5432)]
    command += ["-U", str(here["USER"]), "-d", database, "-q", "-v", "ON_ERROR_STOP=1"]
    done = subprocess.run(command, input=sql, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The name of an empty database, and the environment of a process over it."""
    name = f"upgrade_{os.getpid()}"
    psql("postgres", f"CREATE DATABASE {name}".encode())
    try:
        here = connection.settings_dict
        host = str(here["HOST"]).replace("/", "%2F")
        url = f"postgres://{here['USER']}@{host}:{here['PORT'] or 5432}/{name}"
        environment = {**os.environ, **KEYS, "DATABASE_URL": url, "VAR_DIR": str(tmp_path)}
        environment["REDIS_URL"] = settings.REDIS_URL
        yield name, environment
    finally:
        psql("postgres", f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=RELEASES)
def taken_over(request: pytest.FixtureRequest, empty: tuple[str, dict[str, str]]) -> tuple[str, dict[str, str]]:
    """The release, and the environment of a process over its migrated database."""
    name, environment = empty
    psql(name, gzip.decompress((HERE / f"{request.param}.sql.gz").read_bytes()))
    manage(environment, "migrate", "--no-input")
    return request.param, environment


def manage(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=settings.BASE_DIR, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return done.stdout.decode()


def test_there_is_a_release_to_upgrade_from() -> None:
    assert "v0.1.0" in RELEASES


def test_a_season_of_an_earlier_release_is_whole(taken_over: tuple[str, dict[str, str]]) -> None:
    release, environment = taken_over
    told = json.loads((HERE / f"{release}.json").read_text())
    found = json.loads(manage(environment, "shell", "-v0", "-c", (HERE / "look.py").read_text()).splitlines()[-1])
    assert found["states"] == told["states"]
    assert found["groups"] == told["groups"]
    assert found["roots"] == sorted(draw["root"] for draw in told["draws"])
    assert found["readable"] == told["children"]  # what is encrypted can be read: names, numbers, claims
    assert found["log_is_whole"] is True
    assert found["judged_again"] == {"same": told["children"]}
    assert all(found["pages"].values()), found["pages"]


def test_every_migration_goes_back_and_forth(empty: tuple[str, dict[str, str]]) -> None:
    _name, environment = empty
    manage(environment, "migrate", "--no-input")
    # from above: what a room's tables point at goes last
    for room in (
        "helpdesk",
        "lottery",
        "enrollment",
        "verification",
        "notifications",
        "schools",
        "imports",
        "audit",
        "accounts",
    ):
        manage(environment, "migrate", room, "zero", "--no-input")
    manage(environment, "migrate", "--no-input")
    assert "[ ]" not in manage(environment, "showmigrations")
