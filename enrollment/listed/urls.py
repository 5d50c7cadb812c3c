"""URLs of the lists: for who keeps one, and for a parent's look before filing."""

from django.urls import path

from enrollment.listed import views

urlpatterns = [
    path("official/lists/", views.lists, name="lists"),
    path("official/lists/<slug:district>/<slug:kind>/", views.guide, name="list-guide"),
    path("my/lists/", views.look, name="my-lists"),
]
