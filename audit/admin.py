from django.contrib import admin

from accounts.admin_base import ScopedAdmin
from accounts.staff_site import staff_site
from audit.models import Entry


@admin.register(Entry, site=staff_site)
class EntryAdmin(ScopedAdmin):
    """Who did or saw what, read-only."""

    ability = "audit.view"
    district_field = "district_code"
    list_display = ("at", "actor_label", "action", "object_type", "object_id", "district_code", "sealed")
    list_filter = ("action", "object_type")
    search_fields = ("object_id", "actor_label")
    fields = ("at", "actor_label", "action", "object_type", "object_id", "district_code", "details", "digest", "seal")
    ordering = ("-id",)
    show_full_result_count = False

    @admin.display(boolean=True)
    def sealed(self, entry: Entry) -> bool:
        return entry.seal_id is not None
