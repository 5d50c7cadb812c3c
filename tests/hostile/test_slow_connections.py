"""Connections that cost nothing and would hold a thread each: the site as `make run` starts it goes on answering."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from portal.front.framing import MOST_BODY
from portal.front.worker import HEAD_SECONDS, STEADY_SECONDS
from tests.agencies import free_port
from tests.hostile.conftest import Server
from tests.waiting import end, patience, until, wait_for_answer

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]
MANY = 400  # three times the threads of both processes
ANSWER_SECONDS = 3.0  # of a quick machine: nobody waits for who is slow
HEAD = b"POST /i18n/setlang/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"


def idle(_number: int) -> bytes:
    return b""


def half_a_head(_number: int) -> bytes:
    return b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "


def half_a_body(_number: int) -> bytes:
    return HEAD + b"Content-Length: 1000\r\n\r\nphone=1"


def half_a_chunk(_number: int) -> bytes:
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\nphone=1"


def never_closed(_number: int) -> bytes:
    return b"GET /nowhere/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def never_read(_number: int) -> bytes:
    """As many whole requests as fill all buffers between with answers."""
    return b"GET /static/vendor/htmx.min.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 120


@contextmanager
def many(server: Server, sent: Callable[[int], bytes], *, count: int = MANY) -> Iterator[list[socket.socket]]:
    with ExitStack() as closing:
        yield [closing.enter_context(server.connect(sent(number), buffer=2048)) for number in range(count)]


def answered(server: Server) -> float:
    """The longest of some answers in seconds: of the side door, a page, a form."""
    longest = 0.0
    for method, path in (("GET", "/health/"), ("GET", "/"), ("POST", "/sign-in/"), ("GET", "/static/css/portal.css")):
        began = time.monotonic()
        answer = httpx.request(method, server.url(path), timeout=patience(30), trust_env=False)
        longest = max(longest, time.monotonic() - began)
        assert answer.status_code in {200, 302, 403, 503}, (path, answer.status_code)
    return longest


@pytest.mark.parametrize("sent", [idle, half_a_head, half_a_body, half_a_chunk, never_closed, never_read])
def test_many_connections_that_cost_nothing_hold_nobody_up(server: Server, sent: Callable[[int], bytes]) -> None:
    with many(server, sent):
        time.sleep(1.0)
        for _time in range(3):
            assert answered(server) < patience(ANSWER_SECONDS)


def test_a_body_byte_by_byte_holds_nobody_up_and_is_answered_when_it_is_whole(server: Server) -> None:
    body = b"phone=1"
    head = HEAD + b"Content-Length: %d\r\n\r\n" % len(body)
    with many(server, lambda _number: head, count=MANY // 2) as slow:
        for at in range(len(body)):
            for one in slow:
                one.sendall(body[at : at + 1])
            assert answered(server) < patience(ANSWER_SECONDS)
        assert {one.recv(12) for one in slow} <= {
            b"HTTP/1.1 403",
            b"HTTP/1.1 503",
        }  # no form token; the gate's line is full


def test_who_reads_slowly_gets_every_byte(server: Server) -> None:
    path = Path("static/vendor/htmx.min.js")
    one = server.connect(never_read(0), buffer=2048)
    time.sleep(2.0)
    expected, got = 120 * path.stat().st_size, 0
    with one:
        until_empty = True
        while until_empty and got < expected:
            part = one.recv(1 << 20)
            got, until_empty = got + len(part), bool(part)
    assert got > expected
    assert answered(server) < patience(ANSWER_SECONDS)


@pytest.mark.parametrize("cut", [1, 20, 63, 64, 70, 150])
def test_a_request_in_pieces_is_one_request_and_the_next_follows(server: Server, cut: int) -> None:
    whole = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nphone\r\n2\r\n=1\r\n0\r\n\r\n"
    with server.connect(whole[:cut]) as one:
        time.sleep(0.05)
        one.sendall(whole[cut:] + b"GET /nowhere/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: one.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 403")
    assert answer.count(b"\r\nServer: ") == 2
    assert b"HTTP/1.1 404" in answer


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (b"413", HEAD + b"Content-Length: 99999999999\r\n\r\n"),
        (b"431", b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 70_000),
        (b"400", HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nphone"),
        (b"400", HEAD + b"Content-Length: -1\r\n\r\n"),
        (b"400", HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        (b"400", b"no request at all\r\n\r\n"),
    ],
)
def test_what_cannot_be_a_request_is_answered_and_the_connection_ends(
    server: Server, status: bytes, sent: bytes
) -> None:
    with server.connect(sent) as one:
        answer = b"".join(iter(lambda: one.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert answer.count(b"HTTP/1.1 ") == 1


def test_who_asks_before_sending_a_body_is_told_to_go_on_once(server: Server) -> None:
    with server.connect(HEAD + b"Content-Length: 7\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n") as one:
        assert one.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        one.sendall(b"phone=1")
        answer = b"".join(iter(lambda: one.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 403")
    assert b"100 Continue" not in answer


@pytest.mark.soak("portal/front/", "portal/supervisor.py")
def test_what_does_not_come_is_not_waited_for(server: Server) -> None:
    """Half a head has seconds; a body as many as its bytes give it."""
    began = time.monotonic()
    ended: dict[str, float] = {}
    with server.connect(half_a_head(0)) as head, server.connect(HEAD + b"Content-Length: 5000\r\n\r\n") as body:
        for one in (head, body):
            one.setblocking(False)

        def look(name: str, one: socket.socket) -> None:
            try:
                said = one.recv(4096)
            except BlockingIOError:
                return
            assert said.startswith(b"HTTP/1.1 408"), said
            ended[name] = time.monotonic() - began

        def both() -> bool:
            for name, one in (("head", head), ("body", body)):
                if name not in ended:
                    look(name, one)
            if "body" not in ended:
                body.send(b"x")
            return len(ended) == 2

        until(both, "the server's end of both", seconds=STEADY_SECONDS + 30, pause=1.0)
    assert HEAD_SECONDS - 1 < ended["head"] < HEAD_SECONDS + patience(5)
    assert STEADY_SECONDS - 1 < ended["body"] < STEADY_SECONDS + patience(5)


def caddyfile(port: int, behind: int) -> str:
    """The file that ships, for a loopback address."""
    shipped = str(yaml.safe_load(Path("docker-compose.yml").read_text())["configs"]["caddyfile"]["content"])
    assert shipped.startswith("{\n")
    own = shipped.replace("{\n", "{\n  admin off\n  persist_config off\n", 1)
    return own.replace("{$$ALLOWED_HOSTS}", f"http://127.0.0.1:{port}").replace("web:8000", f"127.0.0.1:{behind}")


@pytest.mark.skipif(
    shutil.which("caddy") is None, reason="Caddy is not installed: the tests above ask the server itself"
)
@pytest.mark.parametrize("sent", [idle, half_a_head, half_a_body, half_a_chunk, never_closed, never_read])
def test_the_shipped_proxy_holds_nobody_up_either(server: Server, sent: Callable[[int], bytes], tmp_path: Path) -> None:
    front = Server(free_port())
    (tmp_path / "Caddyfile").write_text(caddyfile(front.port, server.port))
    command = ["caddy", "run", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    with (tmp_path / "caddy.log").open("wb") as log:
        caddy = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        wait_for_answer(front.url("/health/"), caddy)
        with many(front, sent):
            time.sleep(1.0)
            for _time in range(3):
                assert answered(front) < patience(ANSWER_SECONDS)
    finally:
        end(caddy)


def test_the_shipped_proxy_has_a_time_for_everything() -> None:
    settings = caddyfile(1, 2)
    for name in ("read_header", "read_body", "write", "idle", "max_header_size", "max_size"):
        assert re.search(rf"^\s+{name} \d+\w+$", settings, re.MULTILINE), name
    assert f"max_size {MOST_BODY // 1024**2}MB" in settings
