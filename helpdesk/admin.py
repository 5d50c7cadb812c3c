"""The staff site's pages of what is published and how often it is read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.abilities import Ability
from accounts.admin_base import ScopedAdmin
from accounts.staff_site import staff_site
from helpdesk.models import Article, PageViews
from helpdesk.page_names import PAGE_NAMES, page_name
from helpdesk.page_views import page_views_total


class PageFilter(admin.SimpleListFilter):
    """The counted pages under their titles."""

    title, parameter_name = lazy("Page"), "page"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:  # noqa: ARG002
        return [(page, str(name)) for page, name in PAGE_NAMES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        return queryset.filter(page=self.value()) if self.value() else queryset


@admin.register(PageViews, site=staff_site)
class PageViewsAdmin(ScopedAdmin):
    """Views by day and page; they belong to no district and to no person."""

    ability = Ability.ROUND_VIEW
    list_display = ("day", "name", "views")
    list_filter = (PageFilter,)
    date_hierarchy = "day"

    @admin.display(description=lazy("Page"), ordering="page")
    def name(self, row: PageViews) -> str:
        return page_name(row.page)

    def changelist_view(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        total = page_views_total()
        text = _("Page views: %(today)d today, %(month)d in 30 days, %(ever)d in all")
        title = text % {"today": total.today, "month": total.month, "ever": total.ever}
        return super().changelist_view(request, {**(extra_context or {}), "title": title})


@admin.register(Article, site=staff_site)
class ArticleAdmin(ScopedAdmin):
    """What was published, with every version."""

    ability = Ability.ROUND_VIEW
    district_field = "district__code"
    list_display = ("published_on", "heading", "kind", "version", "number")
    list_filter = ("kind",)

    @admin.display(description=lazy("Title"))
    def heading(self, article: Article) -> str:
        return str(article.title.get("zh", ""))
