"""Command line: ``python -m identifiers check --kind KIND [--role child|guardian] VALUE`` and ``python -m
identifiers kinds``.

Prints one JSON line. Exit code 0 for an accepted value, 1 for a refused one, 2 for a wrong argument.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from identifiers import KINDS, check
from identifiers.kinds import canonical


def _kind(text: str) -> str:
    try:
        return canonical(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as 2026-09-01") from None


def _value(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError("the value is not valid UTF-8") from None
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m identifiers", description="Check one identifier.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("kinds", help="list the kinds, one a line")
    command = commands.add_parser("check", help="check one value and print the answer as JSON")
    command.add_argument("--kind", required=True, type=_kind, help=", ".join(KINDS))
    command.add_argument("--role", choices=("child", "guardian"), help="whose value it is")
    command.add_argument("--document", type=_kind, help="for a name: the kind of the document it stands on")
    command.add_argument("--today", type=_day, help="judge future dates on this day instead of today in Shanghai")
    command.add_argument("value", metavar="VALUE", type=_value)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    given = _parser().parse_args(arguments)
    if given.command == "kinds":
        print("\n".join(KINDS))
        return 0
    today = given.today or datetime.fromtimestamp(time.time(), ZoneInfo("Asia/Shanghai")).date()
    checked = check(given.kind, given.value, role=given.role, today=today, document=given.document)
    answer = {"ok": checked.ok, "value": checked.value, "code": checked.code, "message": checked.message}
    print(json.dumps(answer, ensure_ascii=False))
    return 0 if checked.ok else 1


if __name__ == "__main__":
    sys.exit(main())
