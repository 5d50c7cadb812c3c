"""URLs of cases with others."""

from django.urls import path

from enrollment.cases.views import batches, desk, registers, reviewing
from foundation.moved import moved

urlpatterns = [
    path("official/cases/", reviewing.listed, name="cases"),
    path("official/cases/about/<uuid:application_id>/", reviewing.open_one, name="case-open"),
    path("official/cases/<uuid:joint_id>/", reviewing.case, name="joint-case"),
    path("official/cases/register/", registers.problems, name="case-register"),
    path("official/cases/register.csv", registers.problems_csv, name="case-register-csv"),
    path("official/cases/gaps/", registers.gaps, name="data-gaps"),
    path("official/cases/gaps.csv", registers.gaps_csv, name="data-gaps-csv"),
    path("official/cases/gaps/<uuid:gap_id>/", registers.gap, name="data-gap"),
    path("official/cases/sheets/", batches.front, name="case-batches"),
    path("official/cases/sheets/key/", batches.key, name="case-batch-key"),
    path("official/cases/sheets/out/", batches.out, name="case-batch-out"),
    path("official/cases/sheets/back/", batches.back, name="case-batch-back"),
    path("official/enquiries/", desk.listed, name="enquiries"),
    path("official/enquiries/<uuid:enquiry_id>/", desk.enquiry, name="enquiry"),
    path("official/enquiries/<uuid:enquiry_id>/documents/<uuid:document_id>/", desk.document, name="enquiry-document"),
    # as it was called before
    path("official/enquiries/<uuid:enquiry_id>/papers/<uuid:document_id>/", moved("enrollment:enquiry-document")),
]
