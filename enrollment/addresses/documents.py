"""Addresses of uploaded materials and of corrections."""

from django.urls import path

from enrollment.views import corrections

urlpatterns = [
    path("my/applications/<uuid:application_id>/correct/", corrections.correct, name="correct"),
]
