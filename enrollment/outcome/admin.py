"""The staff site's list of letters as issued."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.abilities import Ability
from accounts.admin_base import ScopedAdmin
from accounts.staff_site import staff_site
from enrollment.outcome.models import Letter


@admin.register(Letter, site=staff_site)
class LetterAdmin(ScopedAdmin):
    """Letters as issued: read-only, without their content."""

    ability = Ability.APPLICATION_VIEW
    district_field = "application__district_code"
    school_field = "offer__school_id"
    personal = True
    list_display = ("number", "kind", "school", "issued_at")
    list_filter = ("kind",)
    list_select_related = ("offer__school", "application")
    fields = ("number", "kind", "school", "issued_at", "digests")
    ordering = ("-issued_at",)

    @admin.display(description=_("School"))
    def school(self, letter: Letter) -> str:
        return letter.offer.school.name if letter.offer.school else "—"
