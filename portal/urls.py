"""The URLs of the site."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.staff_site import staff_site
from portal import views
from portal.rehearsing import views as rehearsing
from portal.seasons import views as season
from portal.switches import switches
from portal.trust import views as trust

# what has a beginning of its own comes first: it is found at once, not behind every address of the family's pages
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("enrollment.api")),
    path("staff/sign-in/", views.staff_sign_in, name="staff-sign-in"),
    path("staff/", include("portal.people.urls")),
    path("admin/", staff_site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("mode/", views.mode, name="mode"),
    path("session/stay/", views.stay, name="stay"),
    path("session/left/", views.left, name="left"),
    path("official/trust/", trust.trust, name="trust"),
    path("anchors/", trust.anchors, name="anchors"),
    path("anchors.json", trust.anchors_json, name="anchors-json"),
    path("health/", views.health, name="health"),
    path("", include("notifications.urls")),
    path("demo/messages/", views.demo_messages, name="demo-messages"),
    path("official/switches/<slug:district>/", switches, name="switches"),
    path("official/season/<slug:district>/<int:year>/folder/", season.folder, name="season-folder"),
    path("official/season/<slug:district>/<int:year>/folder/zip/", season.download, name="season-folder-zip"),
    path(
        "official/season/<slug:district>/<int:year>/folder/<slug:answer>/", season.decide, name="season-folder-decide"
    ),
    path("official/season/<slug:district>/<int:year>/rehearsal/", rehearsing.rehearsals, name="season-rehearsal"),
    path(
        "official/season/<slug:district>/<int:year>/rehearsal/progress/",
        rehearsing.progress,
        name="season-rehearsal-progress",
    ),
    path(
        "official/season/<slug:district>/<int:year>/rehearsal/no/<int:rehearsal_id>/",
        rehearsing.report,
        name="season-rehearsal-report",
    ),
    path(
        "official/season/<slug:district>/<int:year>/rehearsal/no/<int:rehearsal_id>/<slug:action>/",
        rehearsing.act,
        name="season-rehearsal-act",
    ),
    path("", include("enrollment.urls")),
    path("", include("imports.urls")),
    path("", include("verification.urls")),
    path("", include("lottery.urls")),
    path("", include("helpdesk.urls")),
]
handler403 = "portal.views.forbidden"
handler404 = "portal.views.page_not_found"
handler500 = "portal.views.server_error"
