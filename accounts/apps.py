"""What the room of people and sessions sets up when it is loaded."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from accounts.sessions import entered

        user_logged_in.disconnect(dispatch_uid="update_last_login")  # Django's own, for everybody
        user_logged_in.connect(entered, dispatch_uid="entered")
