"""Addresses of the JSON API, version 1."""

from django.urls import path

from enrollment.api import views

urlpatterns = [
    path("session/code/", views.CodeView.as_view(), name="api-code"),
    path("session/", views.SessionView.as_view(), name="api-session"),
    path("rounds/", views.RoundsView.as_view(), name="api-rounds"),
    path("applications/", views.ApplicationsView.as_view(), name="api-applications"),
    path("applications/<str:receipt>/correction/", views.CorrectionView.as_view(), name="api-correction"),
]
