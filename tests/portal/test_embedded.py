"""The built-in servers: two checkouts at once, kill -9 without loss, left-overs, refusals in words."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest
import redis

from portal import embedded
from tests.waiting import patience, until

pytestmark = pytest.mark.servers


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers under test must not be mistaken for those of the test run."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


def query(places: embedded.Places, sql: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(host=str(places.sockets), user="portal", dbname="portal")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


@pytest.mark.usefixtures("own_environment")
def test_two_checkouts_run_side_by_side_and_keep_their_data(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    first.mkdir()
    second.mkdir()
    with embedded.servers(first) as (postgres, valkey), embedded.servers(second) as (other, _other_valkey):
        assert postgres.places.sockets != other.places.sockets
        query(postgres.places, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
        client = redis.Redis(unix_socket_path=str(valkey.places.valkey_socket))
        client.set("kept", "seven")
        client.close()
        assert query(other.places, "SELECT to_regclass('kept')") == [(None,)]
    with embedded.servers(first) as (postgres, valkey):
        assert query(postgres.places, "SELECT n FROM kept") == [(7,)]
        client = redis.Redis(unix_socket_path=str(valkey.places.valkey_socket))
        assert client.get("kept") == b"seven"
        client.close()


@pytest.mark.usefixtures("own_environment")
def test_nothing_committed_is_lost_by_kill_9(tmp_path: Path) -> None:
    with embedded.servers(tmp_path) as (postgres, _valkey):
        query(postgres.places, "CREATE TABLE kept (n int); INSERT INTO kept SELECT generate_series(1, 500)")
        assert postgres.process is not None
        postgres.process.send_signal(signal.SIGKILL)
        postgres.process.wait()
        with embedded.open_log(tmp_path, "postgres") as log:
            start_again(postgres, log)
        assert query(postgres.places, "SELECT count(*) FROM kept") == [(500,)]


def start_again(postgres: embedded.Postgres, log: object) -> None:
    """The orphans of a killed postmaster hold its memory for a moment: the supervisor tries again, so does the test."""
    deadline = time.monotonic() + patience(30)
    while True:
        try:
            postgres.start(log)  # type: ignore[arg-type]
        except embedded.EmbeddedError:
            if time.monotonic() > deadline:
                raise
        else:
            return


@pytest.mark.usefixtures("own_environment")
def test_chinese_trigrams_are_found(tmp_path: Path) -> None:
    with embedded.servers(tmp_path) as (postgres, _valkey):
        query(postgres.places, "CREATE EXTENSION pg_trgm")
        found = query(postgres.places, "SELECT similarity('武陵区示例小学', '武陵区示例中学')")
        assert float(str(found[0][0])) > 0.3


@pytest.mark.usefixtures("own_environment")
def test_a_second_start_in_one_checkout_is_refused_in_words(tmp_path: Path) -> None:
    with (
        embedded.locked(tmp_path),
        pytest.raises(embedded.EmbeddedError, match="already running"),
        embedded.servers(tmp_path),
    ):
        pass


@pytest.mark.usefixtures("own_environment")
def test_a_server_that_outlived_its_supervisor_is_replaced(tmp_path: Path) -> None:
    """kill -9 of the supervisor: the kernel stops the servers, and the next start works and has everything."""
    environment = {**os.environ, "VAR_DIR": str(tmp_path)}
    ready = tmp_path / "ready"
    command = [sys.executable, "-m", "portal.embedded", "run", "--", "sh", "-c", f"touch {ready}; sleep 60"]
    supervisor = subprocess.Popen(command, cwd=embedded.ROOT, env=environment)
    until(ready.exists, "the servers to be ready")
    supervisor.kill()
    supervisor.wait()
    with embedded.servers(tmp_path) as (postgres, _valkey):
        assert query(postgres.places, "SELECT 1") == [(1,)]


def test_wrong_words_are_answered_with_usage() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "portal.embedded", "start"],
        cwd=embedded.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("usage:")


def test_socket_paths_stay_short_in_deep_folders(tmp_path: Path) -> None:
    deep = tmp_path / ("深" * 60) / ("x" * 60)
    places = embedded.Places.of(deep)
    assert len(os.fsencode(places.valkey_socket)) < 107


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to leave root")
@pytest.mark.usefixtures("own_environment")
@pytest.mark.parametrize("unshare", [True, False])
def test_as_root_the_database_runs_as_somebody_else(
    unshare: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder closed to others, by a user namespace where there is one, else as nobody from a copy."""
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    if not unshare:
        monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    places = embedded.Places.of(closed / "var")
    (closed / "var").mkdir()
    try:
        with embedded.servers(closed / "var") as (postgres, _valkey):
            assert postgres.places == places
            query(places, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
        with embedded.servers(closed / "var"):
            assert query(places, "SELECT n FROM kept") == [(1,)]
    finally:
        shutil.rmtree(Path("/var/tmp") / places.sockets.name, ignore_errors=True)
