"""Encrypted sheets: a department's public key, the sheet of its open questions, and the sheet that comes back."""

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.departments import Department
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.cases.batch import decrypted, encrypted, recipient_checked, sheet_of
from enrollment.cases.kinds import NAME
from enrollment.cases.models import BatchKey, Enquiry
from enrollment.cases.selectors import WHOLE_LOOK
from enrollment.cases.states import OPEN
from enrollment.seasons.models import ApplicationState
from foundation import clock
from foundation.errors import NotAllowed, Refused
from imports.models import Import
from imports.services import import_upload, place_for
from schools.models import District

ABILITY: Final = Ability.LISTS_IMPORT
MOST: Final = 5000


def _place(official: Account, district: str, department: str) -> District:
    found = District.objects.filter(pk=district).first()
    if found is None or department not in Department.values or not scope(official).may(ABILITY, district=found.pk):
        raise NotAllowed(_("You may not do this here."))
    return found


def key_of(district: str, department: str) -> BatchKey | None:
    """The key that is used now."""
    return BatchKey.objects.filter(district=district, department=department).select_related("entered_by").first()


@transaction.atomic
def batch_key_set(*, official: Account, district: str, department: str, recipient: str) -> BatchKey:
    """Enter a department's public key; the one before stays on record. Raises NotAllowed, Refused."""
    place = _place(official, district, department)
    key = recipient_checked(recipient)
    made = BatchKey.objects.create(
        district=place, department=department, recipient=key, entered_by=official, entered_at=clock.now()
    )
    _audit(official, "key", district, department, {"key": key})
    return made


def open_enquiries(district: str, department: str) -> list[Enquiry]:
    """The open questions to one department of a county, the oldest day first."""
    rows = Enquiry.objects.filter(
        state=Enquiry.State.OPEN, case__state__in=OPEN, department=department, division__startswith=district
    )
    rows = rows.exclude(case__application__state=ApplicationState.WITHDRAWN).select_related(*WHOLE_LOOK)
    return list(rows.order_by("due_at", "pk")[:MOST])


def batch_make(*, official: Account, district: str, department: str) -> bytes:
    """The open questions of one department as an encrypted sheet. Raises NotAllowed, Refused (no key, nothing open)."""
    _place(official, district, department)
    key = key_of(district, department)
    if key is None:
        text = _("Enter the department's public key first, and compare it by telephone.")
        raise Refused(text, code="no_key", field="recipient")
    rows = open_enquiries(district, department)
    if not rows:
        raise Refused(_("This department has no open question."), code="nothing")
    content = encrypted(sheet_of(rows), key.recipient)
    _audit(official, "export", district, department, {"count": len(rows), "key": key.recipient})
    return content


def batch_bring_in(*, official: Account, place: str, content: bytes, file_name: str) -> Import:
    """Decrypt an answered sheet and bring it in through the one importer. Raises NotAllowed, Refused."""
    kind, _where = place_for(official, NAME, place)
    if len(content) > kind.most_bytes:
        most = kind.most_bytes // 1024**2
        raise Refused(_("This file is too large: at most %(most)d MB.") % {"most": most}, code="size", field="file")
    name = file_name.removesuffix(".age")
    return import_upload(official=official, kind=NAME, place=place, content=decrypted(content), file_name=name)


def _audit(official: Account, event: str, district: str, department: str, details: dict[str, object]) -> None:
    record(
        actor=official,
        action=f"case_batch.{event}",
        object_type="case_batch",
        object_id=f"{district}:{department}",
        district=district,
        details=details,
    )
