"""``manage.py diagrams``: rewrite the state diagrams in docs/architecture.md."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal import diagrams


class Command(BaseCommand):
    help = "Make the state diagrams from the tables of legal steps."

    def handle(self, *_args: Any, **_options: Any) -> None:
        path = Path(settings.BASE_DIR) / diagrams.PAGE
        path.write_text(diagrams.drawn(diagrams.written()), encoding="utf-8")
