"""The review queue says where departments stand: who waits for them, and where every answer is in."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.staff_site import staff_site
from enrollment.cases.models import JointCase
from enrollment.cases.selectors import answers_are_in, departments_asked
from enrollment.review.admin import ApplicationAdmin
from enrollment.seasons.models import Application

ANSWERED, ASKED = JointCase.State.ANSWERED, JointCase.State.ASKED


class DepartmentsFilter(admin.SimpleListFilter):
    """What departments were asked about."""

    title = _("Departments")
    parameter_name = "departments"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        return [(ANSWERED, _("All answers are in")), (ASKED, _("Asked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> QuerySet[Application]:  # noqa: ARG002
        if self.value() == ANSWERED:
            return queryset.filter(answers_are_in())
        return queryset.filter(departments_asked()) if self.value() == ASKED else queryset


class QueueAdmin(ApplicationAdmin):
    """The queue of ``enrollment.review`` with one column and one filter more; this subject stands above that one."""

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return (*super().get_list_display(request), "departments")

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        return (*super().get_list_filter(request), DepartmentsFilter)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        match = request.resolver_match
        rows = super().get_queryset(request)
        if match is None or not str(match.url_name).endswith("_changelist"):
            return rows
        return rows.annotate(answers_in=answers_are_in(), asked_others=departments_asked())

    @display(description=_("Departments"), label={ANSWERED: "success", ASKED: "info"})  # type: ignore[arg-type]
    def departments(self, application: Any) -> tuple[str, str] | str:
        if application.answers_in:
            return ANSWERED, str(_("All answers are in"))
        return (ASKED, str(_("Asked"))) if application.asked_others else "—"


staff_site.unregister(Application)
staff_site.register(Application, QueueAdmin)
