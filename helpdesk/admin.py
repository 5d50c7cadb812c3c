"""The staff site's pages of what is published and how often it is read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.admin_base import ScopedAdmin
from accounts.staff_site import staff_site
from helpdesk.models import Article, PageViews
from helpdesk.visits import visit_total


@admin.register(PageViews, site=staff_site)
class PageViewsAdmin(ScopedAdmin):
    """Views by day and page; they belong to no district and to no person."""

    ability = "round.view"
    list_display = ("day", "page", "views")
    list_filter = ("page",)
    date_hierarchy = "day"

    def changelist_view(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        total = visit_total()
        text = _("Page views: %(today)d today, %(month)d in 30 days, %(ever)d in all")
        title = text % {"today": total.today, "month": total.month, "ever": total.ever}
        return super().changelist_view(request, {**(extra_context or {}), "title": title})


@admin.register(Article, site=staff_site)
class ArticleAdmin(ScopedAdmin):
    """What was published, with every version."""

    ability = "round.view"
    district_field = "district__code"
    list_display = ("published_on", "heading", "kind", "version", "number")
    list_filter = ("kind",)

    @admin.display(description=lazy("Title"))
    def heading(self, article: Article) -> str:
        return str(article.title.get("zh", ""))
