"""``manage.py prepare``: everything a start needs, in one process: migrations, texts, static files if they changed."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from portal import catalogue
from portal.static_files import static_stamp


class Command(BaseCommand):
    help = "Migrate, build the texts and, where they changed, name and compress the static files."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        call_command("migrate", verbosity=0)
        catalogue.compile_catalogue()
        stamp, kept = static_stamp(settings.BASE_DIR), settings.VAR_DIR / "static.stamp"
        made = (settings.VAR_DIR / "static" / "staticfiles.json").exists()
        if not made or not kept.exists() or kept.read_text() != stamp:
            call_command("collectstatic", interactive=False, verbosity=0)
            kept.write_text(stamp)
