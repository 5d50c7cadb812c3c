"""``manage.py rehearse --pupils N --seed S --report FILE``: a whole season, head-less, through the real parts."""

import json
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from accounts.models import Account
from enrollment.seasons.models import Season
from portal import supervisor
from rehearsal.city import NoCity
from rehearsal.patience import Stalled
from rehearsal.play import Play
from rehearsal.progress import Noted
from rehearsal.report import report

SMALLEST, LARGEST = 20, 1_200_000


def families(text: str) -> int:
    """A number of families."""
    if not text.isascii() or not text.isdigit() or not SMALLEST <= int(text) <= LARGEST:
        raise ArgumentTypeError(f"{text!r}: give a whole number from {SMALLEST} to {LARGEST}")
    return int(text)


def seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ArgumentTypeError(f"{text!r}: a seed is a whole number of up to 18 digits")
    return int(text)


class Command(BaseCommand):
    help = "Play a season of a synthetic city through the real workers and HTTP, and write a report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pupils", type=families, default=2000, help="number of families (default 2000)")
        parser.add_argument("--seed", type=seed, default=1)
        parser.add_argument("--report", type=Path, default=Path("rehearsal.json"))
        parser.add_argument("--folder", type=Path, default=Path("examples/wuling"), help="the season's folder")
        parser.add_argument("--progress", type=Path, help="a file that says how far it is, for whoever started it")
        parser.add_argument("--keep", action="store_true", help="leave something to do for visitors of a demonstration")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not os.environ.get("PORTAL_STACK"):  # no workers around: start everything and come back
            code = supervisor.main(["exec", "--", sys.executable, *sys.argv])
            raise SystemExit(code)
        target: Path = options["report"]
        if not target.parent.is_dir():
            raise CommandError(f"{target.parent} is not a folder", returncode=2)
        if Season.objects.exists() or Account.objects.exists():
            text = "this database holds people or seasons already: a rehearsal needs an empty one (make season)"
            raise CommandError(text, returncode=2)
        console = Console(stderr=True)
        play = Play(options["folder"], options["seed"], options["pupils"], options["keep"], console)
        if options["progress"]:
            play.tell = Noted(options["progress"], play.tell)
        try:
            play.run()
        except (NoCity, Stalled, ValueError) as problem:
            raise CommandError(str(problem), returncode=2 if isinstance(problem, NoCity) else 1) from problem
        body = report(play)
        if options["keep"]:
            play.leave_work()
        target.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        differs = [one["stage"] for one in body["rounds"] if any((one["recomputed"] or {}).values())]
        if differs:
            raise CommandError(f"recomputed otherwise: {', '.join(differs)}; see {target}", returncode=1)
        wrong = {kind: one["wrong"] for kind, one in body["kinds"].items() if one["wrong"]}
        said = f"unusual families ended wrongly: {wrong}; see {target}"
        if wrong and not options["keep"]:  # a demonstration goes on, and says so
            raise CommandError(said, returncode=1)
        if wrong:
            console.print(said)
        console.print(f"report: {target}   replay: {body['replay']}")
