"""gunicorn's threaded worker with a front of its own: connections wait in its loop, only whole requests take a thread.

In gunicorn's own worker a thread reads the request and writes the answer. Whoever sends half a head or a body byte by
byte, or does not read the answer, holds that thread for as long as he likes: as many such connections as there are
threads stop the site, and they cost nothing. Here the loop reads every request (`framing`) and writes what a slow
reader has not taken (`sending`); each has a deadline that moves only while bytes do. No proxy is needed for that, so it
holds for `make demo`, `make run` and for servers alike. The measurements are in docs/load.md.
"""

import errno
import resource
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from enum import IntEnum
from functools import partial
from typing import Any, Final

from gunicorn.http import get_parser
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from portal.front.framing import Incoming, TooMuch
from portal.front.sending import Outgoing

FIRST_SECONDS: Final = 30.0  # a connection on which nothing was ever asked
HEAD_SECONDS: Final = 15.0  # from the first byte of a request to the end of its head
STEADY_SECONDS: Final = 30.0  # head start of a body and of an answer ...
STEADY_RATE: Final = 1024  # ... and the bytes a second they must then keep to, taken over their whole length
LINGER_SECONDS: Final = 2.0  # for the last bytes of an answer after which the connection ends
LOOK_SECONDS: Final = 0.5  # between two looks at the deadlines
MOST_KEPT: Final = 256 * 1024**2  # bytes of bodies under way and of unread answers in one process; /tmp may be memory
SPARE_FILES: Final = 512  # of the process's open files: databases, logs, static files
SPARE_PLACES: Final = 16  # connections below the most at which the longest waiting one makes room
READ: Final = 64 * 1024
WORDS: Final = {
    408: (
        "Request Timeout",
        "请求没有发完。请检查网络后再试。 The request did not arrive. Please check the network and try again.",
    ),
    413: ("Content Too Large", "文件太大：一次最多 64 MB。 Too large: 64 MB at a time are the most."),
    431: ("Request Header Fields Too Large", "请求头过长。 The head of the request is too long."),
}


def refusal(status: int) -> bytes:
    """A whole answer in two languages that ends the connection."""
    reason, words = WORDS[status]
    body = f"<!doctype html><meta charset=utf-8><title>{status}</title><p>{words}</p>".encode()
    head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


class Stage(IntEnum):
    """What a connection in the loop is at; who is at less makes room first."""

    ENDING = 0  # the last bytes are on their way
    IDLE = 1  # nothing was asked yet, or nothing more
    HEAD = 2
    BODY = 3
    ANSWER = 4


class Connection(TConn):  # type: ignore[misc]
    """One connection: in the loop at some stage, or with a thread that works on its whole request."""

    def __init__(self, cfg: Any, raw: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, raw, client, server)
        self.raw = raw
        self.sock = Outgoing(raw)
        self.data_ready = True  # a thread gets whole requests only
        self.incoming = Incoming()
        self.rest = b""  # of the next request, which came before the answer was taken
        self.stage = Stage.IDLE
        self.since = time.monotonic()
        self.deadline = self.since + FIRST_SECONDS
        self.watched = 0
        self.keep = False
        self.gone = False

    def init(self) -> None:
        """Called in the thread: the server's parser reads the request that is here."""
        self.incoming.replay()
        self.parser = get_parser(self.cfg, self.incoming, self.client)

    def enter(self, stage: Stage, seconds: float) -> None:
        self.stage, self.since = stage, time.monotonic()
        self.deadline = self.since + seconds

    def answered(self, *, keep: bool) -> None:
        """The thread is done: its request is forgotten, what came behind it kept if the connection goes on."""
        exact = not self.parser.unreader.buf.getvalue() and self.incoming.used_up() if keep else False
        self.keep = keep and exact
        self.rest = self.incoming.rest if self.keep else b""
        self.incoming.close()
        self.incoming = Incoming()
        self.enter(Stage.ANSWER, STEADY_SECONDS)

    @property
    def kept(self) -> int:
        """Bytes that are held for it, in memory or on the disk."""
        return int(self.incoming.received + self.sock.waiting)


