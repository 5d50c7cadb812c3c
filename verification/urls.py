"""URLs of verification."""

from django.urls import path

from verification import figure_views

app_name = "verification"
urlpatterns = [
    path("official/figures/", figure_views.page, name="figures"),
    path("official/figures/table/", figure_views.download, name="figures-table"),
]
