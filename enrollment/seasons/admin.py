"""The staff site's read-only pages of seasons, rounds, policies and the rules of a season."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.abilities import Ability
from accounts.admin_base import ScopedAdmin
from accounts.staff_site import staff_site
from enrollment.seasons.models import AfterRules, PolicyVersion, Round, Season
from enrollment.seasons.staff import ReasonForm, pause, resume
from enrollment.seasons.words import ROUND_STATES


class PlanAdmin(ScopedAdmin):
    """Read-only pages of how a season is planned."""

    ability = Ability.SEASON_VIEW
    district_field = "district__code"


@admin.register(PolicyVersion, site=staff_site)
class PolicyVersionAdmin(PlanAdmin):
    list_display = ("code", "number", "district", "created_at", "digest")
    fields = ("code", "number", "district", "created_at", "digest", "policy_text")
    ordering = ("code", "-number")

    @admin.display(description=_("Text"))
    def policy_text(self, version: PolicyVersion) -> SafeString:
        return format_html('<pre style="white-space: pre-wrap">{}</pre>', version.text)


@admin.register(Season, site=staff_site)
class SeasonAdmin(PlanAdmin):
    list_display = ("year", "district", "rehearsal", "synthetic")
    fields = ("year", "district", "rehearsal", "synthetic", "calendar")
    ordering = ("-year",)


class StateFilter(admin.SimpleListFilter):
    """The states of a round under the names people know."""

    title, parameter_name = _("State"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:  # noqa: ARG002
        return [(state, str(name)) for state, name in ROUND_STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(Round, site=staff_site)
class RoundAdmin(PlanAdmin):
    actions = (pause, resume)
    action_form = ReasonForm
    district_field = "season__district__code"
    list_display = ("season", "stage", "kind", "standing", "policy", "opens_at", "closes_at", "results_at")
    list_filter = ("stage", "kind", StateFilter)
    list_select_related = ("season__district", "policy")
    fields = ("season", "stage", "kind", "standing", "policy", "opens_at", "closes_at", "results_at")
    ordering = ("-season__year", "stage")

    @admin.display(description=_("State"), ordering="state")
    def standing(self, round_: Round) -> str:
        return str(ROUND_STATES[round_.state])


@admin.register(AfterRules, site=staff_site)
class AfterRulesAdmin(ScopedAdmin):
    """Deadlines, issuer and check-in list of a season."""

    ability = Ability.SEASON_VIEW
    district_field = "season__district__code"
    list_display = ("season", "appeal_days", "appeal_within")
    fields = ("season", "appeal_days", "appeal_within", "days_off", "extra_days", "issuer", "bring")
