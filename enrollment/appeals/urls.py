"""URLs of a family's appeal; documents given with it have theirs in `documents`."""

from django.urls import path, re_path

from enrollment.appeals import views
from enrollment.seasons.routes import MINE, UUID

urlpatterns = [
    path("my/applications/<uuid:application_id>/appeal/", views.appeal, name="appeal"),
    re_path(
        rf"{MINE}/appeal/(?P<appeal_id>{UUID})/(?P<action>take-back|confirm|move)/$", views.step, name="appeal-step"
    ),
]
