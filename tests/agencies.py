"""The mock agencies as a real HTTP service for tests: gunicorn on a free loopback port, over a tiny SQLite city."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from pytest_django import Settings

from synthetic import AGENCIES
from tests.factories import Family, keys_of, records
from tests.waiting import end, patience, slowness, wait_for_answer
from verification import client

TABLES = AGENCIES


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class City:
    """Handle of the running service: put records in, turn the knobs."""

    def __init__(self, path: Path, url: str) -> None:
        self.path, self.url = path, url

    def put(self, agency: str, *found: Mapping[str, Any]) -> None:
        with closing(sqlite3.connect(self.path)) as city, city:
            rows = [(key, json.dumps(record)) for record in found for key in keys_of(record)]
            city.executemany(f"INSERT INTO {agency} VALUES (?, ?)", rows)

    def believe(self, one: Family) -> None:
        """Hold exactly what the family declares."""
        for agency, found in records(one).items():
            self.put(agency, *found)

    def knobs(self, **wanted: Mapping[str, float]) -> None:
        path = "/knobs"
        body = json.dumps(wanted).encode()
        assert self.post(path, body).status_code == client.OK

    def speaks(self, **wanted: Mapping[str, Any]) -> None:
        """Let agencies answer in a dialect of their own."""
        assert self.post("/dialects", json.dumps(wanted).encode()).status_code == client.OK

    def post(self, path: str, body: bytes, *, age: int = 0, secret: str = "") -> httpx.Response:
        """A signed request; ``age`` seconds old, signed with ``secret`` instead of the shared one."""
        stamp = str(int(time.time()) - age)
        sign = client.signature(secret or settings.AGENCY_SECRET, path, stamp, "nonce", body)
        headers = {"X-Timestamp": stamp, "X-Nonce": "nonce", "X-Signature": sign}
        return httpx.post(self.url + path, content=body, headers=headers, timeout=patience(5))

    def reset(self) -> None:
        self.path.with_suffix(".knobs.json").unlink(missing_ok=True)
        self.path.with_suffix(".dialects.json").unlink(missing_ok=True)
        with closing(sqlite3.connect(self.path)) as city, city:
            for table in TABLES:
                city.execute(f"DELETE FROM {table}")


@pytest.fixture(scope="session")
def agency_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    path = tmp_path_factory.mktemp("city") / "city.sqlite"
    with closing(sqlite3.connect(path)) as city, city:
        for table in TABLES:
            city.execute(f"CREATE TABLE {table} (key TEXT, body TEXT)")
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "verification.mock_agencies.service:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--threads", "8", "--log-level", "error"]
    environment = {**os.environ, "CITY_FILE": str(path), "AGENCY_SECRET": settings.AGENCY_SECRET}
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)
    try:
        wait_for_answer(f"{url}/health", process)
        yield City(path, url)
    finally:
        end(process)


@pytest.fixture
def agencies(agency_service: City, settings: Settings) -> City:
    """The service, empty and healthy, with the portal's client pointed at it."""
    agency_service.reset()
    settings.AGENCY_BASE_URL = agency_service.url
    settings.AGENCY_TIMEOUT_SECONDS = 2.0 * slowness()  # who tests a slow agency sets a shorter one
    return agency_service
