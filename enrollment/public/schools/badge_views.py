"""A school's badge: its picture for everybody, and the bureau's page to bring it."""

from http import HTTPStatus

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.pages import StaffRequest, staff_page
from foundation.errors import Refused
from schools.badges import MOST_BYTES, badge_of, badge_put, badge_take_away, school_in_care

KEPT_SECONDS = 86_400 * 30  # the address changes with the picture


@require_safe
def badge(request: HttpRequest, code: str, mark: str) -> HttpResponse:  # noqa: ARG001
    """The badge that a school has now; one that was taken away is shown to nobody any more."""
    found = badge_of(code) if "\0" not in code else None
    if found is None or found.mark != mark:
        raise Http404
    response = HttpResponse(bytes(found.picture), content_type="image/png")
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, code: str) -> HttpResponse:
    """Bring a school's badge, or take it away."""
    school = school_in_care(request.account, code)
    error = ""
    if request.method == "POST":
        try:
            return _changed(request, code)
        except Refused as refused:
            error = refused.message
    context = {"school": school, "badge": badge_of(school.pk), "error": error}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return render(request, "enrollment/public/school_badge.html", context, status=status)


def _changed(request: StaffRequest, code: str) -> HttpResponse:
    if "take-away" in request.POST:
        badge_take_away(official=request.account, code=code)
        messages.success(request, _("The school has no badge now."), extra_tags="good")
    else:
        upload = request.FILES.get("file")
        content = upload.read(MOST_BYTES + 1) if isinstance(upload, UploadedFile) else b""
        badge_put(official=request.account, code=code, content=content)
        messages.success(request, _("The badge stands on the school's page, on results and on new letters."))
    return redirect("enrollment:school-badge", code)
