"""The staff site's list of appeals."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.abilities import Ability
from accounts.admin_base import OwnPageAdmin, viewer
from accounts.scopes import scope
from accounts.staff_site import staff_site
from enrollment.appeals.models import Appeal
from enrollment.appeals.selectors import ABILITY
from enrollment.appeals.staff import appeal_page
from enrollment.seasons.staff_lists import DeskFilter, initial
from foundation import clock

TAGS = {
    Appeal.State.FILED: "warning",
    Appeal.State.HEARING: "info",
    Appeal.State.UPHELD: "success",
    Appeal.State.DISMISSED: "danger",
}


class OpenFilter(DeskFilter):
    """The list opens with what waits for an answer."""

    everything = _("All appeals")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appeal]) -> QuerySet[Appeal]:  # noqa: ARG002
        return queryset if self.value() == "all" else queryset.filter(state__in=Appeal.OPEN)


@admin.register(Appeal, site=staff_site)
class AppealAdmin(OwnPageAdmin):
    ability = Ability.APPLICATION_REVIEW
    district_field = "application__district_code"
    school_field = "application__review_school_id"
    personal = True
    list_display = ("receipt", "child", "subject", "tag", "filed_at", "answer_by", "late")
    list_filter = (OpenFilter, "subject", "state")
    list_select_related = ("application__child",)
    ordering = ("answer_by",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Each kind of appeal for those who may decide it: a result is not a school's own business."""
        reach, found = scope(request.user), Appeal.objects.none()
        for subject, ability in ABILITY.items():
            rows = Appeal.objects.filter(subject=subject)
            found |= reach.rows(rows, ability, district=self.district_field, school=self.school_field)
            found |= reach.rows(rows, Ability.AUDIT_VIEW, district=self.district_field)  # who supervises reads them all
        return found

    def has_module_permission(self, request: HttpRequest) -> bool:
        return any(scope(request.user).any(ability) for ability in (*ABILITY.values(), Ability.AUDIT_VIEW))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return self.has_module_permission(request)
        return bool(self.get_queryset(request).filter(pk=obj.pk).exists())

    @admin.display(description=_("Receipt number"))
    def receipt(self, appeal: Appeal) -> str:
        return appeal.application.receipt

    @admin.display(description=_("Child"))
    def child(self, appeal: Appeal) -> str:
        return initial(appeal.application)

    @display(description=_("State"), ordering="state", label=TAGS)  # type: ignore[arg-type]
    def tag(self, appeal: Appeal) -> tuple[str, str]:
        return appeal.state, appeal.get_state_display()

    @admin.display(description=_("overdue"), boolean=True)
    def late(self, appeal: Appeal) -> bool:
        return appeal.is_open and clock.deadline_passed(appeal.answer_by)

    def page(self, request: HttpRequest, row: Appeal, context: dict[str, Any]) -> HttpResponse:
        self.viewed(request, row)
        return appeal_page(request, row, viewer(request), context)
