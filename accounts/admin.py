"""The entry "Staff" of the staff site: it leads to the pages of people."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import log_admin  # noqa: F401 - registers it
from accounts.abilities import Ability
from accounts.admin_base import OwnPageAdmin
from accounts.models import Account
from accounts.staff_site import staff_site


@admin.register(Account, site=staff_site)
class StaffAccountAdmin(OwnPageAdmin):
    """The menu's entry "Staff": it leads to the pages of people. Families are not listed here."""

    ability = Ability.STAFF_MANAGE
    district_field = "roles__district_code"
    school_field = "roles__school_code"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return super().get_queryset(request).filter(kind=Account.Kind.STAFF).distinct()

    def changelist_view(  # type: ignore[override]
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002 - Django's signature
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect("people:list")

    def page(self, request: HttpRequest, row: Account, context: dict[str, Any]) -> HttpResponse:  # noqa: ARG002
        return redirect("people:person", row.public_id)
