"""URLs of the witnesses' page and the minutes."""

from django.urls import path

from lottery.witnesses import views

urlpatterns = [
    path("results/<int:round_id>/minutes.pdf", views.minutes, name="minutes"),
    path("witness/<int:round_id>/", views.witness, name="witness"),
    path("witness/<int:round_id>/live/", views.live, name="witness-live"),
    path("witness/<int:round_id>/<slug:action>/", views.act, name="witness-act"),
]
