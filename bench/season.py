"""A whole rehearsed season (the floor at 8,000 families is four times the time at 2,000)."""

import json
import resource
import subprocess
import tempfile
import time
from pathlib import Path

from bench.model import Facts, FailedError, Sample

ROOT = Path(__file__).resolve().parent.parent
TIME_LIMIT = 3_600


def _season(pupils: int, folder: Path) -> tuple[float, Facts]:
    report = folder / f"season-{pupils}.json"
    command = ["make", "season", f"PUPILS={pupils}", "SEED=1", f"REPORT={report}"]
    started, spent = time.perf_counter(), _cpu()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    seconds, spent = time.perf_counter() - started, _cpu() - spent
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise FailedError(f"make season ended with {done.returncode}: {lines[-1] if lines else 'no output'}")
    written = json.loads(report.read_text(encoding="utf-8"))
    facts: Facts = {f"digest {pupils}": str(written["replay"])[:23]}
    return seconds, facts | {"CPU seconds a child": round(spent / written["children"], 3)}


def _cpu() -> float:
    """CPU seconds of every process that was started from here and has ended, with theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def rehearse(quick: bool) -> Sample:
    """Play both seasons from nothing; quick plays 200 and 800."""
    small, large = (200, 800) if quick else (2_000, 8_000)
    with tempfile.TemporaryDirectory() as name:
        base, facts = _season(small, Path(name))
        seconds, more = _season(large, Path(name))
    return Sample(seconds, base * 4, {**facts, **more, f"seconds {small}": round(base, 1)})
