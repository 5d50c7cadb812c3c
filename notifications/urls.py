"""The addresses that providers call."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [path("status/twilio/<str:mark>/", views.twilio_status, name="twilio-status")]
