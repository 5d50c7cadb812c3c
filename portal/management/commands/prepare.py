"""``manage.py prepare``: everything a start needs, in one process: migrations, texts, static files if they changed."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from portal.checks import refuse_unsound


class Command(BaseCommand):
    help = "Migrate, build the texts and, where they changed, name and compress the static files."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        refuse_unsound()
        call_command("migrate", verbosity=0)
        call_command("build")
