"""The image and the services of docker-compose.yml, laid out and run here without a daemon.

What the Dockerfile copies is copied, what it makes with our own code is made, the tree is read-only afterwards (by a
mount of its own where we may make one, else by its permissions; either way a test looks whether it changed), and a
service gets the environment that compose would give it and nothing of ours, and runs as the image's user where
namespaces of users are allowed.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

BASE = Path(settings.BASE_DIR)
NOT_OURS = re.compile(r"^(pip install|useradd) ")  # the packages are those of the test run; the user needs a daemon
WRITABLE = "mount --bind {0} {0}"  # a volume, or the tmpfs that compose gives: /tmp itself holds our servers' sockets
READ_ONLY = "mount --make-rprivate / && {volumes} && mount -o remount,ro,bind / && exec {command}"
UID = re.compile(r"useradd .*--uid (\d+)")


def instructions() -> list[tuple[str, str]]:
    """(instruction, argument) pairs of the Dockerfile."""
    lines = [line for line in (BASE / "Dockerfile").read_text().splitlines() if line and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((BASE / "docker-compose.yml").read_text())
    return found


def env_file(path: Path) -> dict[str, str]:
    lines = (line.strip() for line in path.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def may(*unshare: str) -> bool:
    """Whether this user may start a process with these namespaces of its own."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", *unshare, "true"], capture_output=True, check=False).returncode == 0


def read_only_mounts() -> bool:
    """Whether this user may give a process a read-only root."""
    return os.geteuid() == 0 and may("--mount")


def image_user() -> list[str]:
    """The words before a command that make it run as the user of the image, without any privilege.

    In a namespace of users what belongs to the test's user belongs to the image's; so [] where there is none, and where
    the built-in servers had to be another user's, whom the image's user could not reach.
    """
    uid = next(found[1] for name, argument in instructions() if name == "RUN" and (found := UID.search(argument)))
    words = ["--user", f"--map-user={uid}", f"--map-group={uid}"]
    socket = Path(settings.DATABASES["default"]["HOST"] or "/")
    ours = not socket.is_dir() or socket.stat().st_uid in {0, os.geteuid()}
    return ["unshare", *words] if ours and may(*words) else []


@dataclass
class Image:
    """An image laid out in a folder; ``root`` is its /app, ``secrets`` its /run/secrets."""

    root: Path
    secrets: Path
    given: dict[str, str]  # what portal.env says
    servers: dict[str, str]  # DATABASE_URL and REDIS_URL of the test run, in place of the compose network's
    tree: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def temporary(self) -> Path:
        return self.secrets.with_name("tmp")

    def build(self) -> None:
        """Every instruction of the Dockerfile in order."""
        self.temporary.mkdir()
        for name, argument in instructions():
            if name == "COPY":
                self._copy(argument.split()[0])
            elif name == "RUN":
                self._run(argument)
        for path in sorted(self.root.rglob("*"), reverse=True):
            if not path.is_symlink() and not path.is_relative_to(self.var):
                path.chmod(path.stat().st_mode & 0o555)
        self.root.chmod(0o555)
        self.tree = dict(self._listed())

    def _copy(self, source: str) -> None:
        if source != ".":
            shutil.copy(BASE / source, self.root)
            return
        ignored = {line.removeprefix("**/") for line in (BASE / ".dockerignore").read_text().split()}
        shutil.copytree(
            BASE, self.root, dirs_exist_ok=True, ignore=lambda _folder, names: [n for n in names if n in ignored]
        )

    def _run(self, argument: str) -> None:
        for step in argument.split(" && "):
            if NOT_OURS.match(step):
                continue
            environment = {**self.path(), **self.environment()}
            done = subprocess.run(
                ["sh", "-c", self._here(step).replace("chown portal ", "chmod 700 ")],
                cwd=self.root,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"RUN {step}\n{done.stderr[-3000:]}"

    def _here(self, text: str) -> str:
        places = {"/app": str(self.root), "/run/secrets": str(self.secrets), "/tmp/build": f"{self.secrets}-build"}
        for place, here in places.items():
            text = re.sub(rf"(?<![\w/]){place}\b", here, text)
        return text

    @staticmethod
    def path() -> dict[str, str]:
        return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LANG": "C.UTF-8"}

    def environment(self) -> dict[str, str]:
        """What the Dockerfile sets."""
        pairs = (pair for name, argument in instructions() if name == "ENV" for pair in shlex.split(argument))
        return {name: self._here(value) for name, value in (pair.split("=", 1) for pair in pairs)}

    def service(self, name: str, extra: dict[str, str] | None = None) -> tuple[list[str], dict[str, str]]:
        """The command and the environment of a service of docker-compose.yml."""
        declared = compose()["services"][name]
        inner = {key: str(value) for key, value in declared.get("environment", {}).items()}
        files = self.given if declared.get("env_file") else {}
        ours = {"TMPDIR": str(self.temporary), **self.servers}
        environment = {**self.path(), **self.environment(), **files, **inner, **ours, **(extra or {})}
        return shlex.split(self._here(declared["command"])), environment

    def start(self, command: list[str], environment: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
        """Start a service on the read-only tree; whoever starts it ends it."""
        command = [*image_user(), *command]
        if read_only_mounts():
            volumes = " && ".join(WRITABLE.format(shlex.quote(str(path))) for path in (self.var, self.temporary))
            line = READ_ONLY.format(volumes=volumes, command=shlex.join(command))
            command = ["unshare", "--mount", "sh", "-c", line]
        with log.open("ab") as out:
            return subprocess.Popen(command, cwd=self.root, env=environment, stdout=out, stderr=subprocess.STDOUT)

    def changed(self) -> list[str]:
        """Files that a service made, changed or took away outside of its volume."""
        now = dict(self._listed())
        return sorted(name for name in self.tree.keys() | now.keys() if self.tree.get(name) != now.get(name))

    def _listed(self) -> Iterator[tuple[str, tuple[int, int]]]:
        for path in self.root.rglob("*"):
            if path.is_file() and not path.is_relative_to(self.var):
                status = path.stat()
                yield str(path.relative_to(self.root)), (status.st_size, status.st_mtime_ns)
