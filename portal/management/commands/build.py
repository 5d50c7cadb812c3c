"""``manage.py build``: texts and static files, where they changed. Needs no database: an image makes them once."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from portal.static_files import STAMP, collected, static_stamp


class Command(BaseCommand):
    help = "Build the texts and, where they changed, name and compress the static files."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        # the texts were compiled when the programs of this command started (portal.apps), if they had changed
        root = Path(settings.STATIC_ROOT)
        if not collected(root, settings.BASE_DIR):
            call_command("collectstatic", interactive=False, verbosity=0)
            (root / STAMP).write_text(static_stamp(settings.BASE_DIR))
