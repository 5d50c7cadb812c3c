"""Addresses of the JSON API, version 1."""

from django.urls import path

from enrollment.api import public, views

urlpatterns = [
    path("find-school/", public.FindSchoolView.as_view(), name="api-find-school"),
    path("schools/", public.SchoolsView.as_view(), name="api-schools"),
    path("calendar/", public.CalendarView.as_view(), name="api-calendar"),
    path("policies/", public.PoliciesView.as_view(), name="api-policies"),
    path("session/code/", views.CodeView.as_view(), name="api-code"),
    path("session/", views.SessionView.as_view(), name="api-session"),
    path("rounds/", views.RoundsView.as_view(), name="api-rounds"),
    path("applications/", views.ApplicationsView.as_view(), name="api-applications"),
    path("applications/<str:receipt>/correction/", views.CorrectionView.as_view(), name="api-correction"),
]
