"""The receipt: a page and PDFs of the family."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.pages import GuardianRequest, guardian_page
from enrollment.filing.submission.receipts import receipt_document, receipt_facts
from enrollment.printing.answers import pdf_answer, private
from enrollment.printing.codes import qr
from enrollment.seasons.selectors import own_application


@guardian_page
@require_GET
def receipt(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """The receipt, to read and to print, at any time."""
    found = own_application(request.guardian, application_id)
    context = {"application": found, "facts": receipt_facts(found), "code": qr("receipt", found.receipt)}
    return private(render(request, "enrollment/filing/receipt.html", context))


@guardian_page
@require_GET
def receipt_file(request: GuardianRequest, application_id: UUID, language: str) -> HttpResponse:
    """The receipt as PDF."""
    number, body = receipt_document(guardian=request.guardian, application_id=application_id, language=language)
    return pdf_answer(body, f"receipt-{number}-{language}.pdf")
