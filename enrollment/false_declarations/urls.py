"""URLs of cases of false declaration."""

from django.urls import path

from enrollment.false_declarations import views

urlpatterns = [
    path("official/declarations/", views.listed, name="declarations"),
    path("official/declarations/<uuid:case_id>/", views.case, name="declaration"),
    path("my/applications/<uuid:application_id>/declaration/", views.own, name="own-declaration"),
]
