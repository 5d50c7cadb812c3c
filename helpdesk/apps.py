from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = _("Notices and page views")

    def ready(self) -> None:
        # a person's copy of their data is made a room below, which does not know this one
        from enrollment.services.own_data import contribute
        from helpdesk.calls import calls_to

        contribute("call_backs", calls_to)
