"""URLs of admission by score."""

from django.urls import path

from lottery.scores import views

urlpatterns = [
    path("official/rounds/<int:round_id>/scores/", views.page, name="scores"),
    path("official/rounds/<int:round_id>/scores/<slug:action>/", views.act, name="scores-act"),
]
