"""Addresses of the way to a submission."""

from django.urls import path

from enrollment.views import journey, precheck

urlpatterns = [
    path("eligibility/", journey.eligibility, name="eligibility"),
    path("my/children/register/", journey.register, name="register"),
    path("my/children/<uuid:child_id>/expect/<int:round_id>/", precheck.expect, name="expect"),
]
