"""What every page of the staff site shares: rows by scope, nothing writable unless said, every view recorded."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import unquote
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from accounts.abilities import Ability
from accounts.field_words import name_fields
from accounts.models import Account
from accounts.scopes import scope
from accounts.staff_lists import ListPaginator, known_values
from audit.services import record, record_views

__all__ = [
    "Ability",
    "OwnPageAdmin",
    "ScopedAdmin",
    "known_values",
    "viewer",
]  # the door for admin pages below


class ScopedAdmin(ModelAdmin):  # type: ignore[misc,unused-ignore]
    """Read-only rows within the person's scope.

    ``ability`` is the word of accounts.abilities that opens the page; ``district_field`` and ``school_field`` name the
    columns that are compared ("" where rows belong to no place). Lists of ``personal`` rows write an audit entry a row.
    """

    ability: Ability
    district_field = ""
    school_field = ""
    personal = False
    list_filter_sheet = False
    paginator = ListPaginator
    list_per_page = 25  # a row costs its template and, where it is personal, an entry of the log
    show_full_result_count = False
    actions: Any = None

    def __init__(self, model: type[Model], admin_site: AdminSite) -> None:
        super().__init__(model, admin_site)
        name_fields(model)

    @property
    def object_type(self) -> str:
        return str(self.model._meta.model_name)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        reach = scope(request.user)
        if not self.district_field:
            return rows if reach.any(self.ability) else rows.none()
        return reach.rows(rows, self.ability, district=self.district_field, school=self.school_field)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return scope(request.user).any(self.ability)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if obj is None:
            return scope(request.user).any(self.ability)
        return bool(self.get_queryset(request).filter(pk=obj.pk).exists())

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def changelist_view(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if self.personal and "cl" in shown:
            self._listed(request, shown["cl"].result_list)
        return response

    def _listed(self, request: HttpRequest, rows: Iterable[Model]) -> None:
        places = {str(row.pk): self.place(row) for row in rows}
        record_views(
            actor=viewer(request), action=f"{self.object_type}.list", object_type=self.object_type, places=places
        )

    def place(self, row: Model) -> str:
        """The district of a row, for its audit entry; "" where it has none."""
        value: Any = row
        for name in self.district_field.split("__") if self.district_field else ():
            value = getattr(value, name, "")
        return value if isinstance(value, str) else ""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        row = self.get_object(request, unquote(object_id))
        if row is not None:
            self.viewed(request, row)
        return response

    def viewed(self, request: HttpRequest, row: Model) -> None:
        """Record that this person was shown the row."""
        record(
            actor=viewer(request),
            action=f"{self.object_type}.view",
            object_type=self.object_type,
            object_id=row.pk,
            district=self.place(row),
        )


class OwnPageAdmin(ScopedAdmin):
    """Rows with a page of ours in the place of Django's form; ``page`` shows one and says when it was viewed."""

    def page(self, request: HttpRequest, row: Any, context: dict[str, Any]) -> HttpResponse:
        """The page of one row; ``context`` is the staff site's."""
        raise NotImplementedError

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002 - Django's signature
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return self.page(
            request, row, {**self.admin_site.each_context(request), "opts": self.opts, **(extra_context or {})}
        )


def viewer(request: HttpRequest) -> Account:
    """The member of staff who asks; the staff site lets nobody else in."""
    if not isinstance(request.user, Account):
        raise TypeError("the staff site was reached without an account")
    return request.user
