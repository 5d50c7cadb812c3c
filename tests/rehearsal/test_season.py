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

from rehearsal.quality import CLEAN
from synthetic.unusual import KINDS

pytestmark = pytest.mark.servers
FAMILIES = 40
NEEDLESS = 0.02


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
        "5",  # of which everything happens that `rounds_gave` looks for
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


def judged_truly(body: dict[str, Any]) -> None:
    """No kind of planted error was approved wrongly, and of faithful families under one in fifty was asked."""
    judging = body["judging"]
    assert judging["judged"] >= body["children"] / 2
    assert CLEAN in judging["by_kind"]
    assert len(judging["by_kind"]) > 1, "the city planted no errors"
    assert judging["wrong_approvals"] == dict.fromkeys(judging["by_kind"], 0)
    assert judging["needless_share"] < NEEDLESS, judging["needless_questions"]


def every_kind_ended_rightly(body: dict[str, Any]) -> None:
    """Each kind of unusual family was played and ended as is right for it."""
    assert body["kinds"].keys() == KINDS.keys()
    assert {kind: one["wrong"] for kind, one in body["kinds"].items() if one["wrong"]} == {}
    assert all(one["children"] for one in body["kinds"].values())


def rounds_gave(body: dict[str, Any]) -> None:
    """Kindergartens took children; who lost a private draw stood at a public school by rank; a big zone shared seats.

    All of it follows from the published files by the two programs that everybody can run alone.
    """
    rounds = {one["stage"]: one for one in body["rounds"]}
    assert rounds.keys() == {"kindergarten", "primary", "junior"}
    assert all(one["recomputed"] == {"audit": "", "allocate": ""} for one in rounds.values())
    assert rounds["kindergarten"]["policy"] == "kindergarten"
    assert rounds["kindergarten"]["by_choice"] > 0
    for one in rounds.values():
        assert one["by_choice"] + one["coordinated"] + one["without"] == one["children"]
        for school in one["drawn"]:
            assert school["placed"] == min(school["seats"], school["placed"] + school["lost"])
    private = [one for one in rounds["primary"]["drawn"] if one["kind"] == "private" and one["lost"]]
    assert private
    assert all(one["applied"] > one["seats"] and one["lost_and_placed_by_rank"] for one in private)
    (zone,) = rounds["primary"]["big_zones"]
    assert zone["shared"] > 0
    assert len(zone["schools"]) == 3
    assert sum(zone["shared_filled"].values()) >= zone["shared"]
    assert all(zone["shared_filled"][code] <= most for code, most in zone["shared_limits"].items())
    # outside are only those who named a school there, and whom coordination found one
    reasons = ("own", "shared", "chosen_elsewhere", "coordinated", "without")
    assert zone["children"] == sum(zone[name] for name in reasons)


@pytest.mark.soak("rehearsal/", "foundation/", "verification/", "portal/workers.py", "portal/supervisor.py")
def test_a_season_repeats_bit_for_bit_and_survives_kills(tmp_path: Path) -> None:
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    calm.mkdir()
    rough.mkdir()
    first = play(calm, tmp_path / "first.json")
    assert first["synthetic"] is True
    helped = first["channels"].get("counter", 0) + first["channels"].get("helper", 0)
    assert 0 < helped == first["in_visits"]
    filed = sum(first["states"].values())
    assert first["rates"]["online"] == round(1 - helped / filed, 4)
    assert filed + sum(first["refused_at_filing"].values()) == first["children"]
    every_kind_ended_rightly(first)
    rounds_gave(first)
    assert first["rates"]["checks_done"] == 1.0
    assert 0.5 < first["rates"]["verification"] < 1.0  # the city plants errors: what differs is not verified
    assert first["verification"]["precision"] == 1.0
    assert first["verification"]["recall"] == 1.0
    judged_truly(first)
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
    every_kind_ended_rightly(second)
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
    judged_truly(body)
    assert body["rates"]["checks_done"] == 1.0
    assert 0.5 < body["rates"]["verification"] <= 1.0
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
