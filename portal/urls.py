"""The addresses of the site."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.staff_site import staff_site
from portal import views

# what has a beginning of its own comes first: it is found at once, not behind every address of the family's pages
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("enrollment.api.urls")),
    path("staff/sign-in/", views.staff_sign_in, name="staff-sign-in"),
    path("admin/", staff_site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("mode/", views.mode, name="mode"),
    path("session/stay/", views.stay, name="stay"),
    path("health/", views.health, name="health"),
    path("messages/", include("notifications.urls")),
    path("demo/messages/", views.demo_messages, name="demo-messages"),
    path("", include("enrollment.urls")),
    path("", include("lottery.urls")),
    path("", include("helpdesk.urls")),
]
handler404 = "portal.views.page_not_found"
handler500 = "portal.views.server_error"
