"""Uploads that go on where they stopped: after a cut, after a reload, on another day.

A browser announces a file under its own token, sends runs of bytes at the offset the server names, and asks for that
offset whenever it is unsure. Every run is committed with the row that counts it; the last one makes the page.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.documents.models import Document, Upload, UploadPart
from enrollment.documents.places import OfAppeal, OfDraft, Place
from enrollment.documents.services import UNFIT, UnfitFile, document_add, refuse_too_large
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.files import seal, unseal

KEPT = timedelta(days=14)


MOST_UNDER_WAY = 20  # of one guardian at a time


class WrongOffset(Refused):
    """The bytes do not follow those that are there; ``offset`` is where to go on."""

    def __init__(self, offset: int) -> None:
        super().__init__(_("The upload goes on from another place."), code="offset")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Announced:
    """What a browser says of a file before it sends it."""

    place: Place
    client_token: UUID
    size: int
    filename: str


@transaction.atomic
def upload_open(*, guardian: Account, announced: Announced) -> Upload:
    """Begin an upload, or find the one with the same token. Raises NotAllowed, UnfitFile, Refused."""
    held = announced.place.hold(guardian)
    held.refuse_if_closed()
    if announced.size <= 0:
        raise UnfitFile("empty")
    refuse_too_large(announced.size)
    now = clock.now()
    upload, made = Upload.objects.get_or_create(
        owner=guardian,
        **held.at,
        kind=announced.place.kind,
        client_token=announced.client_token,
        defaults={
            "size": announced.size,
            "filename": announced.filename.replace("\0", "")[:200],
            "started_at": now,
            "touched_at": now,
        },
    )
    if not made and upload.document_id is None and (upload.refusal or upload.size != announced.size or _spent(upload)):
        _restart(upload, announced.size)
    if upload.document_id is None:
        held.refuse_if_full()
    if made and Upload.objects.filter(owner=guardian, document__isnull=True).count() > MOST_UNDER_WAY:
        text = _("Too many files are on their way at once. Please wait until some of them have arrived.")
        raise Refused(text, code="busy")
    return upload


def _spent(upload: Upload) -> bool:
    """All bytes were received and their page was removed again: the file is given anew."""
    return upload.received == upload.size and not upload.parts.exists()


def _restart(upload: Upload, size: int) -> None:
    upload.parts.all().delete()
    upload.size, upload.received, upload.refusal, upload.touched_at = size, 0, "", clock.now()
    upload.save(update_fields=["size", "received", "refusal", "touched_at"])


@transaction.atomic
def upload_append(*, guardian: Account, upload_id: UUID, offset: int, body: bytes) -> Upload:
    """Add a run of bytes at the offset. Raises NotAllowed, WrongOffset (a repeated run, too), Refused."""
    upload = Upload.objects.select_for_update().filter(public_id=upload_id, owner=guardian).first()
    if upload is None:
        raise NotAllowed(_("There is no such upload in your account."))
    if offset != upload.received or upload.document_id is not None:
        raise WrongOffset(upload.received)
    if upload.received + len(body) > upload.size:
        raise Refused(_("The file is larger than it was said to be. Please choose it again."), code="more")
    if body:
        UploadPart.objects.create(upload=upload, offset=offset, body=seal(body, _purpose(upload, offset)))
        upload.received += len(body)
        upload.touched_at = clock.now()
        upload.save(update_fields=["received", "touched_at"])
    return upload


def _purpose(upload: Upload, offset: int) -> str:
    return f"upload:{upload.public_id}:{offset}"


def upload_finish(*, guardian: Account, upload_id: UUID) -> Upload:
    """Make the page once all bytes are there; before that, and after it, nothing happens.

    Raises NotAllowed, UnfitFile, Refused. An unfit file is forgotten, and why it was unfit is remembered.
    """
    upload = Upload.objects.select_related("draft", "appeal").filter(public_id=upload_id, owner=guardian).first()
    if upload is None:
        raise NotAllowed(_("There is no such upload in your account."))
    if upload.refusal in UNFIT and upload.document_id is None:
        raise UnfitFile(upload.refusal)
    if upload.received < upload.size or upload.document_id is not None or _spent(upload):
        return upload
    parts = [unseal(bytes(part.body), _purpose(upload, part.offset)) for part in upload.parts.all()]
    try:
        page = document_add(guardian=guardian, place=_place(upload), filename=upload.filename, received=b"".join(parts))
    except UnfitFile as unfit:
        _conclude(upload, refusal=unfit.code)
        raise
    _conclude(upload, page=page)
    return upload


def _place(upload: Upload) -> Place:
    """Where the page goes once it is whole. Raises NotAllowed: the draft or appeal of an upload is never empty."""
    if upload.appeal is not None:
        return OfAppeal(upload.appeal.public_id)
    if upload.draft is None:
        raise NotAllowed(_("There is no such upload in your account."))
    return OfDraft(upload.draft.public_id, upload.kind)


@transaction.atomic
def _conclude(upload: Upload, page: Document | None = None, refusal: str = "") -> None:
    upload.document, upload.refusal, upload.touched_at = page, refusal, clock.now()
    upload.save(update_fields=["document", "refusal", "touched_at"])
    upload.parts.all().delete()


def uploads_sweep() -> int:
    """Delete uploads that nobody went on with for two weeks, and the notes of finished ones; how many were deleted."""
    _total, by_model = Upload.objects.filter(touched_at__lt=clock.now() - KEPT).delete()
    return by_model.get("enrollment.Upload", 0)
