"""docs/performance.md from the report."""

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.season import ROOT

REPORT = ROOT / "bench" / "report.json"
PAGE = ROOT / "docs" / "performance.md"
_CPU = Path("/proc/cpuinfo")
HEAD = """# Performance

Written by `make bench` (`python -m bench`, one case: `--only NAME`, a quick look: `--quick`). Each case runs thrice
in fresh processes; the table shows medians. The floor is measured in the same process: the least work the machine needs
for the same task, so the ratio can be compared between machines. Peak memory is of the whole process, input included.

| case | seconds | floor | ratio | MB | promised | kept |
|---|---:|---:|---:|---:|---|---|
"""
FLOORS = """
Floors. tickets: two raw SHA-256 compressions a ticket and one numpy argsort. allocation, certificate: one numpy sort of
the application codes. fast, twins: one run of the reference engine. chain: the same market without the newcomers.
matching: the PyPI package `matching` on the same problem (a ratio below 1 is how much less time ours takes). classes:
one sort of the pupils. rehearse: four times the season of a quarter of the families. opening: the site's lightest
answer that asks the database, alone. start-up: one process that imports the site. submission: a bare Django view that
stores the same rows in one transaction and asks nothing. verification: an HTTP client alone on one event loop, 64
requests in flight.
"""


def machine() -> str:
    """Processor, cores and versions in one line."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _CPU.read_text().splitlines() if line.startswith("model name")), ""
    )
    cores = len(os.sched_getaffinity(0))
    return f"{model or platform.machine()}, {cores} cores, Python {sys.version.split()[0]}, numpy {version('numpy')}"


def _row(name: str, found: dict[str, Any]) -> str:
    if "unavailable" in found:
        return f"| {name}: {found['text']} | - | - | - | - | - | not measured: {found['unavailable']} |\n"
    limits = found["limits"]
    promised = ", ".join(f"{one['name']} {'>=' if one['at_least'] else '<='} {one['bound']:g}" for one in limits)
    kept = "yes" if all(one["kept"] for one in limits) else "**no**"
    ratio = f"{found['ratio']:.2f}" if "ratio" in found else "-"
    numbers = f"{found['seconds']:.3f} | {found['floor']:.3f} | {ratio} | {found['megabytes']:.0f}"
    return f"| {name}: {found['text']} | {numbers} | {promised or '-'} | {kept if limits else '-'} |\n"


def write_page(report: dict[str, Any]) -> None:
    """Write the page anew from everything the report holds."""
    cases = report["cases"]
    text = HEAD + "".join(_row(name, cases[name]) for name in sorted(cases)) + FLOORS
    facts = [
        f"- {name}: " + ", ".join(f"{key} {value}" for key, value in cases[name]["facts"].items())
        for name in sorted(cases)
        if cases[name].get("facts")
    ]
    machines = sorted({found["machine"] for found in cases.values()})
    text += "\nWhat else was found\n\n" + "\n".join(facts) + "\n\nMeasured on: " + "; ".join(machines) + ".\n"
    PAGE.write_text(text, encoding="utf-8")
