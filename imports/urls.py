"""URLs of imports."""

from django.urls import path

from imports import views

app_name = "imports"
urlpatterns = [
    path("official/imports/", views.front, name="front"),
    path("official/imports/no/<int:import_id>/", views.table, name="table"),
    path("official/imports/no/<int:import_id>/progress/", views.table_bar, name="progress"),
    path("official/imports/no/<int:import_id>/returned/", views.returned, name="returned"),
    path("official/imports/no/<int:import_id>/<slug:answer>/", views.decide, name="decide"),
    path("official/imports/<slug:kind>/", views.kind_front, name="kind"),
    path("official/imports/<slug:kind>/template/", views.template, name="template"),
]
