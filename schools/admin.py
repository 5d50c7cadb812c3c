"""Schools, seat plans and zones in the staff site."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.abilities import Ability
from accounts.admin_base import ScopedAdmin
from accounts.staff_site import staff_site
from schools.models import School, SeatPlan, Zone


@admin.register(School, site=staff_site)
class SchoolAdmin(ScopedAdmin):
    ability = Ability.SEASON_VIEW
    district_field = "district__code"
    school_field = "code"
    list_display = ("code", "name", "kind", "district", "town", "education_group")
    list_filter = ("kind",)
    search_fields = ("code", "name")


@admin.register(SeatPlan, site=staff_site)
class SeatPlanAdmin(ScopedAdmin):
    ability = Ability.SEASON_VIEW
    district_field = "school__district__code"
    school_field = "school_id"
    list_display = ("school", "year", "stage", "seats", "class_size")
    list_filter = ("year", "stage")
    list_select_related = ("school",)
    ordering = ("-year", "stage", "school_id")


@admin.register(Zone, site=staff_site)
class ZoneAdmin(ScopedAdmin):
    ability = Ability.SEASON_VIEW
    district_field = "district__code"
    list_display = ("name", "year", "stage", "school_names")
    list_filter = ("year", "stage")
    search_fields = ("name",)
    fields = ("district", "name", "year", "stage", "school_names", "rules")
    ordering = ("-year", "stage", "code")

    @admin.display(description=_("Schools"))
    def school_names(self, zone: Zone) -> str:
        return "、".join(school.name for school in zone.schools.all())

    @admin.display(description=_("Published description"))
    def rules(self, zone: Zone) -> str:
        return "\n".join(
            f"{rule.effect} {rule.kind} {rule.name} {rule.parity} {rule.low or ''}–{rule.high or ''}"
            for rule in zone.rules.order_by("pk")
        )
