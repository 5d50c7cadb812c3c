"""Letters: pages and PDFs of the family, and the public page that says whether a print is genuine."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_safe

from accounts.pages import GuardianRequest, guardian_page
from enrollment.outcome.letter_print import LetterFacts
from enrollment.outcome.selectors import print_checked
from enrollment.outcome.services.letters import letter_document, letter_issue
from enrollment.outcome.share import may_share, share_picture
from enrollment.printing.answers import pdf_answer, private
from enrollment.printing.codes import check_code, qr
from enrollment.seasons.days.calendar import bring_words, check_in_days
from foundation.errors import Refused
from schools.badges import badge_of


def _refused(request: GuardianRequest, refused: Refused, application_id: UUID) -> HttpResponse:
    """Back to the application, which says why there is nothing to show."""
    messages.error(request, refused.message, extra_tags="warn")
    return redirect("enrollment:application", application_id)


@guardian_page
@require_GET
def letter(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """The letter in words, with its PDF in both languages."""
    try:
        found = letter_issue(guardian=request.guardian, application_id=application_id)
    except Refused as refused:
        return _refused(request, refused, application_id)
    context = {
        "application": found.application,
        "letter": found,
        "facts": LetterFacts.stored(found.facts),
        "days": check_in_days(found.application.round.season),
        "bring": bring_words(found.application.round.season, found.application.stage),
        "code": qr("letter", found.number),
        "badge": badge_of(str(found.offer.school_id)),
        "may_share": may_share(found.application.state),
    }
    return private(render(request, "enrollment/outcome/letter.html", context))


@guardian_page
@require_GET
def letter_file(request: GuardianRequest, application_id: UUID, language: str) -> HttpResponse:
    """The letter as PDF."""
    try:
        found, body = letter_document(guardian=request.guardian, application_id=application_id, language=language)
    except Refused as refused:
        return _refused(request, refused, application_id)
    return pdf_answer(body, f"letter-{found.number}-{language}.pdf")


@guardian_page
@require_GET
def picture(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """The picture to show to others: nothing of the child is in it, and only its family fetches it."""
    try:
        made = share_picture(guardian=request.guardian, application_id=application_id)
    except Refused as refused:
        return _refused(request, refused, application_id)
    response = HttpResponse(made, content_type="image/png")
    response["Content-Disposition"] = 'inline; filename="school.png"'
    return private(response)


@require_safe
def check_print(request: HttpRequest, kind: str, number: str, code: str) -> HttpResponse:
    """Whether a print is genuine, for everybody; anything but a right code is answered in one and the same way."""
    found = print_checked(kind, number, code, check_code(kind, number))
    response = render(
        request, "enrollment/outcome/check_print.html", {"found": found, "kind": kind}, status=200 if found else 404
    )
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return private(response)
