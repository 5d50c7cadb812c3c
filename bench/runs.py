"""Cases that need servers: run beside them in a folder of their own."""

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from bench.model import FailedError, Sample
from bench.season import ROOT

TIME_LIMIT = 3_600
DATABASE = ("portal.embedded", "run", "--scratch")  # PostgreSQL and Valkey
SITE = ("portal.supervisor", "exec")  # and every process of the site, as in operation


def beside(servers: tuple[str, ...], module: str, size: int) -> dict[str, Any]:
    """What ``python -m module size`` prints as its last line (JSON), run beside these. Raises FailedError."""
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="bench.") as folder:
        done = subprocess.run(
            [sys.executable, "-m", *servers, "--", sys.executable, "-m", module, str(size)],
            cwd=ROOT,
            env=os.environ | {"VAR_DIR": folder},
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise FailedError(f"the run ended with {done.returncode}: {lines[-1] if lines else 'no output'}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _admission(pupils: int) -> Sample:
    found = beside(DATABASE, "bench.admission", pupils)
    return Sample(found["seconds"], found["floor"], {**found["facts"], "peak megabytes": round(found["megabytes"])})


def opening(quick: bool) -> Sample:
    """240 families in the first minute; quick lets 24 come."""
    found = beside(SITE, "bench.opening", 24 if quick else 240)
    return Sample(found["seconds"], found["floor"], found["facts"])


def submission(quick: bool) -> Sample:
    """1,200 submissions to each side; quick sends 240."""
    found = beside(DATABASE, "bench.submission", 240 if quick else 1_200)
    return Sample(found["seconds"], found["floor"], found["facts"])


def staff_lists(quick: bool) -> Sample:
    """240,000 applications; quick takes 12,000."""
    return _ratio("bench.staff", 12_000 if quick else 240_000)


def staff_of_a_province(quick: bool) -> Sample:
    """1,200,000 applications; quick takes 60,000."""
    return _ratio("bench.staff", 60_000 if quick else 1_200_000)


def city(quick: bool) -> Sample:
    """240,000 pupils."""
    return _admission(12_000 if quick else 240_000)


def whole_province(quick: bool) -> Sample:
    """1,200,000 pupils."""
    return _admission(60_000 if quick else 1_200_000)


def _ratio(module: str, size: int) -> Sample:
    found = beside(DATABASE, module, size)
    return Sample(found["seconds"], found["floor"], found["facts"])


def verification(quick: bool) -> Sample:
    """800 families; quick takes 40."""
    return _ratio("bench.verification", 40 if quick else 800)


def outbox(quick: bool) -> Sample:
    """8,000 messages at each speed of the carrier, then codes before 100,000; quick hands over 400 and no code."""
    return _ratio("bench.outbox", 400 if quick else 8_000)


def overload(quick: bool) -> Sample:
    """Ten seconds of arrivals at each load; quick takes three."""
    return _ratio("bench.overload", 3 if quick else 10)
