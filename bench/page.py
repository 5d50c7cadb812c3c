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
answer that asks the database, alone. start-up: an empty Django project, set up (CPU seconds
of both). whole start: one process that imports the site. submission: a bare Django view that stores the same rows in
one transaction and asks nothing. judging, zones: a bare loop that makes the result objects and decides nothing (seconds
of the processor, the least of five). verification, outbox: an HTTP client alone on one event loop, 64 requests in
flight.
"""


def machine() -> str:
    """Processor, cores and versions in one line."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _CPU.read_text().splitlines() if line.startswith("model name")), ""
    )
    cores = len(os.sched_getaffinity(0))
    return f"{model or platform.machine()}, {cores} cores, Python {sys.version.split()[0]}, numpy {version('numpy')}"


def _row(name: str, found: dict[str, Any]) -> str:
    for why, said in (("unavailable", "not measured"), ("failed", "**failed**")):
        if why in found:
            return f"| {name}: {found['text']} | - | - | - | - | - | {said}: {found[why]} |\n"
    limits = found["limits"]
    promised = ", ".join(f"{one['name']} {'>=' if one['at_least'] else '<='} {one['bound']:g}" for one in limits)
    kept = "yes" if all(one["kept"] for one in limits) else "**no**"
    ratio = f"{found['ratio']:.2f}" if "ratio" in found else "-"
    numbers = f"{found['seconds']:.3f} | {found['floor']:.3f} | {ratio} | {found['megabytes']:.0f}"
    return f"| {name}: {found['text']} | {numbers} | {promised or '-'} | {kept if limits else '-'} |\n"


SIZES = (("a county", 6_000), ("a city", 60_000), ("Hunan's own test", 118_200), ("a province", 1_200_000))
FIRST_HOUR = 1 / 3  # of all families: a careful guess for a first morning


def needs(report: dict[str, Any]) -> str:
    """What a county, a city and a province need, from the measured rates; "" until both were measured."""
    load, checked = report.get("load"), report["cases"].get("verification", {}).get("facts")
    if not load or not checked:
        return ""
    a_core = load["capacity"] / load["cores"]  # families a second from sign-in to receipt, checks and all
    families = checked["checks a second"] / checked["checks a family"]
    where = f"{load['capacity']} families a second on {load['cores']} cores ({load['machine']})"
    lines = [
        "\n## What it takes\n",
        f"`make load` found {where}, with everything on them: site, workers, database, agencies and the visitors.",
        f"The case `verification` checked {families:.0f} families a second at agencies that take 200 ms.",
        "A third of all families come in the first hour.\n",
        "| | families | come a second | cores without a line | longest line on 8 cores | all checks on 2 cores |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, count in SIZES:
        rate = count * FIRST_HOUR / 3600
        line = max(0.0, count * FIRST_HOUR / (8 * a_core) - 3600) / 60
        lines.append(
            f"| {name} | {count:,} | {rate:.1f} | {max(1, round(rate / a_core + 0.5))} | {line:.0f} min |"
            f" {count / families / 60:.0f} min |"
        )
    return "\n".join(lines) + "\n"


def _machines(cases: dict[str, Any]) -> str:
    """On which machine each case was measured."""
    by_machine: dict[str, list[str]] = {}
    for name in sorted(cases):
        by_machine.setdefault(cases[name]["machine"], []).append(name)
    rows = [f"- {machine}: {', '.join(names)}." for machine, names in by_machine.items()]
    return "\n## Measured on\n\n" + "\n".join(rows) + "\n"


def write_page(report: dict[str, Any]) -> None:
    """Write the page anew from everything the report holds."""
    cases = report["cases"]
    text = HEAD + "".join(_row(name, cases[name]) for name in sorted(cases)) + FLOORS
    facts = [
        f"- {name}: " + ", ".join(f"{key} {value}" for key, value in cases[name]["facts"].items())
        for name in sorted(cases)
        if cases[name].get("facts")
    ]
    text += "\nWhat else was found\n\n" + "\n".join(facts) + "\n" + needs(report) + _machines(cases)
    PAGE.write_text(text, encoding="utf-8")
