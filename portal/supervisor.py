"""One command for all processes: built-in servers, mock agencies and identity provider, Celery worker and beat, web.

``python -m portal.supervisor serve [--demo]`` serves until Ctrl-C; with ``--demo`` it first plays a season if none was
played. ``python -m portal.supervisor exec -- COMMAND`` runs one command beside all processes and ends with its exit
code. A process that dies is started again with growing pauses; when the supervisor itself dies, the kernel ends its
children. Logs are in ``var/log``.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from foundation.secret_files import kept
from portal.embedded import ROOT, EmbeddedError, die_with_parent, given_servers, open_log, servers, var_dir

PYTHON = sys.executable
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
STEADY_SECONDS = 30.0
LEFT_OVER_SECONDS = 10.0
START_SECONDS = 900.0  # a slow and busy machine takes minutes; what fails at every start is told much earlier
# longer than a proxy's own (Caddy: 120): who closes first must not be the side that is about to be asked
KEEP_ALIVE_SECONDS = 130
# most threads only queue at the gate (portal.gate); a phone that reads keeps its connection, not a thread
WEB_THREADS = int(os.environ.get("GATE_THREADS") or 64)
# half requests and slow readers wait in its loop, not in a thread
WEB_WORKER = "portal.front.worker.FrontWorker"
WEB_CONNECTIONS = ("--worker-connections", "8000", "--backlog", "4096")
DEMO_PUPILS, DEMO_SEED = 1200, 2026
EXAMPLE = "examples/wuling"


class Restartable(Protocol):
    """A built-in server as the supervisor sees it."""

    process: subprocess.Popen[bytes] | None

    def start(self, log: IO[bytes]) -> None: ...


@dataclass(slots=True)
class Program:
    """One supervised process: how to start it, and what is known of its failures."""

    name: str
    start: Callable[[], subprocess.Popen[bytes] | None]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    again_at: float = 0.0

    def ensure(self, now: float) -> None:
        """Start it if it is not running and its pause is over."""
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None and not self.again_at:
            self.pause = FIRST_PAUSE if now - self.started > STEADY_SECONDS else min(2 * self.pause, LONGEST_PAUSE)
            self.again_at = now + self.pause
            say(f"{self.name} stopped ({self.process.returncode}); starting it again in {self.pause:.0f} s")
        if now >= self.again_at:
            self.again_at, self.started = 0.0, now
            try:
                self.process = self.start()
            except EmbeddedError as problem:
                say(f"{self.name}: {problem}")
                self.again_at = now + LONGEST_PAUSE


@dataclass(slots=True)
class Stack:
    """Everything that runs, with the web address."""

    var: Path
    web_port: int
    agency_port: int
    identity_port: int
    programs: list[Program] = field(default_factory=list)

    def watch(self, until: Callable[[], bool]) -> None:
        """Keep everything running until the condition holds."""
        while not until():
            now = time.monotonic()
            for program in self.programs:
                program.ensure(now)
            time.sleep(0.2)

    def ready(self) -> bool:
        """Whether the site and the agencies answer."""
        return answers(self.web_port) and answers(self.agency_port)

    def hopeless(self) -> bool:
        """Whether something fails at every start: waiting longer would not help."""
        return any(program.pause >= LONGEST_PAUSE for program in self.programs)

    def stop(self) -> None:
        own = [p for p in reversed(self.programs) if p.name not in {"postgres", "valkey"}]
        running = [p.process for p in own if p.process is not None and p.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 15
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_busy_port(port: int, patience: float = 0.0) -> None:
    """Raise EmbeddedError when the port stays taken; ``patience`` seconds are for what a killed start left behind."""
    deadline = time.monotonic() + patience
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                if time.monotonic() > deadline:
                    text = f"port {port} is in use: stop what uses it, or choose another with PORT=8001"
                    raise EmbeddedError(text) from None
            else:
                return
        time.sleep(0.2)


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


def _spawn(var: Path, name: str, command: Sequence[str]) -> Callable[[], subprocess.Popen[bytes]]:
    def start() -> subprocess.Popen[bytes]:
        with open_log(var, name) as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=die_with_parent,
                start_new_session=True,
            )

    return start


def _server(server: Restartable, log: IO[bytes]) -> Callable[[], subprocess.Popen[bytes] | None]:
    def start() -> subprocess.Popen[bytes] | None:
        server.start(log)
        return server.process

    return start


def _gunicorn(target: str, port: int, workers: int, threads: int, worker: str = "gthread") -> list[str]:
    options = ["--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", str(threads)]
    options += ["--keep-alive", str(KEEP_ALIVE_SECONDS)]
    options += ["--log-level", "warning", "--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp"]  # noqa: S108
    return [PYTHON, "-m", "gunicorn", target, "--worker-class", worker, "--no-control-socket", *options]


def web_command(port: int) -> list[str]:
    """The site's own server: imported once, then forked, as each process would spend seconds on it otherwise."""
    return [*_gunicorn("portal.wsgi", port, 2, WEB_THREADS, WEB_WORKER), *WEB_CONNECTIONS, "--preload"]


def _programs(stack: Stack) -> list[Program]:
    commands = {
        "agencies": _gunicorn("verification.mock_agencies.service:application", stack.agency_port, 1, 8),
        "identity": _gunicorn("verification.mock_identity.service:application", stack.identity_port, 1, 8),
        "workers": [PYTHON, "-m", "portal.workers"],
        "web": web_command(stack.web_port),
    }
    return [Program(name, _spawn(stack.var, name, command)) for name, command in commands.items()]


