from django.contrib import admin
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

import identifiers
from accounts.admin_base import ScopedAdmin
from accounts.staff_lists import KnownValuesFilter
from accounts.staff_site import staff_site
from notifications.models import Message
from notifications.templates import TEMPLATES


class TemplateFilter(KnownValuesFilter):
    """The templates there are: known without a look at the messages."""

    title, parameter_name, column = lazy("Template"), "template", "template"

    def known(self, model: type[Model]) -> list[str]:  # noqa: ARG002 - the base's signature
        return sorted(TEMPLATES)


@admin.register(Message, site=staff_site)
class MessageAdmin(ScopedAdmin):
    """Messages to families, read-only: numbers masked, sign-in codes never shown."""

    ability = "application.view"
    district_field = "district_code"
    personal = True
    list_display = ("created_at", "to", "template", "state", "attempts", "sent_at")
    list_filter = ("state", TemplateFilter)
    fields = ("to", "template", "language", "text", "state", "attempts", "created_at", "next_attempt_at", "sent_at")
    readonly_fields = ("to", "text")
    ordering = ("-id",)

    @admin.display(description=lazy("Phone"))
    def to(self, message: Message) -> str:
        return identifiers.mask("mobile", message.phone)

    @admin.display(description=lazy("Text"))
    def text(self, message: Message) -> str:
        return _("Hidden: it holds a sign-in code.") if message.secret else message.body
