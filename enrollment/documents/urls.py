"""URLs of documents, given for a material or with an appeal."""

from django.urls import path

from enrollment.documents import appeal_views, views
from enrollment.documents.uploads import views as uploads
from foundation.moved import moved

urlpatterns = [
    path("my/apply/<uuid:draft_id>/documents/", views.page, name="documents"),
    path("my/apply/<uuid:draft_id>/documents/card/<slug:kind>/", views.card, name="documents-card"),
    path("my/apply/<uuid:draft_id>/uploads/", uploads.create, name="upload-create"),
    path("my/uploads/<uuid:upload_id>/", uploads.part, name="upload"),
    path("documents/<uuid:document_id>/", views.look, name="document"),
    path("documents/<uuid:document_id>/file/", views.file, name="document-file"),
    path("documents/<uuid:document_id>/small/", views.small, name="document-small"),
    path(
        "my/applications/<uuid:application_id>/appeal/<uuid:appeal_id>/documents/",
        appeal_views.add,
        name="appeal-documents",
    ),
    path(
        "my/applications/<uuid:application_id>/appeal/<uuid:appeal_id>/documents/card/",
        appeal_views.card,
        name="appeal-documents-card",
    ),
    path(
        "my/applications/<uuid:application_id>/appeal/<uuid:appeal_id>/uploads/",
        uploads.create_for_appeal,
        name="appeal-upload-create",
    ),
    path(
        "my/applications/<uuid:application_id>/appeal/documents/<uuid:document_id>/remove/",
        appeal_views.remove,
        name="appeal-document-remove",
    ),
    # as they were called before
    path(
        "my/applications/<uuid:application_id>/appeal/<uuid:appeal_id>/papers/",
        moved("enrollment:appeal-documents"),
    ),
    path(
        "my/applications/<uuid:application_id>/appeal/<uuid:appeal_id>/papers/card/",
        moved("enrollment:appeal-documents-card"),
    ),
    path(
        "my/applications/<uuid:application_id>/appeal/papers/<uuid:document_id>/remove/",
        moved("enrollment:appeal-document-remove"),
    ),
]