@contextlib.contextmanager
def running(web_port: int | None, *, durable: bool = True) -> Iterator[Stack]:
    """All processes, started in order and stopped in reverse."""
    var = var_dir()
    own_servers = not given_servers()
    if web_port is not None:
        refuse_busy_port(web_port, LEFT_OVER_SECONDS)
    stack = Stack(var, web_port or free_port(), free_port(), free_port())
    os.environ.setdefault("AGENCY_SECRET", _shared_secret(var, "agency_secret"))
    os.environ.setdefault("IDENTITY_SECRET", _shared_secret(var, "identity_secret"))
    os.environ["IDENTITY_BASE_URL"] = f"http://127.0.0.1:{stack.identity_port}"
    os.environ["AGENCY_BASE_URL"] = f"http://127.0.0.1:{stack.agency_port}"
    os.environ["SITE_URL"] = f"http://127.0.0.1:{stack.web_port}"
    os.environ["CITY_FILE"] = str(var / "city.sqlite")
    os.environ["PORTAL_STACK"] = "1"
    with contextlib.ExitStack() as closing:
        if own_servers:
            postgres, valkey = closing.enter_context(servers(var, durable=durable))
            for name, server in (("postgres", postgres), ("valkey", valkey)):
                program = Program(name, _server(server, open_log(var, name)), server.process, time.monotonic())
                stack.programs.append(program)
        manage("prepare")
        closing.callback(stack.stop)
        stack.programs += _programs(stack)
        deadline = time.monotonic() + START_SECONDS
        stack.watch(lambda: stack.ready() or stack.hopeless() or time.monotonic() > deadline)
        if not answers(stack.web_port):
            raise EmbeddedError(f"the site did not start: see {var / 'log' / 'web.log'}")
        yield stack


def _shared_secret(var: Path, name: str) -> str:
    """A secret shared with a mock service, made once; the agencies' is the same file that the settings read."""
    return kept(var / "secrets" / name)


def manage(*arguments: str) -> None:
    """Run a management command to its end; raises EmbeddedError when it fails."""
    done = subprocess.run([PYTHON, "manage.py", *arguments], cwd=ROOT, check=False, preexec_fn=die_with_parent)
    if done.returncode != 0:
        raise EmbeddedError(f"manage.py {arguments[0]} failed (exit code {done.returncode})")


def execute(command: Sequence[str], *, durable: bool) -> int:
    """Run a command beside all processes; its exit code."""
    with running(None, durable=durable) as stack:
        child = subprocess.Popen(command, cwd=ROOT, preexec_fn=die_with_parent)
        stack.watch(lambda: child.poll() is not None)
        return child.returncode


def serve(port: int, *, demo: bool) -> int:
    """Serve until interrupted. A demonstration plays its season first, once."""
    played = var_dir() / "demo-played.json"
    if demo or played.exists():  # what was a demonstration stays one, and says so on every page
        os.environ["DEMO"] = "1"
    with running(port) as stack:
        if demo and not played.exists():
            play(stack, played)
        if demo:
            manage("demo_guide")
        say(f"\nThe site is open: http://127.0.0.1:{stack.web_port}   (Ctrl-C stops everything)")
        stack.watch(lambda: False)
    return 0


def play(stack: Stack, played: Path) -> None:
    """Play the demonstration's season; what an interrupted try left behind is thrown away first.

    Only the built-in database is ever emptied: on one of your own the rehearsal itself refuses to start over data.
    """
    if any(program.name == "postgres" for program in stack.programs):
        manage("flush", "--no-input", "--verbosity", "0")
        for name in ("messages.jsonl", "demo-accounts.json"):
            (stack.var / name).unlink(missing_ok=True)
    report = stack.var / "demo-report.json"
    size, seed = os.environ.get("PUPILS") or str(DEMO_PUPILS), os.environ.get("SEED") or str(DEMO_SEED)
    words = ["rehearse", "--pupils", size, "--seed", seed, "--folder", EXAMPLE, "--report", str(report), "--keep"]
    child = subprocess.Popen([PYTHON, "manage.py", *words], cwd=ROOT, preexec_fn=die_with_parent)
    stack.watch(lambda: child.poll() is not None)
    if child.returncode != 0:
        raise EmbeddedError(f"the season could not be played (exit code {child.returncode}): see the lines above")
    whole = played.with_suffix(".new")
    shutil.copyfile(report, whole)  # the report stays where it was said to be
    whole.rename(played)


USAGE = "usage: python -m portal.supervisor serve [--demo] | exec [--scratch] -- COMMAND [ARGUMENT ...]\n"


def port_from(text: str) -> int:
    """The PORT setting; raises EmbeddedError for what is no port."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**16:
        raise EmbeddedError(f"PORT={text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def main(arguments: Sequence[str]) -> int:
    for caught in (signal.SIGINT, signal.SIGTERM):  # explicit: a shell's `&` leaves SIGINT ignored
        signal.signal(caught, signal.default_int_handler)
    try:
        if arguments and arguments[0] == "serve" and set(arguments[1:]) <= {"--demo"}:
            return serve(port_from(os.environ.get("PORT") or "8000"), demo="--demo" in arguments)
        rest = [a for a in arguments if a != "--scratch"]
        if rest[:2] == ["exec", "--"] and len(rest) > 2:
            return execute(rest[2:], durable="--scratch" not in arguments)
    except EmbeddedError as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stderr.write(USAGE)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
