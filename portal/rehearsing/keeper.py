"""The process that plays one rehearsal (``manage.py keep_rehearsal``).

It is started by a worker, which goes on with its lane at once: a rehearsal takes minutes, and holds no lane.
It makes the space, starts the play in it as a process that is told nothing but what ``space.environment`` lists, and
notes every second in the row that it is alive and how far the play is. However it ends, the space is wiped; what a
``kill -9`` leaves is wiped by the sweep (``tasks``), which finds it by the row's missing sign of life.
"""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connection
from django.db.models import QuerySet

from enrollment.setup.selectors import season_of
from foundation import clock
from foundation.errors import Refused
from portal.embedded import ROOT, EmbeddedError, die_with_parent, open_log
from portal.rehearsing import space
from portal.rehearsing.ground import lot_of
from portal.rehearsing.models import Rehearsal
from portal.rehearsing.report import problems
from portal.rehearsing.services import step
from portal.rehearsing.states import RehearsalEvent

NICE: Final = 10  # families come before synthetic ones
BEAT_SECONDS: Final = 1.0
DATABASE_PATIENCE: Final = 60.0  # for a real database that restarts
LONGEST_SECONDS: Final = 6 * 3600.0
STOP_SECONDS: Final = 40.0  # a supervisor gives its processes 15
MOST_TROUBLE: Final = 2_000  # characters of what the play said last


class Over(Exception):
    """The rehearsal ends before its play does; ``event`` is the row's step, None where somebody else made it."""

    def __init__(self, event: RehearsalEvent | None, trouble: str = "") -> None:
        super().__init__(event or "")
        self.event, self.trouble = event, trouble


def start(number: int, holder: str) -> "subprocess.Popen[bytes]":
    """Start the process for a row that has just begun. Raises OSError."""
    with open_log(Path(settings.VAR_DIR), "rehearsals") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", "keep_rehearsal", str(number), holder, str(os.getpid())],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def new_holder() -> str:
    return secrets.token_hex(16)


class Keeper:
    """One rehearsal in this process's hands."""

    def __init__(self, number: int, holder: str) -> None:
        self.row = Rehearsal.objects.select_related("district").get(pk=number)
        self.holder, self.space = holder, space.space_of(number)
        self.answered = time.monotonic()  # when the real database last did

    def run(self) -> None:
        """Play to whatever end, write it down, wipe the space."""
        event: RehearsalEvent | None = RehearsalEvent.FAIL
        values: dict[str, Any] = {}
        try:
            try:
                event, values = RehearsalEvent.FINISH, self._played()
            except Over as over:
                event, values = over.event, {"trouble": over.trouble}
            except (EmbeddedError, OSError, ValueError, Error) as wrong:
                event, values = RehearsalEvent.FAIL, {"trouble": f"{type(wrong).__name__}: {wrong}"[:MOST_TROUBLE]}
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is left takes a moment, and the sweep knows the rest
            self._end(event, values)
        finally:
            space.wipe(self.space)

    def _played(self) -> dict[str, Any]:
        """The values of a row whose play came to its end. Raises Over and what the making of a space raises."""
        space.wipe(self.space)
        self.space.season.mkdir(mode=0o700, parents=True)
        names = self._write_season()
        space.create(self.space)
        self._beat()
        with space.broker(self.space) as broker, self._child(broker) as child:
            while child.poll() is None:
                self._beat()
                time.sleep(BEAT_SECONDS)
        self._beat()
        if not self.space.report.exists():
            raise Over(RehearsalEvent.FAIL, self._last_words(child.returncode))
        report = {**json.loads(self.space.report.read_text(encoding="utf-8")), "names": names}
        return {"report": report, "problems": sum(one.count for one in problems(report)), "progress": self._progress()}

    def _write_season(self) -> Any:
        """The folder that is played; the names its report needs. Raises Over where nobody could live anywhere."""
        season = season_of(self.row.district_id, self.row.year)
        if season is None:
            raise Over(RehearsalEvent.FAIL, "the season is gone")
        lot = lot_of(season, self.row.families)
        if "estates.csv" not in lot.files:
            raise Over(RehearsalEvent.FAIL, "no address lies in exactly one zone of each stage")
        for name, content in lot.files.items():
            path = self.space.season / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        if not self._mine().update(digest=lot.digest, beat_at=clock.now()):
            raise Over(None)
        return lot.names

    @contextlib.contextmanager
    def _child(self, broker: str) -> "Iterator[subprocess.Popen[bytes]]":
        """The play with its servers, beside nothing of ours; ended with the block."""
        play = [sys.executable, "manage.py", "rehearse", "--pupils", str(self.row.families)]
        play += ["--seed", str(self.row.seed), "--folder", str(self.space.season)]
        play += ["--report", str(self.space.report), "--progress", str(self.space.progress)]
        told = space.environment(
            self.space, os.environ, server=connection.settings_dict, broker=broker, static=space.built_static()
        )
        with open_log(self.space.folder, "rehearsal") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "portal.supervisor", "exec", "--", *play],
                cwd=ROOT,
                env=told,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
                start_new_session=True,
            )
        try:
            yield child
        finally:
            _stop(child)

    def _beat(self) -> None:
        """Note that it lives, and how far the play is. Raises Over: asked to stop, no longer ours, far too long."""
        try:
            mine = self._mine().update(beat_at=clock.now(), progress=self._progress())
            asked = self._mine().filter(stop_asked_by__isnull=False).exists()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() - self.answered > DATABASE_PATIENCE:
                raise
            return
        self.answered = time.monotonic()
        if not mine:
            raise Over(None)
        if asked:
            raise Over(RehearsalEvent.STOP)
        if self.row.began_at and (clock.now() - self.row.began_at).total_seconds() > LONGEST_SECONDS:
            raise Over(RehearsalEvent.FAIL, "it took more than six hours")

    def _mine(self) -> QuerySet[Rehearsal]:
        return Rehearsal.objects.filter(pk=self.row.pk, state=Rehearsal.State.RUNNING, holder=self.holder)

    def _progress(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self.space.progress.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found

    def _end(self, event: RehearsalEvent | None, values: dict[str, Any]) -> None:
        """The row's last step, unless somebody took it away."""
        connection.close_if_unusable_or_obsolete()
        if event and self._mine().exists():
            self.row.refresh_from_db()
            with contextlib.suppress(Refused):  # the sweep was faster
                step(self.row, event, ended_at=clock.now(), **values)

    def _last_words(self, code: int | None) -> str:
        """What the play said last, for whoever keeps the server."""
        with contextlib.suppress(OSError):
            said = self.space.log.read_text(encoding="utf-8", errors="replace").strip()
            return f"({code}) {said[-MOST_TROUBLE:]}"
        return f"({code})"


def _stop(child: "subprocess.Popen[bytes]") -> None:
    """End the supervisor of the space, and with it all its processes; the kernel ends them where it cannot."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _terminated(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise Over(RehearsalEvent.LOSE)


def keep(number: int, holder: str, parent: int) -> None:
    """One rehearsal, in this process's own life. Nothing happens where the worker has ended meanwhile."""
    signal.signal(signal.SIGTERM, _terminated)
    die_with_parent()
    if os.getppid() == parent:  # else the kernel would tell nobody any more
        os.nice(NICE)
        Keeper(number, holder).run()
