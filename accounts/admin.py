from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ScopedAdmin
from accounts.models import Account
from accounts.staff_site import staff_site


@admin.register(Account, site=staff_site)
class StaffAccountAdmin(ScopedAdmin):
    """Members of staff and their roles, read-only. Families are not listed here."""

    ability = "season.edit"
    district_field = "roles__district_code"
    personal = True
    list_display = ("username", "name", "role_names", "is_active", "last_login")
    fields = ("username", "name", "role_names", "is_active", "created_at", "last_login")
    search_fields = ("username",)
    ordering = ("username",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return super().get_queryset(request).filter(kind=Account.Kind.STAFF).distinct().prefetch_related("roles")

    @admin.display(description=_("Roles"))
    def role_names(self, account: Account) -> str:
        return "、".join(f"{role.get_name_display()} {role.district_code}" for role in account.roles.all())
