"""What every service of a case begins and ends with: the locked row in somebody's care, one legal step, its trace."""

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.cases.models import CaseEvent, Enquiry, JointCase
from enrollment.cases.states import ENQUIRY, JOINT_CASE, CaseNote, EnquiryEvent, JointCaseEvent
from enrollment.seasons.models import Application
from enrollment.seasons.selectors import no_application_in_care
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.steps import make_step

ABILITY: Final = Ability.APPLICATION_REVIEW
SHORTEST: Final = 4
LONGEST: Final = 1000
ENDED: Final = frozenset(
    {
        JointCase.State.TAKEN,
        JointCase.State.GIVEN,
        JointCase.State.REFUSED,
        JointCase.State.CARRIED,
        JointCase.State.CLOSED,
    }
)


def words_of(text: str, field: str, asked: str) -> str:
    """What somebody typed, trimmed. Raises Refused with ``asked`` where it says nothing, and where it is too long."""
    words = text.replace("\0", "").strip()
    if len(words) < SHORTEST:
        raise Refused(asked, code=field, field=field)
    if len(words) > LONGEST:
        raise Refused(_("At most %(most)d characters.") % {"most": LONGEST}, code=field, field=field)
    return words


def application_in_care(reviewer: Account, application_id: UUID) -> Application:
    """The application, locked, if the reviewer decides on it. Raises NotAllowed. Call inside a transaction."""
    rows = scope(reviewer).rows(Application.objects.all(), ABILITY, district="district_code", school="review_school_id")
    locked = rows.select_for_update(of=("self",)).select_related("child", "guardian", "round__season", "round__policy")
    found = locked.filter(pk=application_id).first()
    if found is None:
        raise no_application_in_care()
    return found


def case_in_care(reviewer: Account, case_id: UUID) -> JointCase:
    """The case, locked with its application, if the reviewer decides on it. Raises NotAllowed."""
    found = JointCase.objects.filter(public_id=case_id).values_list("application", flat=True).first()
    if found is None:
        raise NotAllowed(_("There is no such case with departments in your care."))
    application_in_care(reviewer, found)
    return locked(case_id=case_id)


def locked(**which: Any) -> JointCase:
    """One case, locked; ``case_id`` or ``pk``. Lock its application first where that is changed, too."""
    rows = JointCase.objects.select_for_update(of=("self",)).select_related(
        "application__child", "application__guardian", "application__round__season", "application__round__policy"
    )
    return rows.get(**{"public_id" if name == "case_id" else name: value for name, value in which.items()})


def case_step(
    case: JointCase,
    event: JointCaseEvent,
    actor: Account | None,
    note: str = "",
    *,
    enquiry: Enquiry | None = None,
    **changed: Any,
) -> JointCase:
    """One legal step by compare-and-set, with its row. Raises Refused; nothing has changed then."""

    def illegal() -> Refused:
        text = _("The case is “%(state)s”: this cannot be done now.")
        return Refused(text % {"state": case.get_state_display()}, code="illegal_step")

    if any(step.target in ENDED for step in JOINT_CASE.steps if step.event == event):
        changed["ended_at"] = clock.now()
    make_step(case, JOINT_CASE, event, illegal=illegal, overtaken=_overtaken, **changed)
    note_down(case, event, actor, note, enquiry=enquiry)
    return case


def enquiry_step(enquiry: Enquiry, event: EnquiryEvent, **changed: Any) -> Enquiry:
    """One legal step of a department's part. Raises Refused; whoever calls writes the row of the case."""

    def illegal() -> Refused:
        text = _("This question is “%(state)s”: this is not possible now.")
        return Refused(text % {"state": enquiry.get_state_display()}, code="illegal_step")

    make_step(enquiry, ENQUIRY, event, illegal=illegal, overtaken=_overtaken, **changed)
    return enquiry


def _overtaken() -> str:
    return _("Somebody has just changed the case. Please look at it again.")


def note_down(
    case: JointCase,
    event: JointCaseEvent | EnquiryEvent | CaseNote,
    actor: Account | None,
    note: str = "",
    *,
    enquiry: Enquiry | None = None,
) -> None:
    """The row of the case and the entry of the log."""
    CaseEvent.objects.create(case=case, enquiry=enquiry, event=event, actor=actor, note=note, at=clock.now())
    details = {"application": str(case.application_id), "kind": case.kind, "to": case.state}
    record(
        actor=actor,
        action=f"joint_case.{event}",
        object_type="joint_case",
        object_id=case.pk,
        district=case.application.district_code,
        details=details | ({"department": enquiry.department} if enquiry else {}),
    )


def complete_if_all_in(case: JointCase) -> None:
    """Once nobody is asked any more the case is answered, and so are those that joined it."""
    if case.state != JointCase.State.ASKED or case.enquiries.filter(state=Enquiry.State.OPEN).exists():
        return
    case_step(case, JointCaseEvent.COMPLETE, None)
    for pk in case.joined_cases.filter(state=JointCase.State.JOINED).order_by("pk").values_list("pk", flat=True):
        case_step(locked(pk=pk), JointCaseEvent.COMPLETE, None)
