"""Pages of a material or of an appeal: adding, turning, removing, giving again - until submitted, or decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.documents.files.pages import few_costly, judge, pages_keep
from enrollment.documents.materials import materials_for, pages_given
from enrollment.documents.models import Document
from enrollment.documents.places import OfAppeal, OfDraft, Place
from enrollment.documents.selectors import document_for
from enrollment.forms.questions import N_
from enrollment.seasons.models import Application, Draft
from enrollment.seasons.selectors import own_draft_locked
from foundation import clock, files
from foundation.crypto import blind_index
from foundation.errors import Refused

QUARTER, CIRCLE = 90, 360


LONGEST_CERTIFICATE = 120


UNFIT: Mapping[str, str] = {
    "empty": N_("The file is empty. Please choose the photo again, or take a new one."),
    "type": N_("This is neither a photo nor a PDF, whatever its name says. Please take a photo of the document."),
    "too_large": N_(
        "The file has {megabytes} MB, the most is {most} MB. Please take a new photo with the phone, "
        "or ask a service point to scan it for you."
    ),
    "too_many_pixels": N_(
        "The picture is larger than can be opened. Please take a photo with an ordinary camera setting."
    ),
    "odd_shape": N_(
        "A page is more than eight times as long as it is wide. Please take photos of it piece by piece, or save it "
        "with ordinary pages."
    ),
    "too_costly": N_(
        "A page of this file takes too much work to be shown. Please print it into a plain PDF, or take photos of it."
    ),
    "animated": N_("This is a moving picture. Please take an ordinary photo."),
    "damaged": N_("The file is damaged or not complete. Please choose it again, or take a new photo."),
    "locked": N_("The PDF is locked with a password. Please save it without a password, or take photos of its pages."),
    "ofd": N_("This is an OFD file, which cannot be shown here. Open it in your reader and save it as PDF."),
    "active": N_(
        "The PDF contains programs or attached files. Please print it into a plain PDF, or take photos of it."
    ),
    "hidden": N_("There is something else behind the PDF. Please print it into a plain PDF, or take photos of it."),
    "no_pages": N_("The PDF has no pages. Please choose another file."),
    "too_many_pages": N_("The PDF has more than 20 pages. Please choose only the pages that are asked."),
}


@dataclass(frozen=True, slots=True)
class Content:
    """What is kept of a received file."""

    body: bytes
    type: str
    pages: int
    pictures: tuple[bytes, ...]  # of a PDF's pages


class UnfitFile(Refused):
    """The file cannot be taken; ``code`` is a key of UNFIT."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(_(UNFIT[code]).format(**params), code=code, field="file")


