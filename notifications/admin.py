"""The messages in the staff site: filters, and one message with what can be done about it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

import identifiers
from accounts.abilities import Ability
from accounts.admin_base import OwnPageAdmin, viewer
from accounts.pages import hiding
from accounts.scopes import scope
from accounts.staff_lists import KnownValuesFilter
from accounts.staff_site import staff_site
from audit.services import record
from foundation.days import moment_said
from foundation.errors import Refusal, Refused
from notifications import services
from notifications.channels.chosen import channel
from notifications.lines import held
from notifications.models import UNREACHED, Message
from notifications.names import NAMES, message_name
from notifications.services import AGAIN_FROM, LONGEST_REASON

UNREACHED_ONLY = "unreached"


class TemplateFilter(KnownValuesFilter):
    """The templates there are: known without a look at the messages."""

    title, parameter_name, column = lazy("Template"), "template", "template"

    def known(self, model: type[Model]) -> list[str]:  # noqa: ARG002 - the base's signature
        return sorted(NAMES)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(template, message_name(template)) for template in self._known]


class ReachFilter(admin.SimpleListFilter):
    """Whom no text reached: they are called, or have it sent again. A code nobody needs any more is not among them."""

    title, parameter_name = lazy("Reached"), "reach"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        return [(UNREACHED_ONLY, lazy("Not reached: please call"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        if self.value() != UNREACHED_ONLY:
            return queryset
        return services.unreached(queryset)


@admin.register(Message, site=staff_site)
class MessageAdmin(OwnPageAdmin):
    """Messages to families: numbers masked, sign-in codes never shown; sent again, or told by telephone instead."""

    ability = Ability.APPLICATION_VIEW
    district_field = "district_code"
    personal = True
    list_display = ("created_at", "to", "about", "state", "attempts", "sent_at")
    list_filter = (ReachFilter, "state", TemplateFilter)
    ordering = ("-id",)

    @admin.display(description=lazy("Template"), ordering="template")
    def about(self, message: Message) -> str:
        return message_name(message.template)

    @admin.display(description=lazy("Phone"))
    def to(self, message: Message) -> str:
        return identifiers.mask("mobile", message.phone)

    def changelist_view(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        for problem in channel().check_config():
            messages.error(request, problem)
        if (hold := held()) is not None:
            text = _(
                "Since %(since)s the channel refuses everything (%(why)s): the credentials, the account or the sender "
                "are wrong. Messages wait, none is lost; they go by themselves when the settings are mended."
            )
            messages.error(request, text % {"since": moment_said(hold.since), "why": hold.why})
        return super().changelist_view(request, extra_context)

    def page(self, request: HttpRequest, row: Message, context: dict[str, Any]) -> HttpResponse:
        refused: Refusal | None = None
        if request.method == "POST":
            try:
                with hiding():
                    done = _act(request, row)
            except Refused as problem:
                refused = problem
                row.refresh_from_db()
            else:
                messages.success(request, done)
                return redirect("admin:notifications_message_change", row.pk)
        self.viewed(request, row)
        return _page(request, row, refused, context)


def _act(request: HttpRequest, message: Message) -> str:
    """Carry out what was pressed; the sentence that confirms it. Raises NotAllowed, Refused."""
    reason = request.POST.get("reason", "")
    if request.POST.get("act") == "again":
        services.message_send_again(actor=viewer(request), message_id=message.pk, reason=reason)
        return _("The message is sent again.")
    if request.POST.get("act") == "told":
        services.message_mark_told(actor=viewer(request), message_id=message.pk, note=reason)
        return _("Noted: the family was told.")
    raise Refused(_("Please pick a decision."), code="decision")


def _page(request: HttpRequest, message: Message, refused: Refusal | None, site: dict[str, Any]) -> HttpResponse:
    may = scope(request.user).may(Ability.APPLICATION_REVIEW, district=message.district_code)
    call = may and not message.secret and message.state in UNREACHED
    if call:  # the whole number is shown to whoever has to call it, and that is recorded
        record(
            actor=viewer(request),
            action="message.number",
            object_type="message",
            object_id=message.pk,
            district=message.district_code,
        )
    context = {
        **site,
        "title": f"{_('Message')} {message.pk}",
        "message": message,
        "number": services.number_now(message) if call else identifiers.mask("mobile", message.phone),
        "text": _("Hidden: it holds a sign-in code.") if message.secret else message.body,
        "call": call,
        "again": may and not message.secret and message.state in AGAIN_FROM,
        "deliveries": message.deliveries.order_by("pk"),
        "refused": refused,
        "act": request.POST.get("act", ""),
        "typed": request.POST.get("reason", ""),
        "most": LONGEST_REASON,
    }
    return TemplateResponse(request, "notifications/message.html", context, status=422 if refused else 200)
