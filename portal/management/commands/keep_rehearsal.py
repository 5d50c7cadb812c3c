"""``manage.py keep_rehearsal``: started by a worker for a rehearsal that has begun; nobody types it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.rehearsing.keeper import keep


class Command(BaseCommand):
    help = "Play one rehearsal that a worker has begun (portal.rehearsing); not for people."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int)
        parser.add_argument("holder", help="which process the row was given to")
        parser.add_argument("parent", type=int, help="the worker's process: it ends with it")

    def handle(self, *_args: Any, **options: Any) -> None:
        keep(options["number"], options["holder"], options["parent"])
