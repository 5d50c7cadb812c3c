"""URLs of what follows a result: the application's page, letters, the student registry."""

from django.urls import path, re_path

from enrollment.outcome.student_registry import views as student_registry
from enrollment.outcome.views import application, letters, unanswered, without_place
from enrollment.seasons.routes import MINE

urlpatterns = [
    path("my/applications/<uuid:application_id>/", application.application, name="application"),
    re_path(rf"{MINE}/(?P<action>withdraw|accept|decline)/$", application.act, name="act"),
    path("my/applications/<uuid:application_id>/attendance/", application.attendance, name="attendance"),
    path("my/applications/<uuid:application_id>/letter/", letters.letter, name="letter"),
    path("my/applications/<uuid:application_id>/picture.png", letters.picture, name="picture"),
    re_path(rf"{MINE}/letter-(?P<language>zh|en)\.pdf$", letters.letter_file, name="letter-file"),
    path("my/applications/<uuid:application_id>/registry/", student_registry.questions, name="student-registry"),
    re_path(
        r"^check/(?P<kind>receipt|letter)/(?P<number>[0-9A-Z-]{1,24})/(?P<code>[0-9A-Za-z]{1,32})/$",
        letters.check_print,
        name="check-print",
    ),
    path("official/without-place/", without_place.children, name="without-place"),
    path("official/unanswered/", unanswered.places, name="unanswered"),
    path("official/unanswered/<uuid:application_id>/", unanswered.place, name="unanswered-one"),
    path(
        "official/registry/<str:school>/newest.xlsx",
        student_registry.export,
        {"year": 0},
        name="student-registry-newest",
    ),
    path("official/registry/<str:school>/<int:year>.xlsx", student_registry.export, name="student-registry-export"),
]
