"""What the room of schools lets be brought in, from when it is loaded."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchoolsConfig(AppConfig):
    name = "schools"
    verbose_name = _("Schools and zones")

    def ready(self) -> None:
        """Schools, and the people who work for them, can be brought in from now on."""
        from imports.kinds import declare
        from schools.kinds import Schools
        from schools.reviewers import Reviewers

        declare(Schools(), Reviewers())
