"""URLs of the JSON API for filing."""

from django.urls import path

from enrollment.filing import api

urlpatterns = [
    path("rounds/", api.RoundsView.as_view(), name="api-rounds"),
    path("applications/", api.ApplicationsView.as_view(), name="api-applications"),
    path("applications/<str:receipt>/correction/", api.CorrectionView.as_view(), name="api-correction"),
]
