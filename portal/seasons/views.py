"""The page of a season's folder: download what stands, upload it again, a second person takes it."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.pages import StaffRequest, staff_page
from enrollment.setup.models import SeasonFolder
from enrollment.setup.selectors import place_for, season_of
from foundation.errors import Refused
from foundation.posted import number
from portal.seasons.changes import MOST_BYTES, WrongFolder, folder_download, folder_drop, folder_take, folder_upload
from portal.seasons.tables import Problem

SHOWN = 200  # mistakes


@staff_page
@require_http_methods(["GET", "POST"])
def folder(request: StaffRequest, district: str, year: int) -> HttpResponse:
    """What waits, what was taken, and the form that brings a folder in."""
    place_for(request.account, district, year)
    if request.method == "GET":
        return _folder(request, district, year)
    upload = request.FILES.get("file")
    content = upload.read(MOST_BYTES + 1) if isinstance(upload, UploadedFile) else b""
    reason = request.POST.get("reason", "")
    try:
        folder_upload(official=request.account, district=district, year=year, content=content, reason=reason)
    except WrongFolder as wrong:
        return _folder(request, district, year, wrong=wrong.problems)
    except Refused as refused:
        return _folder(request, district, year, refused=refused)
    messages.success(request, _("Compared. Another person can now put it into force."), extra_tags="good")
    return redirect("season-folder", district, year)


def _folder(
    request: StaffRequest,
    district: str,
    year: int,
    refused: Refused | None = None,
    wrong: list[Problem] | None = None,
) -> HttpResponse:
    context = {
        "place": place_for(request.account, district, year),
        "year": year,
        "season": season_of(district, year),
        "waiting": SeasonFolder.objects.filter(district=district, year=year, state=SeasonFolder.State.ASKED).first(),
        "me": request.account,
        "refused": refused.message if refused else "",
        "failed": refused.field if refused else "",
        "wrong": (wrong or [])[:SHOWN],
        "many": len(wrong or []),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "portal/season_folder.html", context, status=422 if refused or wrong else 200)


@staff_page
@require_safe
def download(request: StaffRequest, district: str, year: int) -> HttpResponse:
    """The zip of what stands."""
    try:
        content = folder_download(official=request.account, district=district, year=year)
    except Refused as refused:
        return _folder(request, district, year, refused=refused)
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="season-{district}-{year}.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


@staff_page
@require_POST
def decide(request: StaffRequest, district: str, year: int, answer: str) -> HttpResponse:
    """Take or drop the folder that waits."""
    place_for(request.account, district, year)
    if answer not in {"take", "drop"}:
        raise Http404
    folder_id = number(request.POST.get("folder", ""))
    try:
        if answer == "take":
            folder_take(official=request.account, folder_id=folder_id, password=request.POST.get("token", ""))
        else:
            folder_drop(official=request.account, folder_id=folder_id)
    except Refused as refused:
        return _folder(request, district, year, refused)
    done = _("In force.") if answer == "take" else _("The folder is dropped. What stands has not changed.")
    messages.success(request, done, extra_tags="good")
    return redirect("enrollment:season-steps", district, year)
