"""A small season from nothing through every real process, twice: the same seed gives the same digest.

While the second one is filing and checking, a worker, the broker and the database are killed; it must come to the same
end all the same.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

pytestmark = pytest.mark.servers
FAMILIES = 40


def play(var: Path, report: Path, breaker: Any = None, *, families: int = FAMILIES) -> dict[str, Any]:
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    environment["VAR_DIR"] = str(var)
    command = [
        sys.executable,
        "manage.py",
        "rehearse",
        "--pupils",
        str(families),
        "--seed",
        "3",
        "--report",
        str(report),
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.supervisor", "exec", "--", *command],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if breaker is not None:
        threading.Thread(target=breaker, args=(var, process), daemon=True).start()
    output, _nothing = process.communicate()  # it gives up by itself when nothing moves any more
    assert process.returncode == 0, output[-3000:]
    body: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return body


def pids(words: str, var: Path) -> list[int]:
    """Processes of this season (by its folder in their environment) whose command line holds the words."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                mine = str(var) in command or f"VAR_DIR={var}".encode() in (entry / "environ").read_bytes()
            except OSError:
                continue
            if mine and words in command:
                found.append(int(entry.name))
    return found


def kill_everything_once(var: Path, process: "subprocess.Popen[str]") -> None:
    """When families are filing: kill -9 the workers, then the broker, then the database."""
    outbox = var / "messages.jsonl"
    while process.poll() is None and not (outbox.exists() and outbox.read_bytes().count(b"\n") > 8):
        time.sleep(0.1)
    for words in ("portal.workers", "valkey-server", "postgres -D"):
        for pid in pids(words, var)[:1] if words.startswith("postgres") else pids(words, var):
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)


@pytest.mark.soak("rehearsal/", "foundation/", "verification/", "portal/workers.py", "portal/supervisor.py")
def test_a_season_repeats_bit_for_bit_and_survives_kills(tmp_path: Path) -> None:
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    calm.mkdir()
    rough.mkdir()
    first = play(calm, tmp_path / "first.json")
    assert first["synthetic"] is True
    assert first["rates"]["verification"] == 1.0
    assert first["verification"]["precision"] == 1.0
    assert first["verification"]["recall"] == 1.0
    assert sum(first["states"].values()) == first["children"]
    assert not set(first["states"]) & {
        "submitted",
        "verifying",
        "attention",
        "in_review",
        "returned",
        "approved",
        "in_pool",
    }
    assert all(run["certificate"]["valid"] for run in first["admission"])
    assert first["messages"]["failed"] == 0
    second = play(rough, tmp_path / "second.json", kill_everything_once)
    assert second["city"] == first["city"]
    assert second["replay"] == first["replay"]
    assert second["draws"] == first["draws"]
    keys = [json.loads(line)["key"] for line in (rough / "messages.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(keys) == len(set(keys)), "a family was told twice"


def throttle(var: Path, process: "subprocess.Popen[str]") -> None:
    """Let every process of the season run for a tenth of the time, as on a machine ten times slower."""
    while process.poll() is None:
        mine = [*pids("", var), process.pid]
        for how, seconds in ((signal.SIGSTOP, 0.18), (signal.SIGCONT, 0.02)):
            for pid in mine:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, how)
            time.sleep(seconds)


@pytest.mark.skipif(os.environ.get("SAMPLE", "all") != "all", reason="takes ten minutes by design: make soak")
def test_a_machine_ten_times_slower_plays_the_same_season(tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.mkdir()
    body = play(slow, tmp_path / "slow.json", throttle, families=20)
    assert body["rates"]["verification"] == 1.0
    assert body["messages"]["failed"] == 0
    assert all(run["certificate"]["valid"] for run in body["admission"])


@pytest.mark.parametrize(
    "words",
    [["--pupils", "many"], ["--pupils", "0"], ["--pupils", "2000000"], ["--seed", "x"], ["--colour"]],
)
def test_wrong_arguments_end_with_2_and_a_reason(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "rehearse", *words],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "rehearse" in done.stderr
