"""``manage.py messages``: collect and merge the texts; ``--check`` fails on a missing one; ``--compile`` builds."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal import catalogue


class Command(BaseCommand):
    help = "Keep the Chinese catalogue complete."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when a text has no translation")
        parser.add_argument("--compile", action="store_true", help="only build the binary catalogue")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["compile"]:
            catalogue.compile_catalogue()
            return
        merged = catalogue.merged()
        missing = catalogue.missing(merged)
        if not options["check"]:
            catalogue.write(merged)
            catalogue.compile_catalogue()
        for text in missing:
            self.stdout.write(text)
        if missing:
            self.stderr.write(f"{len(missing)} texts have no Chinese translation")
            raise SystemExit(1)