def refuse_too_large(size: int) -> None:
    """Raises UnfitFile when more bytes are announced than are taken."""
    most = settings.DOCUMENT_MAX_BYTES
    if size > most:
        raise UnfitFile("too_large", megabytes=round(size / 1024**2), most=most // 1024**2)


def checked(received: bytes) -> Content:
    """The received file as it will be kept, judged by its content in a process with limits. Raises UnfitFile, Busy."""
    refuse_too_large(len(received))
    head, parts = judge(received, "check")
    if "unfit" in head:
        raise UnfitFile(str(head["unfit"]))
    kept, *pictures = parts
    return Content(kept or received, str(head["type"]), int(str(head["pages"])), tuple(pictures))


def document_add(*, guardian: Account, place: Place, filename: str, received: bytes) -> Document:
    """Check a received file and keep it as a page of its place; the same page given twice is one page.

    Raises NotAllowed, UnfitFile, Busy, Refused (not asked, submitted, decided, late, too many pages). The file is
    judged before the place is locked: nobody waits for somebody else's decoder.
    """
    with transaction.atomic():
        held = place.hold(guardian)
        held.refuse_if_closed()
        held.refuse_if_full()
    with few_costly(guardian):
        content = checked(received)
    stored = files.store(content.body)
    pages_keep(stored, content.pictures)
    page = Document(
        owner=guardian,
        kind=place.kind,
        filename=filename.replace("\0", "")[:200],
        content_type=content.type,
        size=len(content.body),
        pages=content.pages,
        sha256=stored,
        received_sha256=files.digest_of(received),
        uploaded_at=clock.now(),
    )
    return _keep(guardian, place, page)


@transaction.atomic
def _keep(guardian: Account, place: Place, page: Document) -> Document:
    held = place.hold(guardian)
    held.refuse_if_full()
    for name, row in held.at.items():
        setattr(page, name, row)
    try:
        with transaction.atomic():
            page.save(force_insert=True)
    except IntegrityError:
        return Document.objects.get(**held.at, kind=page.kind, sha256=page.sha256, application__isnull=True)
    record(
        actor=guardian,
        action="document.add",
        object_type="document",
        object_id=page.public_id,
        district=held.district,
        details={"kind": page.kind, "sha256": page.sha256},
    )
    return page


def certificate_add(
    *, guardian: Account, draft_id: UUID, kind: str, number: str, issuer: str, valid_until: str
) -> Document:
    """An electronic certificate instead of a file: number, issuing office, valid until (may be empty).

    Raises NotAllowed, Refused (number or office missing, no date, expired, not asked).
    """
    number, issuer = (text.replace("\0", "").strip()[:LONGEST_CERTIFICATE] for text in (number, issuer))
    if not number:
        raise Refused(_("Please give the number of the certificate."), code="number", field="number")
    if not issuer:
        raise Refused(_("Please name the office that issued the certificate."), code="issuer", field="issuer")
    until = _valid_until(valid_until)
    page = Document(
        owner=guardian,
        kind=kind,
        certificate={"number": number, "issuer": issuer, "valid_until": until},
        sha256=blind_index("certificate", f"{kind}\0{number}"),
        uploaded_at=clock.now(),
    )
    return _keep(guardian, OfDraft(draft_id, kind), page)


def _valid_until(text: str) -> str:
    if not text.strip():
        return ""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        problem = _("Please give the last valid day as a date such as 2030-05-31, or leave it empty.")
        raise Refused(problem, code="date", field="valid_until") from None
    if day < clock.today():
        raise Refused(_("This certificate is no longer valid."), code="expired", field="valid_until")
    return day.isoformat()


@transaction.atomic
def document_reuse(*, guardian: Account, draft_id: UUID, kind: str) -> list[Document]:
    """Give again what was given for a sibling or an earlier application. Raises NotAllowed, Refused."""
    draft = own_draft_locked(guardian, draft_id)
    offered = [page for material in materials_for(draft) if material.id == kind for page in material.offered]
    return [_keep(guardian, OfDraft(draft_id, kind), _copy(page, guardian)) for page in offered]


def _copy(page: Document, guardian: Account) -> Document:
    """The same content again; it is stored once."""
    kept = ("kind", "certificate", "filename", "content_type", "size", "pages", "rotation", "sha256", "received_sha256")
    return Document(owner=guardian, uploaded_at=clock.now(), **{name: getattr(page, name) for name in kept})


@transaction.atomic
def document_turn(*, guardian: Account, document_id: UUID, quarters: int) -> Document:
    """Show a page turned clockwise by quarters; the content stays. Raises NotAllowed."""
    page = document_for(guardian, document_id)
    locked = Document.objects.select_for_update().get(pk=page.pk)
    locked.rotation = (locked.rotation + QUARTER * quarters) % CIRCLE
    locked.save(update_fields=["rotation"])
    record(actor=guardian, action="document.turn", object_type="document", object_id=page.public_id)
    return locked


@transaction.atomic
def document_remove(*, guardian: Account, document_id: UUID) -> None:
    """Remove a page that is not submitted yet, or whose appeal is not decided; one that is gone is no error.

    Raises NotAllowed, Refused.
    """
    page = Document.objects.select_for_update().filter(public_id=document_id, owner=guardian).first()
    if page is None:
        return
    if page.application_id is not None:
        text = _("This page is submitted and stays with the application.")
        raise Refused(text, code="submitted")
    if page.appeal is not None:
        OfAppeal(page.appeal.public_id).hold(guardian)
    record(
        actor=guardian,
        action="document.remove",
        object_type="document",
        object_id=page.public_id,
        details={"kind": page.kind, "sha256": page.sha256},
    )
    page.delete()


def document_content(document: Document) -> bytes:
    """The stored bytes of a page; b"" for an electronic certificate, which has none. The caller checks the right."""
    return files.load(document.sha256) if document.content_type else b""


def documents_attach(*, draft: Draft, application: Application) -> None:
    """Freeze the draft's new pages with the version that is being submitted. Call inside its transaction."""
    new = Document.objects.filter(draft=draft, application__isnull=True)
    new.update(application=application, version=application.version)


def documents_claimed(draft: Draft) -> list[dict[str, object]]:
    """What a version says of its documents: kind, digests, pages. Part of the claims, and so of their hash."""
    return [
        {"kind": page.kind, "sha256": page.sha256, "received": page.received_sha256, "pages": page.pages}
        for page in pages_given(draft)
    ]
