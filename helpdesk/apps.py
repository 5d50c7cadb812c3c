"""What the helpdesk hands to the rooms below it when it is loaded."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = _("Notices and page views")

    def ready(self) -> None:
        # a person's copy of their data is made a room below, which does not know this one
        from enrollment.privacy.own_data import contribute
        from enrollment.seasons.readiness import ask
        from helpdesk.calls import calls_to
        from helpdesk.petitions.selectors import petitions_copied
        from helpdesk.readiness import notices_missing

        contribute("call_backs", calls_to)
        contribute("petitions", petitions_copied)
        ask("notices", notices_missing)
