"""``manage.py prepare``: everything a start needs, in one process: migrations, texts, static files if they changed."""

from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError

from portal.checks import refuse_unsound
from verification.config import line_problems


class Command(BaseCommand):
    help = "Migrate, build the texts and, where they changed, name and compress the static files."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        refuse_unsound()
        try:
            call_command("migrate", verbosity=0)
        except OperationalError as wrong:
            where = settings.DATABASES["default"]["HOST"] or "this machine"
            raise CommandError(
                f"DATABASE_URL: the database on {where} does not answer: {str(wrong).strip()}"
            ) from wrong
        call_command("build")
        for problem in line_problems():  # told at each start; a county's line closes itself and stops nobody else
            self.stderr.write(f"warning: {problem}")
        self.stdout.write("prepared: database, texts, static files")
