"""URLs of the screen in the hall."""

from django.urls import path

from lottery.ceremony import views

urlpatterns = [
    path("results/<int:round_id>/hall/", views.hall, name="hall"),
    path("results/<int:round_id>/hall/live/", views.live, name="hall-live"),
]
