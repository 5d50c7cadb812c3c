"""URLs of the set-up."""

from django.urls import path

from enrollment.setup.views import rules, season

AT = "official/season/<slug:district>/<int:year>/"
urlpatterns = [
    path("official/season/", season.front, name="season-front"),
    path(AT, season.steps, name="season-steps"),
    path(f"{AT}dates/", season.dates, name="season-dates"),
    path(f"{AT}change/", season.change, name="season-change"),
    path(f"{AT}change/<slug:action>/", season.decide, name="season-decide"),
    path(f"{AT}rules/", rules.rules, name="season-rules"),
    path(f"{AT}rules/<slug:code>/<int:number>/", rules.version, name="season-rule"),
]
