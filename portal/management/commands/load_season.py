"""``manage.py load_season FOLDER [--dry-run]``: a bureau's own files into a season."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from foundation.errors import Refusal
from portal.seasons.changes import plan_differences
from portal.seasons.folder import read_folder
from portal.seasons.store import store_plan


class Command(BaseCommand):
    help = "Check a season's folder and store it. Nothing is stored while there is a mistake, or with --dry-run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only check and say what would be stored")
        parser.add_argument("--apply", action="store_true", help="change a season that stands, as was said before")
        parser.add_argument("--reason", default="", help="why dates change that families have seen")

    def handle(self, *_args: Any, **options: Any) -> None:
        plan = read_folder(options["folder"])
        for problem in plan.problems:
            self.stderr.write(str(problem))
        if plan.problems:
            self.stderr.write(f"{len(plan.problems)} mistakes; nothing was stored.")
            raise SystemExit(2)
        self.stdout.write(
            f"{plan.district} {plan.year}: {len(plan.rounds)} rounds, {len(plan.policies)} policies, "
            f"{len(plan.schools)} schools, {len(plan.seats)} seat plans, {len(plan.zones)} zones, "
            f"{len(plan.points)} service points"
        )
        try:
            changes = plan_differences(plan, options["reason"])
            for one in changes:
                self.stdout.write(one["file"])
                self.stdout.write("".join(f"  - {line}\n" for line in one["gone"]), ending="")
                self.stdout.write("".join(f"  + {line}\n" for line in one["new"]), ending="")
            if options["dry_run"]:
                self.stdout.write("Dry run: nothing was stored.")
                return
            if changes and not options["apply"]:
                self.stderr.write("The season stands: nothing was changed. Add --apply to change it as said above.")
                raise SystemExit(2)
            season = store_plan(plan, reason=options["reason"])
        except Refusal as refused:
            self.stderr.write(refused.message)
            raise SystemExit(2) from None
        self.stdout.write(self.style.SUCCESS(f"Stored as season {season}."))
