"""The teacher's pages, made for a telephone: who is to be visited, and what was seen there."""

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.pages import StaffRequest, staff_page, tried
from accounts.scopes import scope
from audit.services import record
from enrollment.documents.views import answer_file
from enrollment.forms.fields import FieldOption, FormField
from enrollment.on_site.models import OnSiteVisit
from enrollment.on_site.selectors import ABILITY, address_of, missing_visit, photo_of, to_visit, visit_case
from enrollment.on_site.services import on_site_record
from enrollment.seasons.models import Application
from foundation import clock, files
from foundation.crypto import CryptoError
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.posted import moment


@staff_page
@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    """Who waits for a visit in this person's care."""
    if not scope(request.account).any(ABILITY):
        raise NotAllowed(_("You may not do this here."))
    return render(request, "enrollment/on_site/list.html", {"waiting": to_visit(request.account)})


@staff_page
@require_http_methods(["GET", "POST"])
def visit(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Where to go and whom to ask for; posting puts the visit on record."""
    application = visit_case(request.account, application_id)
    refused: Refusal | None = None
    if request.method == "POST":
        refused = tried(request, lambda: _record(request, application), _("The visit is on record."))
        if refused is None:
            return redirect("enrollment:on-site")
    else:
        record(
            actor=request.account,
            action="on_site.view",
            object_type="application",
            object_id=application.pk,
            district=application.district_code,
        )
    return render(
        request,
        "enrollment/on_site/visit.html",
        _context(request, application, refused),
        status=422 if refused else 200,
    )


def _context(request: StaffRequest, application: Application, refused: Refusal | None) -> dict[str, object]:
    def error(name: str) -> str:
        return refused.message if refused and refused.field == name else ""

    def typed(name: str) -> str:
        return str(request.POST.get(name, ""))

    now = clock.now().strftime("%Y-%m-%dT%H:%M")
    results = tuple(FieldOption(value, str(label)) for value, label in OnSiteVisit.Result.choices)
    return {
        "application": application,
        "address": address_of(application, application.version),
        "missing": missing_visit(application),
        "before": application.on_site_visits.select_related("visited_by"),
        "at": typed("at") or now,
        "at_error": error("at"),
        "result": FormField("result", _("What was found"), typed("result"), "", error("result"), results),
        "note": FormField("note", _("In a few words"), typed("note"), "", error("note"), rows=3, required=False),
        "paper": FormField(
            "paper",
            _("Number of the signed record"),
            typed("paper"),
            _("Instead of a photo, where the family signed a record."),
            error("paper"),
            required=False,
        ),
        "photo_error": error("photo") or error("file"),
        "refused": refused.message if refused and not refused.field else "",
    }


def _record(request: StaffRequest, application: Application) -> None:
    upload = request.FILES.get("photo")
    at = moment(request.POST.get("at", ""))
    if at is None:
        raise Refused(_("Please give the day and time of the visit."), code="at", field="at")
    on_site_record(
        staff=request.account,
        application_id=application.pk,
        at=at,
        result=request.POST.get("result", ""),
        note=request.POST.get("note", ""),
        photo=upload.read() if isinstance(upload, UploadedFile) else b"",
        paper=request.POST.get("paper", ""),
    )


@staff_page
@require_safe
def photo(request: StaffRequest, photo_id: UUID) -> HttpResponse:
    """The photo of a visit; every look is recorded."""
    found = photo_of(request.account, photo_id)
    try:
        content = files.load(found.photo_sha256)
    except (OSError, CryptoError):
        raise Http404 from None
    record(
        actor=request.account,
        action="on_site.photo",
        object_type="application",
        object_id=found.application_id,
        district=found.application.district_code,
    )
    return answer_file(content, "image/jpeg", "visit.jpg", attached=False)
