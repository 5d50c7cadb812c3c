"""What a start costs: one command and the web process against an empty Django project, and all processes together."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.model import FailedError, Sample
from bench.season import ROOT

EMPTY = "from django.conf import settings; settings.configure(); import django; django.setup()"
CHECK = "import runpy, sys; sys.argv = ['manage.py', 'check']; runpy.run_path('manage.py', run_name='__main__')"
WEB = "import portal.wsgi"
# The kernel counts in what a process was forked from, so each tells its own peak when all is read.
PEAK = "import sys; sys.stderr.write(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
RUNS = 3  # of each, after one that writes the bytecode; the least is what the start itself needs


@dataclass(frozen=True, slots=True)
class Spent:
    """One process: seconds by the clock, seconds of CPU with its children's, its last words."""

    seconds: float
    cpu: float
    said: str

    @property
    def megabytes(self) -> float:
        """Its own peak, where it told (PEAK; the kernel writes KiB)."""
        return int(self.said.split()[-2]) / 1024


def start_up(quick: bool) -> Sample:  # noqa: ARG001 - there is no smaller start
    """CPU seconds of `manage.py check`; floor: those of an empty project's `django.setup()`."""
    with _folder() as folder:
        env = _environment(folder)
        check, web, empty = (_least(code, env) for code in (CHECK, WEB, EMPTY))
    facts = {
        "megabytes": round(check.megabytes, 1),
        "megabytes of the floor": round(empty.megabytes, 1),
        "megabytes of the web process": round(web.megabytes, 1),
        "web process CPU seconds": round(web.cpu, 2),
        "web process against the floor": round(web.cpu / empty.cpu, 1),
    }
    return Sample(check.cpu, empty.cpu, dict(facts))


def whole_start(quick: bool) -> Sample:  # noqa: ARG001 - there is no smaller start
    """From the command to the end of one that does nothing, all processes around it; the data folder is there."""
    with _folder() as folder:
        env = _environment(folder)
        command = [sys.executable, "-m", "portal.supervisor", "exec", "--", sys.executable, "-c", "pass"]
        spent(command, env)  # the first one makes the database
        whole, one = spent(command, env), spent([sys.executable, "-c", WEB], env)
    facts = {"CPU seconds": round(whole.cpu, 1), "CPU seconds of one import": round(one.cpu, 1)}
    return Sample(whole.seconds, one.seconds, dict(facts))


def spent(command: Sequence[str], env: Mapping[str, str]) -> Spent:
    """What a command cost. Raises FailedError when it fails."""
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=said)
        _pid, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        lines = said.read().decode(errors="replace").strip()
    if process.returncode:
        raise FailedError(f"{' '.join(command[1:3])} ended with {process.returncode}: {lines[-200:]}")
    return Spent(seconds, used.ru_utime + used.ru_stime, lines)


def _least(code: str, env: Mapping[str, str]) -> Spent:
    command = [sys.executable, "-c", f"{code}\n{PEAK}"]
    spent(command, env)
    return min((spent(command, env) for _ in range(RUNS)), key=lambda one: one.cpu)


def _folder() -> "tempfile.TemporaryDirectory[str]":
    (ROOT / "var").mkdir(exist_ok=True)
    return tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="bench.")


def _environment(folder: str) -> dict[str, str]:
    """This one, with a data folder of its own and with bytecode kept, as an installation has it."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return env | {"VAR_DIR": folder}
