"""Run the cases, keep their medians, write the report and the page."""

import argparse
import json
import subprocess
import sys
from statistics import median
from typing import Any

from bench.cases import CASES
from bench.model import Case
from bench.page import REPORT, machine, write_page
from bench.season import ROOT

NO_FIGURES = frozenset({"unavailable", "failed"})  # why a case has none


def _runs(case: Case, quick: bool) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "bench.worker", case.name, *(["--quick"] if quick else [])]
    runs = []
    for _ in range(case.runs):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{case.name} failed:\n{done.stderr}")
        runs.append(json.loads(done.stdout))
        if not NO_FIGURES.isdisjoint(runs[-1]):
            break
    return runs


def measure(case: Case, quick: bool) -> dict[str, Any]:
    """Medians of a case and whether each promise is kept; promises are about full size, quick runs show them only."""
    runs = _runs(case, quick)
    for name in NO_FIGURES & set(runs[-1]):
        return {"text": case.text, name: runs[-1][name]}
    found: dict[str, Any] = {"text": case.text, "quick": quick, "runs": len(runs)}
    for name in ("seconds", "floor", "megabytes"):
        found[name] = round(median(run[name] for run in runs), 4)
    if found["floor"]:
        found["ratio"] = round(median(run["seconds"] / run["floor"] for run in runs), 3)
    found["facts"] = runs[-1]["facts"]
    values = {**found["facts"], **found}
    found["limits"] = [
        {
            "name": limit.name,
            "bound": limit.bound,
            "at_least": limit.at_least,
            "kept": limit.kept(float(values[limit.name])),
        }
        for limit in case.limits
    ]
    return found


def main() -> int:
    """Exit code 0; 1 when a promise was broken at full size, or a case failed; 2 for an unknown case."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=[case.name for case in CASES], metavar="NAME")
    parser.add_argument(
        "--quick", action="store_true", help="a twentieth of the size; report and page stay as they are"
    )
    options = parser.parse_args()
    report = json.loads(REPORT.read_text(encoding="utf-8")) if REPORT.exists() else {"cases": {}}
    broken = False
    for case in CASES:
        if options.only and case.name not in options.only:
            continue
        found = measure(case, options.quick)
        report["cases"][case.name] = {**found, "machine": machine()}
        shown = {name: value for name, value in found.items() if name not in ("text", "limits")}
        print(case.name, json.dumps(shown, ensure_ascii=False), flush=True)
        missed = [limit for limit in found.get("limits", []) if not limit["kept"]]
        broken = broken or bool(missed and not options.quick) or "failed" in found
        for limit in missed:
            print(f"  missed: {limit['name']}, bound {limit['bound']}", flush=True)
    if not options.quick:
        REPORT.write_text(json.dumps(report, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        write_page(report)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
