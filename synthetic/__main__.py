"""Command line: python -m synthetic --families N --seed S --spec SPEC.json --out FILE

SPEC.json holds the fields of `synthetic.spec.CitySpec` (docs/policy.md shows the facts it produces). Exit code 2 and
one clear line for any bad argument or file.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from synthetic.generate import generate
from synthetic.spec import CitySpec, SpecError
from synthetic.store import Written, write


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m synthetic", description="Make a synthetic city for the mock agencies."
    )
    parser.add_argument(
        "--families", type=int, help="number of families, 1 to 1200000 (default: as in the specification)"
    )
    parser.add_argument("--seed", type=int, help="seed (default: as in the specification)")
    parser.add_argument("--spec", required=True, help="JSON file with year, district, towns, estates, ...")
    parser.add_argument("--out", required=True, help="SQLite file to write; must not exist yet")
    return parser


def _spec(args: argparse.Namespace) -> CitySpec:
    try:
        obj = json.loads(Path(args.spec).read_text("utf-8-sig"))
    except OSError as error:
        raise SpecError(f"cannot read {args.spec}: {error.strerror}") from error
    except ValueError as error:
        raise SpecError(f"{args.spec} is not JSON: {error}") from error
    return CitySpec.from_json(obj, seed=args.seed, families=args.families)


def _write(spec: CitySpec, out: str) -> Written:
    columns = (TextColumn("synthetic families"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("families", total=spec.families)
        return write(out, generate(spec), progress=lambda count: bar.update(task, completed=count))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    args = _parser().parse_args(argv)
    try:
        written = _write(_spec(args), args.out)
    except (SpecError, OSError, sqlite3.Error) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(
        json.dumps(
            {"synthetic": True, "families": written.families, "children": written.children, "digest": written.digest}
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
