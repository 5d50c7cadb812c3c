"""A kept connection that the other side closes just when it is used again: the question is put once more."""

import json
import re
import socket
import threading
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from foundation import clock
from tests.waiting import patience
from verification.wire import Request, begin

BODY = json.dumps({"records": [], "source": "合成登记处", "at": "2026-05-04T08:00:00+08:00"}).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY


class Closing:
    """Answers the first request of each connection and closes at the second one; ``rude`` closes at the first, too."""

    def __init__(self, *, rude: bool) -> None:
        self.rude, self.connections = rude, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                if self._read(connection) and not self.rude:
                    connection.sendall(ANSWER)
                    self._read(connection)

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        received = b""
        while b"\r\n\r\n" not in received and (part := connection.recv(4096)):
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        length = int((re.search(rb"(?i)content-length: (\d+)", head) or [0, 0])[1])
        while len(body) < length and (part := connection.recv(4096)):
            body += part
        return received


@pytest.fixture(params=[False, True], ids=["closes kept ones", "closes every one"])
def server(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Closing]:
    made = Closing(rude=request.param)
    settings.AGENCY_BASE_URL, settings.AGENCY_TIMEOUT_SECONDS = made.url, patience(2)
    yield made
    made.socket.close()


def test_a_question_on_a_connection_that_was_cut_off_is_put_once_more(server: Closing) -> None:
    asked = Request("household", ("synthetic",))
    found = [begin([asked], {}).result(patience(5))[0] for _time in range(3)]
    if server.rude:
        assert [call.answer for call in found] == [None] * 3
        assert server.connections == 6  # twice each, and no more
    else:
        assert all(call.answer is not None and call.answer.at < clock.now() for call in found)
        assert server.connections == 3
