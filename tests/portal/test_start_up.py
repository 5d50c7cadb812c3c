"""What a start reads: heavy libraries are imported where they are used, so a command and a page pay for none."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings

# what only workers, draws, letters, spreadsheets, numbers, sign-in with the government or the rehearsal need
HEAVY: Final = frozenset(
    {
        "aiohttp",
        "authlib",
        "babel",
        "cn2an",
        "httpx",
        "jsonschema",
        "llvmlite",
        "numba",
        "numpy",
        "openpyxl",
        "phonenumbers",
        "pillow_heif",
        "PIL",
        "pygments",
        "pypdf",
        "python_calamine",
        "requests",
        "rich",
        "segno",
        "shapely",
        "sqlite3",
        "synthetic",
        "twilio",
        "typst",
    }
)
CHECK: Final = "from django.core.management import call_command; call_command('check')"
SHOW: Final = "import sys; print(*sorted(name for name in sys.modules if name in {wanted!r}))"


def _read_by(code: str, wanted: frozenset[str]) -> set[str]:
    """Which of these modules a fresh interpreter has read once Django is set up and the code has run."""
    setup = "import django; django.setup()"
    program = "; ".join((setup, code, SHOW.format(wanted=set(wanted))))
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_a_command_reads_no_heavy_library() -> None:
    more = frozenset({"celery", "kombu", "redis", "redis.asyncio", "zipfile"})
    assert _read_by(CHECK, HEAVY | more) == set()


def test_the_web_process_reads_no_heavy_library() -> None:
    assert _read_by("import portal.wsgi", HEAVY) == set()


def test_the_web_process_has_read_what_the_first_family_needs() -> None:
    """Read before the fork and once for all, not while somebody waits for the answer to the first submission."""
    needed = frozenset({"celery", "redis", "enrollment.urls", "lottery.urls"})
    assert _read_by("import portal.wsgi", needed) == needed


@pytest.mark.parametrize("name", ["numpy", "celery"])
def test_the_look_finds_what_was_read(name: str) -> None:
    assert _read_by(f"import {name}", frozenset({name})) == {name}


PAPERS = ("Makefile", "Dockerfile", "docker-compose.yml", "README.md", "CONTRIBUTING.md", "docs/*.md")


def _commands() -> list[str]:
    """The modules of ours that a reader is told to run."""
    base = Path(settings.BASE_DIR)
    texts = (path.read_text() for pattern in PAPERS for path in base.glob(pattern))
    named = {name for text in texts for name in re.findall(r"\bpython -m ([a-z_][a-z_.]*[a-z_])", text)}
    return sorted(name for name in named if (base / name.split(".", maxsplit=1)[0]).is_dir())


@pytest.mark.parametrize("name", _commands())
def test_a_command_that_papers_name_starts_in_a_bare_environment(name: str) -> None:
    """Its modules are read before it has set anything up: what asks for settings then stops it at once."""
    found = importlib.util.find_spec(name)
    assert found is not None
    module = f"{name}.__main__" if found.submodule_search_locations else name
    env = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"], cwd=settings.BASE_DIR, env=env, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-1500:]
