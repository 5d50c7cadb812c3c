"""What the room of enrollment hands to those below it when it is loaded."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = _("Enrollment")

    def ready(self) -> None:
        """From now on the subjects react to what happens below them, their tables can be brought in, and the figures of
        the data items know the rounds.
        """
        from enrollment import (
            kinds,  # noqa: F401
            reactions,  # noqa: F401
        )
        from enrollment.seasons.selectors import round_names
        from verification import rounds

        rounds.register(round_names)
