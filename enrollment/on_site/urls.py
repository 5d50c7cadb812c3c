"""URLs of checks on the spot."""

from django.urls import path

from enrollment.on_site import views

urlpatterns = [
    path("official/on-site/", views.listed, name="on-site"),
    path("official/on-site/<uuid:application_id>/", views.visit, name="on-site-visit"),
    path("official/on-site/photos/<uuid:photo_id>/", views.photo, name="on-site-photo"),
]
