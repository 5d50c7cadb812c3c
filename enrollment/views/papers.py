"""Receipt and letters: pages and PDFs of the family, and the public page that says whether a paper is genuine."""

from functools import lru_cache
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_safe

from accounts.pages import GuardianRequest, guardian_page
from enrollment import selectors, services
from enrollment.papers.letter import LetterFacts
from enrollment.selectors import after
from enrollment.services.letters import check_code, check_url, receipt_facts
from foundation.errors import NotAllowed, Refused

DRAWINGS = 2048  # kept a process, some 5 KB each: families look at their receipt again and again


def qr(kind: str, number: str) -> str:
    """The QR code of a paper's public check as a data URI."""
    return _drawn(check_url(kind, number))


@lru_cache(maxsize=DRAWINGS)
def _drawn(url: str) -> str:
    return str(segno.make(url, error="m").svg_data_uri(border=2, dark="#1d2b2a", light="#fff"))


@guardian_page
@require_GET
def receipt(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """The receipt, to read and to print, at any time."""
    found = selectors.own_application(request.guardian, application_id)
    context = {"application": found, "facts": receipt_facts(found), "code": qr("receipt", found.receipt)}
    return _private(render(request, "enrollment/receipt.html", context))


@guardian_page
@require_GET
def receipt_file(request: GuardianRequest, application_id: UUID, language: str) -> HttpResponse:
    """The receipt as PDF."""
    number, body = services.receipt_document(
        guardian=request.guardian, application_id=application_id, language=language
    )
    return _pdf(body, f"receipt-{number}-{language}.pdf")


@guardian_page
@require_GET
def letter(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """The letter in words, with its PDF in both languages."""
    try:
        found = services.letter_issue(guardian=request.guardian, application_id=application_id)
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="warn")
        return redirect("enrollment:application", application_id)
    context = {
        "application": found.application,
        "letter": found,
        "facts": LetterFacts.stored(found.facts),
        "days": after.check_in_days(found.application.round.season),
        "bring": after.bring_words(found.application.round.season),
        "code": qr("letter", found.number),
    }
    return _private(render(request, "enrollment/letter.html", context))


@guardian_page
@require_GET
def letter_file(request: GuardianRequest, application_id: UUID, language: str) -> HttpResponse:
    """The letter as PDF."""
    try:
        found, body = services.letter_document(
            guardian=request.guardian, application_id=application_id, language=language
        )
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="warn")
        return redirect("enrollment:application", application_id)
    return _pdf(body, f"letter-{found.number}-{language}.pdf")


@require_safe
def check_paper(request: HttpRequest, kind: str, number: str, code: str) -> HttpResponse:
    """Whether a paper is genuine, for everybody; anything but a right code is answered in one and the same way."""
    found = after.paper_checked(kind, number, code, check_code(kind, number))
    response = render(
        request, "enrollment/verify_letter.html", {"found": found, "kind": kind}, status=200 if found else 404
    )
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return _private(response)


def _pdf(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
