"""The URLs that providers call, and the page of what was said."""

from django.urls import path

from notifications import staff_views, views

app_name = "notifications"
urlpatterns = [
    path("messages/status/twilio/<str:mark>/", views.twilio_status, name="twilio-status"),
    path("official/messages/", staff_views.sent, name="sent"),
    path("official/messages/check/", staff_views.check, name="check"),
    path("official/messages/table/", staff_views.sent_table, name="sent-table"),
]
