"""Addresses of what follows a submission."""

from django.urls import path, re_path

from enrollment.views import after, appeals, papers, privacy, registry

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
MINE = rf"^my/applications/(?P<application_id>{UUID})"
urlpatterns = [
    path("my/applications/<uuid:application_id>/", after.application, name="application"),
    re_path(rf"{MINE}/(?P<action>withdraw|accept|decline)/$", after.act, name="act"),
    path("my/applications/<uuid:application_id>/attendance/", after.attendance, name="attendance"),
    path("my/applications/<uuid:application_id>/appeal/", appeals.appeal, name="appeal"),
    re_path(
        rf"{MINE}/appeal/(?P<appeal_id>{UUID})/(?P<action>take-back|confirm|move)/$", appeals.step, name="appeal-step"
    ),
    path("my/applications/<uuid:application_id>/receipt/", papers.receipt, name="receipt"),
    re_path(rf"{MINE}/receipt-(?P<language>zh|en)\.pdf$", papers.receipt_file, name="receipt-file"),
    path("my/applications/<uuid:application_id>/letter/", papers.letter, name="letter"),
    re_path(rf"{MINE}/letter-(?P<language>zh|en)\.pdf$", papers.letter_file, name="letter-file"),
    path("my/applications/<uuid:application_id>/registry/", registry.registry, name="registry"),
    path("my/data/", privacy.my_data, name="my-data"),
    path("my/data/code/", privacy.code_send, name="my-data-code"),
    path("my/data/copy/", privacy.copy, name="my-data-copy"),
    path("my/data/delete/", privacy.delete, name="my-data-delete"),
    re_path(
        r"^check/(?P<kind>receipt|letter)/(?P<number>[0-9A-Z-]{1,24})/(?P<code>[0-9A-Za-z]{1,32})/$",
        papers.check_paper,
        name="check-paper",
    ),
    path("official/registry/<str:school>/newest.xlsx", registry.export, {"year": 0}, name="registry-newest"),
    path("official/registry/<str:school>/<int:year>.xlsx", registry.export, name="registry-export"),
]
