"""The register of what data lack: reported by hand or from a case, planned, closed."""

from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.departments import Department
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.cases.models import DataGap, JointCase
from enrollment.cases.services.steps import ABILITY, case_in_care, note_down, words_of
from enrollment.cases.states import CaseNote
from foundation import clock
from foundation.errors import NotAllowed, Refused
from schools.models import District
from verification.models import Agency

LONGEST_GAP: Final = 300


def _what(text: str) -> str:
    words = words_of(text, "what", _("Please say in a sentence what the department does not hold or deliver."))
    if len(words) > LONGEST_GAP:
        raise Refused(_("At most %(most)d characters.") % {"most": LONGEST_GAP}, code="what", field="what")
    return words


def _may(official: Account, district: str) -> None:
    """A gap is a district's matter: who reviews for one school only reports it from a case."""
    if not scope(official).may(ABILITY, district=district):
        raise NotAllowed(_("You may not do this here."))


def _store(official: Account, district: District, department: str, item: str, what: str) -> DataGap:
    if department not in Department.values:
        raise Refused(_("Please choose a department."), code="department", field="department")
    if item and item not in Agency.values:
        raise Refused(_("There is no such data item."), code="item", field="item")
    now = clock.now()
    gap = DataGap.objects.create(
        district=district,
        department=department,
        item=item,
        what=_what(what),
        reported_by=official,
        reported_at=now,
        changed_at=now,
    )
    _audit(official, "open", gap)
    return gap


def _audit(official: Account, event: str, gap: DataGap) -> None:
    record(
        actor=official,
        action=f"data_gap.{event}",
        object_type="data_gap",
        object_id=gap.pk,
        district=gap.district_id,
        details={"state": gap.state, "department": gap.department},
    )


@transaction.atomic
def gap_report(*, official: Account, district: str, department: str, item: str, what: str) -> DataGap:
    """Enter a gap by hand. Raises NotAllowed, Refused."""
    place = District.objects.filter(pk=district).first()
    if place is None:
        raise NotAllowed(_("You may not do this here."))
    _may(official, place.pk)
    same = DataGap.objects.filter(district=place, department=department, item=item, what=what.strip())
    if same.exclude(state=DataGap.State.CLOSED).exists():
        raise Refused(_("This gap is in the register already."), code="twice", field="what")
    return _store(official, place, department, item, what)


@transaction.atomic
def gap_from_case(*, reviewer: Account, case_id: UUID, department: str, what: str, gap_id: str = "") -> DataGap:
    """Say that a case was caused by a gap: by one of the register, or by a new one. Raises NotAllowed, Refused."""
    case = case_in_care(reviewer, case_id)
    if case.gap_id is not None:
        raise Refused(_("This case is counted with a gap already."), code="twice", field="what")
    if gap_id:
        there = DataGap.objects.filter(district=case.application.district_code).exclude(state=DataGap.State.CLOSED)
        gap = next((one for one in there if str(one.public_id) == gap_id), None)
        if gap is None:
            raise Refused(_("There is no such open gap in the register."), code="gap", field="gap")
    else:
        district = District.objects.get(pk=case.application.district_code)
        gap = _store(reviewer, district, department, case.agency, what)
    JointCase.objects.filter(pk=case.pk).update(gap=gap)
    note_down(case, CaseNote.GAP, reviewer)
    return gap


@transaction.atomic
def gap_change(*, official: Account, gap_id: UUID, state: str, planned_on: date | None) -> DataGap:
    """Say how far a gap is. Raises NotAllowed, Refused (planned without a day)."""
    gap = DataGap.objects.select_for_update().filter(public_id=gap_id).first()
    if gap is None:
        raise NotAllowed(_("There is no such gap in your care."))
    _may(official, gap.district_id)
    if state not in DataGap.State.values:
        raise Refused(_("Please choose a state."), code="state", field="state")
    if state == DataGap.State.PLANNED and planned_on is None:
        raise Refused(_("Please give the day on which it is to be closed."), code="planned", field="planned_on")
    gap.state, gap.planned_on, gap.changed_at = state, planned_on, clock.now()
    gap.save(update_fields=["state", "planned_on", "changed_at"])
    _audit(official, "change", gap)
    return gap
