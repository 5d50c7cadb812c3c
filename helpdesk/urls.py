"""URLs of the helpdesk."""

from django.urls import path

from helpdesk import publishing_views, views
from helpdesk.petitions.urls import urlpatterns as petitions

app_name = "helpdesk"
urlpatterns = [
    path("call-back/", views.call_back, name="call-back"),
    path("official/notices/<slug:district>/", publishing_views.publishing, name="publishing"),
    path("assist/calls/", views.calls, name="calls"),
    *petitions,
]
