"""The page of encrypted sheets: keys of departments, sheets on their way out, and answered ones on their way back."""

from typing import Any, Final

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.departments import Department
from accounts.models import Account
from accounts.pages import StaffRequest, staff_page
from accounts.scopes import scope
from enrollment.cases.batch import own_recipient
from enrollment.cases.models import Enquiry
from enrollment.cases.services.batches import ABILITY, batch_bring_in, batch_key_set, batch_make, key_of
from enrollment.cases.states import OPEN
from enrollment.seasons.models import ApplicationState
from foundation import clock
from foundation.errors import NotAllowed, Refusal, Refused
from imports.models import Import
from schools.kinds import district_places

ENCRYPTED: Final = "application/octet-stream"


@staff_page
@require_safe
def front(request: StaffRequest) -> HttpResponse:
    """Every department with its open questions and its key."""
    return _front(request)


def _front(request: StaffRequest, refused: Refusal | None = None) -> HttpResponse:
    if not scope(request.account).any(ABILITY):
        raise NotAllowed(_("You may not do this here."))
    try:
        own = own_recipient()
    except Refused as problem:
        own, refused = "", refused or problem
    context = {
        "places": _places(request.account),
        "own": own,
        "at": request.POST.get("place", ""),
        "typed": request.POST.get("recipient", ""),
        "refused": refused.message if refused else "",
        "wrong": refused.field if refused else "",
    }
    return render(request, "enrollment/cases/batches.html", context, status=422 if refused else 200)


def _places(official: Account) -> list[dict[str, Any]]:
    found = []
    for county in district_places(official, ABILITY):
        rows = Enquiry.objects.filter(
            state=Enquiry.State.OPEN, case__state__in=OPEN, division__startswith=county.district
        )
        rows = rows.exclude(case__application__state=ApplicationState.WITHDRAWN)
        open_ones = dict(rows.order_by().values_list("department").annotate(Count("pk")))
        lines = [
            {
                "key": f"{county.district}:{department}",
                "label": label,
                "open": open_ones.get(department, 0),
                "recipient": key_of(county.district, department),
            }
            for department, label in Department.choices
        ]
        found.append({"label": county.label, "lines": lines})
    return found


@staff_page
@require_POST
def key(request: StaffRequest) -> HttpResponse:
    """Enter a department's public key."""
    district, _colon, department = request.POST.get("place", "").partition(":")
    try:
        batch_key_set(
            official=request.account,
            district=district,
            department=department,
            recipient=request.POST.get("recipient", ""),
        )
    except Refused as problem:
        return _front(request, problem)
    messages.success(
        request, _("The key is entered. Compare it by telephone before you send anything."), extra_tags="good"
    )
    return redirect("enrollment:case-batches")


@staff_page
@require_POST
def out(request: StaffRequest) -> HttpResponse:
    """The encrypted sheet of one department."""
    district, _colon, department = request.POST.get("place", "").partition(":")
    try:
        content = batch_make(official=request.account, district=district, department=department)
    except Refused as problem:
        return _front(request, problem)
    answer = HttpResponse(content, content_type=ENCRYPTED)
    name = f"cases-{district}-{department}-{clock.today().isoformat()}.xlsx.age"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


@staff_page
@require_POST
def back(request: StaffRequest) -> HttpResponse:
    """An answered sheet, encrypted or not, on its way through the importer."""
    try:
        made = _brought_in(request)
    except Refused as problem:
        return _front(request, problem)
    return redirect("imports:table", made.pk)


def _brought_in(request: StaffRequest) -> Import:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise Refused(_("Please choose the sheet first."), code="missing", field="file")
    return batch_bring_in(
        official=request.account,
        place=request.POST.get("place", ""),
        content=upload.read(),
        file_name=upload.name or "",
    )
