"""Addresses of the helpdesk."""

from django.urls import path

from helpdesk import views

app_name = "helpdesk"
urlpatterns = [
    path("call-back/", views.call_back, name="call-back"),
    path("assist/calls/", views.calls, name="calls"),
]
