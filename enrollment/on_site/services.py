"""Putting a visit on the spot on record."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.documents.services import checked
from enrollment.on_site.models import OnSiteVisit
from enrollment.on_site.selectors import visit_case
from enrollment.seasons.models import Application
from enrollment.seasons.states import OPEN_FOR_REVIEW
from foundation import clock, files
from foundation.errors import Refused
from foundation.posted import one_line

OPEN: Final = OPEN_FOR_REVIEW
LONGEST_NOTE: Final = 500
LONGEST_NUMBER: Final = 80
AHEAD: Final = timedelta(minutes=2)  # a telephone's clock may be ahead


def on_site_record(
    *,
    staff: Account,
    application_id: UUID,
    at: datetime,
    result: str,
    note: str = "",
    photo: bytes = b"",
    paper: str = "",
) -> OnSiteVisit:
    """Put a visit on record. Raises NotAllowed, UnfitFile, Busy, Refused (a field).

    Whoever went says so with a photo or with the number of the record that was signed there; nobody at home needs none.
    """
    application = visit_case(staff, application_id)
    number = one_line(paper)[:LONGEST_NUMBER]
    words = note.replace("\0", "").strip()[:LONGEST_NOTE]
    _refuse_incomplete(application, at, result, words, has_proof=bool(photo or number))
    digest = _kept(photo) if photo else ""
    with transaction.atomic():
        locked = Application.objects.select_for_update().get(pk=application.pk)
        if locked.state not in OPEN:
            raise Refused(_("This application is decided: no visit is needed any more."), code="decided")
        made = OnSiteVisit.objects.create(
            application=locked,
            version=locked.version,
            visited_by=staff,
            visited_at=at,
            result=result,
            note=words,
            photo_sha256=digest,
            paper=number,
            recorded_at=clock.now(),
        )
        record(
            actor=staff,
            action="on_site.record",
            object_type="application",
            object_id=locked.pk,
            district=locked.district_code,
            details={"result": result, "photo": digest, "paper": bool(number)},
        )
        return made


def _refuse_incomplete(application: Application, at: datetime, result: str, note: str, *, has_proof: bool) -> None:
    if not application.submitted_at - AHEAD <= at <= clock.now() + AHEAD:
        text = _("The visit must lie between the submission and now.")
        raise Refused(text, code="date", field="at")
    if result not in OnSiteVisit.Result.values:
        raise Refused(_("Please say what was found."), code="result", field="result")
    if result in OnSiteVisit.SEEN and not has_proof:
        text = _("Please add a photo, or the number of the record that was signed there.")
        raise Refused(text, code="proof", field="photo")
    if result == OnSiteVisit.Result.DIFFERENT and not note:
        raise Refused(_("Please say in a few words what is different."), code="note", field="note")


def _kept(photo: bytes) -> str:
    """The photo as it is kept: drawn anew, without what a camera writes into it. Raises UnfitFile, Busy."""
    content = checked(photo)
    if not content.type.startswith("image/"):
        raise Refused(_("Please choose a photo."), code="photo", field="photo")
    return files.store(content.body)
