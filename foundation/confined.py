"""Work on bytes that strangers sent, in a process of its own that may take only so much.

A decoder that meets a hostile file may loop, crash or fill the memory: it then takes down a small process, not the
site. The program is a file that imports nothing of the portal (``foundation/confined_child.py`` says what it must
define), run by ``python -I`` with limits of processor time and memory that hold for root as for anybody, after lower
priority, and ended by the clock besides. Only a few run at a time: the rest of the machine serves pages.

Start and imports cost 0.02 s (spreadsheets) to 0.2 s (PDF) a file, measured on two cores; a server of forks would save
that and keep decoders that have met a hostile file before in one process with the next family's.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from foundation.errors import Refused

CHILD: Final = Path(__file__).with_name("confined_child.py")
AT_ONCE: Final = 2  # of one web process
WAITING: Final = 1  # beside them: of the four requests a process works on (GATE_RUNNING) one is always a page
QUEUE_SECONDS: Final = 5.0
_rooms = threading.BoundedSemaphore(AT_ONCE + WAITING)
_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the work may take."""

    cpu_seconds: int  # of all the work; a program may allow itself less for a part of it
    memory_bytes: int  # of the address space, the libraries included
    wall_seconds: float


class Stopped(Exception):
    """The process was ended by its limits of time or memory, or crashed."""


class Busy(Refused):
    """Nothing is wrong with the file: the machine has too much to do."""

    def __init__(self) -> None:
        text = _("Very many files are being looked at just now. Please wait a minute and send this one again.")
        super().__init__(text, code="busy", field="file")


def work(program: Path, content: bytes, *arguments: str, limits: Limits) -> tuple[Mapping[str, Any], bytes]:
    """What the program answers: a head and bytes. Raises Stopped, and Busy when no place or no time was left."""
    with _held(_rooms, 0.0), _held(_places, QUEUE_SECONDS):
        return _run(program, content, arguments, limits)


@contextmanager
def _held(places: threading.BoundedSemaphore, seconds: float) -> Iterator[None]:
    if not places.acquire(timeout=seconds):
        raise Busy
    try:
        yield
    finally:
        places.release()


@contextmanager
def stream(program: Path, pieces: Iterable[bytes], *arguments: str, limits: Limits) -> Iterator[Iterator[bytes]]:
    """The lines of an answer as they come, for whoever keeps neither the bytes nor the answer whole.

    The lines raise Stopped where the process was ended or crashed, and Busy where the clock ran out. Whoever stops
    reading ends the process.
    """
    with _held(_rooms, 0.0), _held(_places, QUEUE_SECONDS), _started(program, arguments, limits) as process:
        late = threading.Event()

        def end() -> None:
            late.set()
            os.killpg(process.pid, signal.SIGKILL)

        clock = threading.Timer(limits.wall_seconds, end)
        clock.daemon = True
        clock.start()
        try:
            _feed(process, pieces)
            yield _lines(process, late)
        finally:
            clock.cancel()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _feed(process: "subprocess.Popen[bytes]", pieces: Iterable[bytes]) -> None:
    """Hand over the bytes; a process that died is found out by whoever reads its answer."""
    if process.stdin is None:
        raise RuntimeError("the process was started without a way in")
    with suppress(BrokenPipeError):
        for piece in pieces:
            process.stdin.write(piece)
    with suppress(BrokenPipeError):
        process.stdin.close()


def _lines(process: "subprocess.Popen[bytes]", late: threading.Event) -> Iterator[bytes]:
    if process.stdout is None:
        raise RuntimeError("the process was started without a way out")
    yield from process.stdout
    if process.wait() != 0:
        raise Busy if late.is_set() else Stopped(process.returncode)


def _started(program: Path, arguments: tuple[str, ...], limits: Limits) -> "subprocess.Popen[bytes]":
    given = (str(CHILD), str(program), str(limits.cpu_seconds), str(limits.memory_bytes), *arguments)
    return subprocess.Popen(
        [sys.executable, "-I", *given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath},
        start_new_session=True,
    )


def _run(program: Path, content: bytes, arguments: tuple[str, ...], limits: Limits) -> tuple[Mapping[str, Any], bytes]:
    with _started(program, arguments, limits) as process:
        try:
            answer, _errors = process.communicate(content, timeout=limits.wall_seconds)
        except subprocess.TimeoutExpired:
            raise Busy from None  # its own processor time was not used up: others had it
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    head, newline, body = answer.partition(b"\n")
    if process.returncode != 0 or not newline:
        raise Stopped(process.returncode)
    return json.loads(head), body
