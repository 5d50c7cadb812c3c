"""``manage.py verify_chain``: recompute the log from its first entry, and compare it with the published anchors."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.models import Entry, Seal
from audit.selectors import anchors_differ, verify_chain


class Command(BaseCommand):
    help = "recompute every entry and seal of the log of access; exit code 1 where one differs"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", help="a digest that was noted from the page of anchors: is it in the chain?")

    def handle(self, *_args: Any, **options: Any) -> None:
        problems = [*verify_chain(), *anchors_differ()]
        noted = options["anchor"]
        if noted and not Seal.objects.filter(digest=noted).exists():
            problems.append(f"no seal of the chain has the digest {noted}")
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{Entry.objects.count()} entries and {Seal.objects.count()} seals are as they were written")