class FrontWorker(ThreadWorker):  # type: ignore[misc]
    """See the module. Everything below runs in the loop, but for `handle`, which is gunicorn's own."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.held: set[Connection] = set()  # all that no thread works on
        self.looked = 0.0

    def init_process(self) -> None:
        """As many connections as files can be opened; the soft limit is often 1024."""
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if files != resource.RLIM_INFINITY:
            most = min(int(self.cfg.worker_connections), files - SPARE_FILES)
            self.worker_connections = max(SPARE_PLACES * 2, most)
        super().init_process()

    # -- coming in --------------------------------------------------------------------------------------------------

    def accept(self, listener: socket.socket) -> None:
        try:
            raw, client = listener.accept()
        except OSError as problem:
            if problem.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room(1)
            return  # or it is gone again
        if self.nr_conns >= self.worker_connections - SPARE_PLACES:
            self._make_room(1)
        self.nr_conns += 1
        connection = Connection(self.cfg, raw, client, listener.getsockname())
        self.held.add(connection)
        self._watch(connection, selectors.EVENT_READ, self._readable)

    def _make_room(self, places: int) -> None:
        for connection in sorted(self.held, key=lambda one: (one.stage, one.since))[:places]:
            self._drop(connection)

    def _readable(self, connection: Connection) -> None:
        data = connection.raw.recv(READ)
        if data:
            self._take(connection, data)
        else:
            self._drop(connection)

    def _take(self, connection: Connection, data: bytes) -> None:
        incoming = connection.incoming
        if connection.stage not in (Stage.HEAD, Stage.BODY):
            connection.enter(Stage.HEAD, HEAD_SECONDS)
        try:
            whole = incoming.feed(data)
        except TooMuch as much:
            self._refuse(connection, much.status)
            return
        if whole:
            self._unwatch(connection)
            self.held.discard(connection)
            self.enqueue_req(connection)
            return
        if incoming.has_head:
            if connection.stage != Stage.BODY:
                connection.enter(Stage.BODY, STEADY_SECONDS)
                if incoming.expects:
                    connection.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            connection.deadline = connection.since + STEADY_SECONDS + incoming.received / STEADY_RATE
        self._watch(connection, selectors.EVENT_READ, self._readable)

    def _refuse(self, connection: Connection, status: int) -> None:
        connection.keep = False
        connection.sock.sendall(refusal(status))
        self._linger(connection)

    # -- going out --------------------------------------------------------------------------------------------------

    def finish_request(self, conn: Connection, fs: "Future[Any]") -> None:
        """The thread is done; what the reader has not taken is sent from here."""
        self.held.add(conn)
        conn.answered(keep=not fs.cancelled() and fs.exception() is None and bool(fs.result()))
        self._guarded(conn, self._write)

    def _write(self, connection: Connection) -> None:
        if not connection.sock.flush():
            connection.deadline = connection.since + STEADY_SECONDS + connection.sock.sent / STEADY_RATE
            self._watch(connection, selectors.EVENT_WRITE, self._write)
        elif connection.keep:
            rest, connection.rest, connection.sock.sent = connection.rest, b"", 0
            # a stopping worker keeps it a moment: the client may be sending already, and is told to close then
            connection.enter(Stage.IDLE, self.cfg.keepalive if self.alive else STOP_KEEPALIVE_LINGER)
            if rest:
                self._take(connection, rest)
            else:
                self._watch(connection, selectors.EVENT_READ, self._readable)
        else:
            self._linger(connection)

    def _linger(self, connection: Connection) -> None:
        """End after the reader has had the last bytes: closing over unread ones would take the answer away."""
        connection.enter(Stage.ENDING, LINGER_SECONDS)
        connection.raw.shutdown(socket.SHUT_WR)
        self._watch(connection, selectors.EVENT_READ, self._last)

    def _last(self, connection: Connection) -> None:
        if not connection.raw.recv(READ):
            self._drop(connection)

    # -- keeping watch ----------------------------------------------------------------------------------------------

    def _watch(self, connection: Connection, events: int, act: Callable[[Connection], None]) -> None:
        told = partial(self._told, connection, act)
        if connection.watched:
            self.poller.modify(connection.raw, events, told)
        else:
            self.poller.register(connection.raw, events, told)
        connection.watched = events

    def _unwatch(self, connection: Connection) -> None:
        if connection.watched:
            self.poller.unregister(connection.raw)
            connection.watched = 0

    def _told(self, connection: Connection, act: Callable[[Connection], None], _file: object) -> None:
        if connection.watched:  # another event of the same round may have ended it
            self._guarded(connection, act)

    def _guarded(self, connection: Connection, act: Callable[[Connection], None]) -> None:
        """One connection's end is its own: the loop goes on."""
        try:
            act(connection)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        if connection.gone:
            return
        connection.gone = True
        self._unwatch(connection)
        self.held.discard(connection)
        self.nr_conns -= 1
        connection.incoming.close()
        connection.sock.forget()
        connection.raw.close()

    def murder_pending(self) -> None:
        """Part of gunicorn's loop: look at the deadlines now and then."""
        now = time.monotonic()
        if now - self.looked < LOOK_SECONDS:
            return
        self.looked = now
        for connection in [one for one in self.held if one.deadline < now]:
            if connection.stage in (Stage.HEAD, Stage.BODY):
                self._guarded(connection, partial(self._refuse, status=408))
            else:
                self._drop(connection)
        self._bound_kept()

    def _bound_kept(self) -> None:
        """What is kept for half requests and slow readers has a bound: the oldest make room."""
        keeping = sorted((one for one in self.held if one.kept), key=lambda one: one.since)
        total = sum(one.kept for one in keeping)
        for connection in keeping:
            if total <= MOST_KEPT:
                return
            total -= connection.kept
            self._drop(connection)

    def murder_keepalived(self, force: bool = False) -> None:
        """Part of gunicorn's loop; at its end all that is left is closed."""
        for connection in list(self.held) if force else ():
            self._drop(connection)

    def _cap_keepalive(self, deadline: float) -> None:
        """The worker is ending: who is asking nothing has until then."""
        for connection in self.held:
            if connection.stage == Stage.IDLE:
                connection.deadline = min(connection.deadline, deadline)
