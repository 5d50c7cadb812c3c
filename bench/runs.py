"""Whole admission runs on a database of their own."""

import json
import os
import subprocess
import sys
import tempfile

from bench.model import Sample, UnavailableError
from bench.season import ROOT

TIME_LIMIT = 3_600


def _admission(pupils: int) -> Sample:
    with tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="bench.") as folder:
        command = [sys.executable, "-m", "portal.embedded", "run", "--scratch", "--"]
        done = subprocess.run(
            [*command, sys.executable, "-m", "bench.admission", str(pupils)],
            cwd=ROOT,
            env=os.environ | {"VAR_DIR": folder},
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise UnavailableError(f"the run ended with {done.returncode}: {lines[-1] if lines else 'no output'}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return Sample(found["seconds"], found["floor"], {**found["facts"], "peak megabytes": round(found["megabytes"])})


def city(quick: bool) -> Sample:
    """240,000 pupils."""
    return _admission(12_000 if quick else 240_000)


def whole_province(quick: bool) -> Sample:
    """1,200,000 pupils."""
    return _admission(60_000 if quick else 1_200_000)
