"""URLs of the JSON API for signing in."""

from django.urls import path

from enrollment.account import api

urlpatterns = [
    path("session/code/", api.CodeView.as_view(), name="api-code"),
    path("session/", api.SessionView.as_view(), name="api-session"),
]
