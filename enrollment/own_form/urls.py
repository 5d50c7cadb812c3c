"""URLs of a district's own form."""

from django.urls import path

from enrollment.own_form import views

AT = "official/season/<slug:district>/<int:year>/form/"
ROUND = f"{AT}<slug:stage>/<slug:kind>/"
urlpatterns = [
    path(AT, views.front, name="season-forms"),
    path(ROUND, views.edit, name="season-form"),
    path(f"{ROUND}preview/", views.preview, name="season-form-preview"),
    path(f"{ROUND}change/", views.change, name="season-form-change"),
    path(f"{ROUND}change/<slug:action>/", views.decide, name="season-form-decide"),
]
