"""URLs of a family from the first question to a receipt and a correction."""

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from enrollment.filing.form import PAGES
from enrollment.filing.views import corrections, documents, expectations, home, receipts, register, wizard
from enrollment.seasons.routes import MINE


class TopicConverter(StringConverter):
    """The name of one page of the form. Any other word after a draft is another address, or none."""

    regex = "|".join(PAGES)


register_converter(TopicConverter, "topic")

urlpatterns = [
    path("eligibility/", expectations.eligibility, name="eligibility"),
    path("my/", home.home, name="home"),
    path("my/children/register/", register.register, name="register"),
    path("my/children/add/", home.child_add, name="child-add"),
    path("my/children/<uuid:child_id>/expect/<int:round_id>/", expectations.expect, name="expect"),
    path("my/children/<uuid:child_id>/apply/<int:round_id>/", home.start, name="start"),
    path("my/apply/<uuid:draft_id>/documents/add/", documents.add, name="documents-add"),
    path("my/apply/<uuid:draft_id>/documents/reuse/<slug:kind>/", documents.reuse, name="documents-reuse"),
    path(
        "my/apply/<uuid:draft_id>/documents/<uuid:document_id>/turn/<slug:way>/",
        documents.turn,
        name="document-turn",
    ),
    path("my/apply/<uuid:draft_id>/documents/<uuid:document_id>/remove/", documents.remove, name="document-remove"),
    path("my/apply/<uuid:draft_id>/check/", wizard.check, name="check"),
    path("my/applications/<uuid:application_id>/correct/", corrections.correct, name="correct"),
    path("my/applications/<uuid:application_id>/receipt/", receipts.receipt, name="receipt"),
    re_path(rf"{MINE}/receipt-(?P<language>zh|en)\.pdf$", receipts.receipt_file, name="receipt-file"),
    path("my/apply/<uuid:draft_id>/<topic:name>/", wizard.page, name="page"),
]
