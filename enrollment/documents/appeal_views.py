"""Documents a family gives with an appeal: added and taken away until it is closed. Usable without scripts."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import GuardianRequest, guardian_page, pressed
from enrollment.appeals.selectors import appeals_of
from enrollment.documents.places import OfAppeal
from enrollment.documents.services import document_remove
from enrollment.documents.views import file_add
from enrollment.seasons.selectors import own_application
from foundation.errors import Refused


def _back(application_id: UUID) -> HttpResponse:
    return redirect(reverse("enrollment:appeal", args=[application_id]) + "#material-appeal")


@guardian_page
@require_POST
def add(request: GuardianRequest, application_id: UUID, appeal_id: UUID) -> HttpResponse:
    """Keep the files a form without scripts sends; what cannot be taken is said, the others are kept."""
    sent = [one for name in request.FILES for one in request.FILES.getlist(name)]
    problems = [] if sent else [_("Please choose a photo or a PDF first.")]
    for one in sent:
        try:
            file_add(request.guardian, OfAppeal(appeal_id), one)
        except Refused as refused:
            problems.append(refused.message)
    for problem in dict.fromkeys(problems):
        messages.error(request, problem, extra_tags="bad")
    return _back(application_id)


@guardian_page
@require_POST
def remove(request: GuardianRequest, application_id: UUID, document_id: UUID) -> HttpResponse:
    """Take a document away again."""
    pressed(request, lambda: document_remove(guardian=request.guardian, document_id=document_id), None)
    return _back(application_id)


@guardian_page
@require_GET
def card(request: GuardianRequest, application_id: UUID, appeal_id: UUID) -> HttpResponse:
    """The documents of one appeal alone, for the script that has uploaded one."""
    found = own_application(request.guardian, application_id)
    appeal = next((one for one in appeals_of(found) if one.public_id == appeal_id), None)
    if appeal is None:
        raise Http404
    return render(request, "enrollment/documents/_appeal_documents.html", {"application": found, "appeal": appeal})
