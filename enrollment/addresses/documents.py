"""Addresses of uploaded materials, of papers with an appeal, and of corrections."""

from django.urls import path

from enrollment.views import appeal_papers, corrections, documents, uploads

urlpatterns = [
    path("my/apply/<uuid:draft_id>/documents/", documents.page, name="documents"),
    path("my/apply/<uuid:draft_id>/documents/add/", documents.add, name="documents-add"),
    path("my/apply/<uuid:draft_id>/documents/reuse/<slug:kind>/", documents.reuse, name="documents-reuse"),
    path("my/apply/<uuid:draft_id>/documents/card/<slug:kind>/", documents.card, name="documents-card"),
    path("my/apply/<uuid:draft_id>/uploads/", uploads.create, name="upload-create"),
    path("my/uploads/<uuid:upload_id>/", uploads.part, name="upload"),
    path(
        "my/apply/<uuid:draft_id>/documents/<uuid:document_id>/turn/<slug:way>/",
        documents.turn,
        name="document-turn",
    ),
    path("my/apply/<uuid:draft_id>/documents/<uuid:document_id>/remove/", documents.remove, name="document-remove"),
    path("documents/<uuid:document_id>/", documents.look, name="document"),
    path("documents/<uuid:document_id>/file/", documents.file, name="document-file"),
    path("documents/<uuid:document_id>/small/", documents.small, name="document-small"),
    path(
        "my/applications/<uuid:application_id>/appeal/<uuid:appeal_id>/papers/", appeal_papers.add, name="appeal-papers"
    ),
    path(
        "my/applications/<uuid:application_id>/appeal/<uuid:appeal_id>/papers/card/",
        appeal_papers.card,
        name="appeal-papers-card",
    ),
    path(
        "my/applications/<uuid:application_id>/appeal/<uuid:appeal_id>/uploads/",
        uploads.create_for_appeal,
        name="appeal-upload-create",
    ),
    path(
        "my/applications/<uuid:application_id>/appeal/papers/<uuid:document_id>/remove/",
        appeal_papers.remove,
        name="appeal-paper-remove",
    ),
    path("my/applications/<uuid:application_id>/correct/", corrections.correct, name="correct"),
]
