"""The script's side of an upload: announce, ask for the offset, send a run of bytes. Answers are small JSON."""

import json
from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.pages import GuardianRequest, guardian_page
from enrollment.documents.models import Upload
from enrollment.documents.places import OfAppeal, OfDraft, Place
from enrollment.documents.selectors import own_upload
from enrollment.documents.uploads.services import Announced, WrongOffset, upload_append, upload_finish, upload_open
from foundation.confined import Busy
from foundation.errors import NotAllowed, Refusal

CONFLICT, GONE, UNFIT, STORED, LATER = 409, 404, 422, 200, 503


def _told(upload: Upload, status: int = STORED) -> JsonResponse:
    body = {
        "url": reverse("enrollment:upload", args=[upload.public_id]),
        "offset": upload.received,
        "size": upload.size,
        "stored": upload.document_id is not None,
    }
    return JsonResponse(body, status=status)


def _refused(refused: Refusal) -> JsonResponse:
    if isinstance(refused, Busy):
        return JsonResponse({"code": refused.code, "message": refused.message}, status=LATER)  # the script asks again
    status = GONE if isinstance(refused, NotAllowed) else UNFIT
    return JsonResponse({"code": refused.code, "message": refused.message}, status=status)


def _announce(request: GuardianRequest, place: Callable[[str], Place]) -> HttpResponse:
    """Open the announced upload at the place that is named for its kind; 400 when the announcement is not one."""
    try:
        said = json.loads(request.body)
        token, at = UUID(str(said["token"])), place(str(said["kind"])[:40])
        announced = Announced(at, token, int(said["size"]), str(said.get("name", "")))
    except (ValueError, KeyError, TypeError):
        return HttpResponse(status=400)
    try:
        return _told(upload_open(guardian=request.guardian, announced=announced))
    except Refusal as refused:
        return _refused(refused)


@guardian_page
@require_POST
def create(request: GuardianRequest, draft_id: UUID) -> HttpResponse:
    """Announce a file; the same token is the same upload, also on another day."""
    return _announce(request, lambda kind: OfDraft(draft_id, kind))


@guardian_page
@require_POST
def create_for_appeal(request: GuardianRequest, application_id: UUID, appeal_id: UUID) -> HttpResponse:  # noqa: ARG001
    """Announce a document of an appeal."""
    return _announce(request, lambda _kind: OfAppeal(appeal_id))


@guardian_page
@require_http_methods(["GET", "HEAD", "PUT"])
def part(request: GuardianRequest, upload_id: UUID) -> HttpResponse:
    """GET: how far it is. PUT with Upload-Offset: the next run of bytes; the last one makes the page."""
    try:
        if request.method == "PUT":
            offset = request.headers.get("Upload-Offset", "")
            if not offset.isascii() or not offset.isdigit():
                return HttpResponse(status=400)
            upload_append(guardian=request.guardian, upload_id=upload_id, offset=int(offset), body=request.body)
        else:
            own_upload(request.guardian, upload_id)
        return _told(upload_finish(guardian=request.guardian, upload_id=upload_id))
    except WrongOffset as wrong:
        return JsonResponse({"code": wrong.code, "offset": wrong.offset}, status=CONFLICT)
    except Refusal as refused:
        return _refused(refused)
