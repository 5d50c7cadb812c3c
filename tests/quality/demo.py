"""A played demonstration as a process of its own, and what a visitor can open on it."""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from django.conf import settings
from django.urls import resolve

from tests.agencies import free_port
from tests.sample import sample
from tests.waiting import end, patience, until

QUIET_SECONDS = 120
PUPILS = 40
ONE_IN = 5  # pages measured at a commit
MOST_TOUCHED = 8  # pages that are measured because a template was changed
STATEFUL = ("enrollment:application", "enrollment:home", "enrollment:appeal")  # what stands there follows the state
STAFF = (
    "clerk",
    "department",
    "official",
    "reviewer",
    "supervisor",
)  # roles that are signed in; each person is called like the role


@dataclass(frozen=True, slots=True)
class Visit:
    """One address, and as whom it is opened: a name in ``Demo.sessions``, "" for nobody."""

    path: str
    who: str


@dataclass(frozen=True, slots=True)
class Demo:
    url: str
    sessions: dict[str, list[str]]  # name of a person -> session cookies of which nobody has made use
    visits: tuple[Visit, ...]
    desks: tuple[Visit, ...]  # the staff site's pages
    cookie: str  # name of the session cookie
    terminal: str = ""  # what the cookie of a paired terminal says
    templates: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of each address: what its page is made of

    def signed_in(self, who: str) -> str:
        """The cookie of a session of its own: one that lies still, or was a terminal's, ends before a slow run does."""
        return self.sessions[who].pop()

    def main_pages(self) -> list[Visit]:
        """The ten pages most families meet: the first visit of each address."""
        addresses = json.loads((Path(__file__).parent / "main_pages.json").read_text())
        return [next(v for v in self.visits if re.fullmatch(address, v.path)) for address in addresses]

    def drawn(self, visits: Sequence[Visit], look: str, *, one_in: int = ONE_IN) -> list[Visit]:
        """What is measured of these at this commit: a sample, and the pages whose own template was changed."""
        here = sample()
        by_chance = set(here.draw(visits, one_in=one_in, key=lambda one: f"{look} {one.who} {one.path}"))
        return [one for one in visits if one in by_chance or here.touches(self._own_templates(one.path))]

    def _own_templates(self, path: str) -> list[str]:
        """Without those of which many pages are made: a change of the frame is a change of everything."""
        pages = Counter(name for names in self.templates.values() for name in set(names))
        return [name for name in self.templates.get(path, ()) if pages[name] <= MOST_TOUCHED]


def kinds(visits: Iterable[Visit]) -> tuple[Visit, ...]:
    """One visit of each kind of page: of a guide the first, of an application and what is done with it every state."""
    found: dict[tuple[str, ...], Visit] = {}
    for visit in visits:
        match = resolve(visit.path)
        state = visit.who if match.view_name in STATEFUL else ""
        parts = [str(match.kwargs[name]) for name in ("name", "action") if name in match.kwargs]
        found.setdefault((match.view_name, state, *parts), visit)
    return tuple(found.values())


@contextmanager
def demo(folder: Path) -> Iterator[Demo]:
    """Plays a small season in ``folder`` and serves it until the block ends."""
    port = free_port()
    own = {"VAR_DIR": str(folder), "PORT": str(port), "PUPILS": str(PUPILS), "SEED": "7", "LOG_LEVEL": "ERROR"}
    foreign = ("DATABASE_URL", "REDIS_URL", "SITE_URL", "AGENCY_BASE_URL", "CITY_FILE", "AGENCY_SECRET", "PORTAL_STACK")
    env = {**{name: value for name, value in os.environ.items() if name not in foreign}, **own}
    with (folder / "demo.log").open("wb") as log:
        command = [sys.executable, "-m", "portal.supervisor", "serve", "--demo"]
        running = subprocess.Popen(command, env=env, cwd=settings.BASE_DIR, stdout=log, stderr=log)
    try:
        _wait(running, f"http://127.0.0.1:{port}/health/", folder)
        picked = subprocess.run(
            [sys.executable, "-m", "tests.quality.pick"],
            env=env,
            cwd=settings.BASE_DIR,
            capture_output=True,
            check=False,
        )
        assert picked.returncode == 0, picked.stderr.decode()[-3000:]
        found = json.loads(picked.stdout)
        visits, desks = (tuple(Visit(path, who) for path, who in found[name]) for name in ("visits", "desks"))
        yield Demo(
            f"http://127.0.0.1:{port}",
            found["sessions"],
            visits,
            desks,
            settings.SESSION_COOKIE_NAME,
            found["terminal"],
            found["templates"],
        )
    finally:
        end(running, seconds=30)


def _wait(running: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    log = folder / "demo.log"

    def ready() -> bool:
        if running.poll() is not None:
            raise RuntimeError(log.read_text()[-3000:])
        if not (folder / "demo-played.json").exists():
            return False
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(url, timeout=patience(2)).status_code == httpx.codes.OK
        return False

    # each line of the rehearsal is progress; the longest silence is one of its phases
    until(
        ready, "the demonstration to be played", seconds=QUIET_SECONDS, pause=0.5, progress=lambda: log.stat().st_size
    )
