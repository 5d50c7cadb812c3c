"""The site's own server as `make run` starts it, on the test database."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from portal.supervisor import web_command
from tests.agencies import free_port
from tests.browser.stack import broker_url, database_url, environment, process
from tests.waiting import patience, wait_for_answer


@dataclass(frozen=True, slots=True)
class Server:
    port: int

    def connect(self, sent: bytes = b"", *, buffer: int = 0) -> socket.socket:
        one = socket.socket()
        if buffer:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        one.settimeout(patience(10))
        one.connect(("127.0.0.1", self.port))
        one.sendall(sent)
        return one

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    port, folder = free_port(), tmp_path_factory.mktemp("slow")
    with django_db_blocker.unblock():
        env = environment(DATABASE_URL=database_url(), REDIS_URL=broker_url(), VAR_DIR=str(folder))
        module = web_command(port)[2:]  # without "python -m"
        with process(module, env) as running:
            wait_for_answer(f"http://127.0.0.1:{port}/health/", running)
            yield Server(port)
        complaints = Path(folder, f"{module[0]}.log").read_text()
        assert "Traceback" not in complaints, complaints
