"""URLs of the open part of the JSON API."""

from django.urls import path

from enrollment.public import api

urlpatterns = [
    path("find-school/", api.FindSchoolView.as_view(), name="api-find-school"),
    path("schools/", api.SchoolsView.as_view(), name="api-schools"),
    path("calendar/", api.CalendarView.as_view(), name="api-calendar"),
    path("policies/", api.PoliciesView.as_view(), name="api-policies"),
]
