"""URLs of the simulation."""

from django.urls import path

from lottery.whatif import views

urlpatterns = [
    path("official/rounds/<int:round_id>/whatif/", views.page, name="whatif"),
    path("official/rounds/<int:round_id>/whatif/progress/", views.progress_, name="whatif-progress"),
]
