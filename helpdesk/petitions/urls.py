"""URLs of petitions."""

from django.urls import path

from helpdesk.petitions import views

urlpatterns = [
    path("official/petitions/", views.listed, name="petitions"),
    path("official/petitions/<uuid:petition_id>/", views.one, name="petition"),
    path("my/petitions/", views.own, name="own-petitions"),
]
