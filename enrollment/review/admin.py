"""The staff site's review queue, with its case page."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

import identifiers
from accounts.abilities import Ability
from accounts.admin_base import OwnPageAdmin, viewer
from accounts.scopes import scope
from accounts.staff_lists import GroupFilter
from accounts.staff_site import staff_site
from enrollment.filing.submission.services import normal_receipt
from enrollment.review.staff.case import OF_VERSION
from enrollment.review.staff.page import case_page
from enrollment.review.views import next_wanted
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion, Child
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.staff_lists import DeskFilter, initial
from enrollment.seasons.states import OPEN_FOR_REVIEW
from foundation import clock
from foundation.crypto import blind_index
from foundation.posted import key
from foundation.wording import content_language

TAGS = dict.fromkeys(ApplicationState.values, "info") | {
    ApplicationState.VERIFIED: "info",
    ApplicationState.ATTENTION: "warning",
    ApplicationState.IN_REVIEW: "info",
    ApplicationState.RETURNED: "warning",
    ApplicationState.NOT_ELIGIBLE: "danger",
    ApplicationState.WITHDRAWN: "danger",
    ApplicationState.APPROVED: "success",
    ApplicationState.ACCEPTED: "success",
    ApplicationState.ENROLLED: "success",
}
# what a case's page reads beside the application, its child, round and district
OF_CASE = ("guardian", "review_school", "round__policy", "held_decision__reviewer", "desk__given_to")


class ReviewFilter(DeskFilter):
    everything = _("All applications")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> QuerySet[Application]:
        if self.value() == "all" or "state__exact" in request.GET or "q" in request.GET:
            return queryset
        return queryset.filter(state__in=OPEN_FOR_REVIEW)


@admin.register(Application, site=staff_site)
class ApplicationAdmin(OwnPageAdmin):
    ability = Ability.APPLICATION_VIEW
    district_field = "district_code"
    school_field = "review_school_id"
    personal = True
    list_display = ("number", "child_name", "level", "tag", "group", "zone", "asks", "waiting", "school")
    list_filter = (ReviewFilter, "state", "stage", GroupFilter, "needs_person", "online")
    search_fields = ("receipt",)
    search_help_text = _("Receipt number, whole name or whole ID number of the child")
    list_select_related = ("child", "review_school", "round__policy")
    ordering = ("-needs_person", "state_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        """A list reads what it shows: no policy's text, of a child nothing but the name it takes the initial from."""
        rows: QuerySet[Application] = super().get_queryset(request)
        return rows.defer("round__policy__text", "child__id_number", "child__typed")

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """By receipt, whole name or whole document number, exactly: staff cannot fish with parts of them."""
        if not search_term:
            return queryset, False
        today = clock.today()
        document = identifiers.check("id", search_term, role="child", today=today)
        name = identifiers.normalise("name", search_term)
        known = Q(name_index=blind_index("child-name", name))
        if described := identifiers.stands_for(search_term):
            known |= Q(name_index=blind_index("child-name", described.name))
        if document.ok:
            known |= Q(id_index=blind_index("child", document.value))
        # the children first, by their own indexes: a condition over both tables would read every application
        children = list(Child.objects.filter(known).values_list("pk", flat=True))
        return queryset.filter(Q(receipt=normal_receipt(search_term)) | Q(child_id__in=children)), False

    @admin.display(description=_("Receipt number"), ordering="receipt")
    def number(self, application: Application) -> str:
        return application.receipt

    @admin.display(description=_("Stage"), ordering="stage")
    def level(self, application: Application) -> str:
        return application.get_stage_display()

    @admin.display(description=_("Group"), ordering="tier")
    def group(self, application: Application) -> str:
        names = {group.id: group.name for group in compiled(application.round.policy).groups}
        found = names.get(application.group_code)
        return found.of(content_language()) if found else "—"

    @admin.display(description=_("Zone"), ordering="zone_code")
    def zone(self, application: Application) -> str:
        return application.zone_code or "—"

    @admin.display(description=_("Child"))
    def child_name(self, application: Application) -> str:
        return initial(application)

    @display(description=_("State"), ordering="state", label=TAGS)  # type: ignore[arg-type]
    def tag(self, application: Application) -> tuple[str, str]:
        return application.state, str(ApplicationState(application.state).label)

    @admin.display(description=_("Needs"))
    def asks(self, application: Application) -> str:
        needs = [
            str(label)
            for wanted, label in (
                (application.needs_person, _("A decision")),
                (application.needs_offline_check, _("A check on the spot")),
            )
            if wanted
        ]
        return "、".join(needs) or "—"

    @admin.display(description=_("Waiting since"), ordering="state_at")
    def waiting(self, application: Application) -> Any:
        return application.state_at

    @admin.display(description=_("School"), ordering="review_school")
    def school(self, application: Application) -> str:
        return application.review_school.name if application.review_school else "—"

    def page(self, request: HttpRequest, row: Application, context: dict[str, Any]) -> HttpResponse:
        self.viewed(request, row)
        return case_page(request, row, viewer(request), context, next_wanted(request))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Application | None:  # noqa: ARG002 - Django's signature
        """The application with its versions, all that its page shows of both in one statement."""
        rows = ApplicationVersion.objects.filter(application=key(object_id)).order_by("number")
        reach = {"district": f"application__{self.district_field}", "school": f"application__{self.school_field}"}
        rows = scope(request.user).rows(rows, self.ability, **reach)
        versions = list(rows.select_related(*OF_VERSION, *(f"application__{name}" for name in OF_CASE)))
        if not versions:
            return None
        application = versions[-1].application
        for version in versions:
            version.application = application
        kept = application.__dict__.setdefault("_prefetched_objects_cache", {})  # as prefetch_related would leave it
        kept["versions"] = application.versions.all()
        kept["versions"]._result_cache = versions
        return application
