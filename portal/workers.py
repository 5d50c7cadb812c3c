"""All worker processes and beat from one start: ``python -m portal.workers``.

The code is imported once; then each slot of a lane is a fork of its own that serves one queue (Celery's solo pool), so
a long run never holds a sign-in code, and there is no idle parent for each child. A slot that dies is forked again at
once. ``WORKER_SLOTS="codes:1,families:2"`` chooses the slots; ``beat:0`` leaves beat to another machine.
``celery -A portal worker -Q families`` serves a lane as well, where each is wanted as a service of its own.
"""

import contextlib
import gc
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

import django

from foundation.draining import LANES, STEPS_BACK, slots_of

# A slot keeps a hundred requests in flight; a second one is worth its memory only where a core is left for it.
DEFAULT_SLOTS = f"codes:1,families:{max(1, (os.cpu_count() or 1) // 2)},messages:1,runs:1,sweeps:1,beat:1"
QUICK_DEATH_SECONDS = 5.0
LONGEST_PAUSE = 15.0
PATIENCE_SECONDS = 12.0  # a batch at hand is finished; the supervisor kills after 15


@dataclass(slots=True)
class Slot:
    """One worker process (or beat) and what is known of its failures."""

    lane: str
    number: int
    pid: int = 0
    started: float = 0.0
    pause: float = 0.0
    again_at: float = 0.0


@dataclass(slots=True)
class Crew:
    """The parent: forks every slot, forks again what died, stops all together."""

    slots: list[Slot]
    stopping: bool = False
    pids: dict[int, Slot] = field(default_factory=dict)

    def run(self) -> int:
        for caught in (signal.SIGTERM, signal.SIGINT):
            signal.signal(caught, self._asked)
        while not self.stopping:
            now = time.monotonic()
            for slot in self.slots:
                if not slot.pid and now >= slot.again_at:
                    self._fork(slot)
            self._reap()
            time.sleep(0.1)
        self._stop()
        return 0

    def _asked(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _fork(self, slot: Slot) -> None:
        slot.started = time.monotonic()
        pid = os.fork()
        if pid == 0:
            serve(slot)
        slot.pid = pid
        self.pids[pid] = slot

    def _reap(self) -> None:
        for pid in _ended():
            slot = self.pids.pop(pid, None)
            if slot is None:
                continue
            quick = time.monotonic() - slot.started < QUICK_DEATH_SECONDS
            slot.pause = min(max(0.5, 2 * slot.pause), LONGEST_PAUSE) if quick else 0.0
            slot.pid, slot.again_at = 0, time.monotonic() + slot.pause
            if not self.stopping:
                sys.stderr.write(f"worker {slot.lane} {slot.number} ended; forked again in {slot.pause:.0f} s\n")

    def _stop(self) -> None:
        for pid in self.pids:
            _kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.pids and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.05)
        for pid in self.pids:
            _kill(pid, signal.SIGKILL)


def _ended() -> Iterator[int]:
    """Children that have ended since the last look."""
    while True:
        try:
            pid, _status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        yield pid


def _kill(pid: int, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)


def serve(slot: Slot) -> NoReturn:
    """In the fork: serve one lane, or ring all of them, until asked to stop."""
    from portal.embedded import die_with_parent

    die_with_parent()
    for caught in (signal.SIGTERM, signal.SIGINT):
        signal.signal(caught, signal.SIG_DFL)
    code = 1
    try:
        if slot.lane == "beat":
            code = _beat()
        else:
            _work(slot)
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def _work(slot: Slot) -> NoReturn:
    from portal.celery import app

    os.nice(STEPS_BACK.get(slot.lane, 0))
    os.environ["WORKER_LANE"] = slot.lane
    options = ["worker", "--pool", "solo", "--queues", slot.lane, "--hostname", f"{slot.lane}{slot.number}@%h"]
    options += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    app.worker_main(options)


def _beat() -> int:
    from portal.celery import app

    app.Beat(loglevel="WARNING", pidfile=None, quiet=True).run()
    return 0


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        wanted = slots_of(os.environ.get("WORKER_SLOTS") or DEFAULT_SLOTS, (*LANES, "beat"))
    except ValueError as problem:
        sys.stderr.write(f"WORKER_SLOTS: {problem}\n")
        return 2
    django.setup()
    from portal.celery import app
    from portal.checks import refuse_unsound

    refuse_unsound()

    app.loader.import_default_modules()  # the rooms' tasks, before the forks
    app.finalize(auto=True)
    gc.freeze()  # the collector of a fork leaves what all share alone, so that it stays shared
    return Crew([Slot(lane, number) for lane, count in wanted.items() for number in range(1, count + 1)]).run()


if __name__ == "__main__":
    sys.exit(main())
