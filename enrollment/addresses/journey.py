"""Addresses of the way to a submission."""

from django.urls import path

from enrollment.views import journey

urlpatterns = [
    path("eligibility/", journey.eligibility, name="eligibility"),
    path("my/children/register/", journey.register, name="register"),
]
