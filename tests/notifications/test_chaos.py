"""A sample of chaos: the whole is ``make chaos``."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import patience

ROOT = Path(__file__).resolve().parents[2]
KILLS, MESSAGES = 30, 150


@pytest.mark.servers
def test_killed_workers_and_a_bad_carrier_lose_and_double_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "portal.embedded", "run", "--scratch", "--"]
    command += [sys.executable, "-m", "tests.notifications.chaos", str(KILLS), str(MESSAGES)]
    environment = os.environ | {"VAR_DIR": str(tmp_path)}
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=patience(300), check=False
    )
    assert done.stdout.strip(), done.stderr
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert (found["lost"], found["doubled"], found["untrue"], found["messages"]) == (0, 0, 0, MESSAGES), found
