"""URLs of a second guardian or carer."""

from django.urls import URLPattern, path, re_path

from enrollment.seasons.routes import UUID
from enrollment.shared import views

SHARED = rf"^my/shared/(?P<child_id>{UUID})/(?P<application_id>{UUID})"
urlpatterns: list[URLPattern] = [
    path("my/shared/<uuid:child_id>/", views.shared, name="shared"),
    re_path(rf"{SHARED}/(?P<action>withdraw|accept|decline)/$", views.shared_act, name="shared-act"),
    re_path(rf"{SHARED}/statements/$", views.statements, name="shared-statements"),
    re_path(rf"{SHARED}/attendance/$", views.attendance, name="shared-attendance"),
    re_path(rf"{SHARED}/correct/$", views.correct, name="shared-correct"),
    re_path(rf"{SHARED}/together/$", views.together, name="binding-answer"),
    re_path(rf"{SHARED}/letter-(?P<language>zh|en)\.pdf$", views.letter, name="shared-letter"),
]
