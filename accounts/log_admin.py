"""The log as a list of the staff site. It stands here because the log itself knows nobody, and no site."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import Ability, ScopedAdmin, known_values
from accounts.models import Account
from accounts.staff_lists import ActionFilter, ObjectFilter
from accounts.staff_site import staff_site
from audit.models import Entry
from audit.services import typed_name
from audit.words import action_words, actor_words, object_words


@admin.register(Entry, site=staff_site)
class EntryAdmin(ScopedAdmin):
    """Who did or saw what, read-only."""

    ability = Ability.AUDIT_VIEW
    district_field = "district_code"
    list_display = ("at", "who", "action_said", "object_said", "object_id", "district_code", "sealed")
    list_filter = (ActionFilter, ObjectFilter)
    search_fields = ("object_id", "actor_label")
    search_help_text = _("The whole id of an object, or the whole name of an account")
    fields = (
        "at",
        "who",
        "action_said",
        "action",
        "object_said",
        "object_id",
        "district_code",
        "details",
        "digest",
        "seal",
    )
    ordering = ("-id",)

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """By a whole object id or a whole account name: a part of one would read every entry there is."""
        term = search_term.strip()
        if not term:
            return queryset, False
        accounts = Account.objects.filter(username=term).values_list("pk", flat=True)
        # a sign-in that failed is kept under the digest of the name typed
        about = Q(object_type__in=known_values(Entry, "object_type"), object_id__in=[term, typed_name(term)])
        return queryset.filter(about | Q(actor_id__in=list(accounts))), False

    @admin.display(description=_("Who"))
    def who(self, entry: Entry) -> str:
        return actor_words(entry.actor_label)

    @admin.display(description=_("action"))
    def action_said(self, entry: Entry) -> str:
        return action_words(entry.action)

    @admin.display(description=_("object type"))
    def object_said(self, entry: Entry) -> str:
        return object_words(entry.object_type)

    @admin.display(description=_("Sealed"), boolean=True)
    def sealed(self, entry: Entry) -> bool:
        return entry.seal_id is not None
