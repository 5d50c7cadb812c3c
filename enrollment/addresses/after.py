"""Addresses of what follows a submission."""

from django.urls import path, re_path

from enrollment.views import after

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
urlpatterns = [
    path("my/applications/<uuid:application_id>/", after.application, name="application"),
    re_path(
        rf"^my/applications/(?P<application_id>{UUID})/(?P<action>withdraw|appeal|accept|decline)/$",
        after.act,
        name="act",
    ),
]
