"""A department's answers: an opinion, or handing the question on to the right one; and reminders of what waits."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.departments import Department
from accounts.models import Account, Role
from enrollment.cases.models import Enquiry, JointCase, Opinion
from enrollment.cases.selectors import fact_question, on_desk, value_example
from enrollment.cases.services.points import end_if_given
from enrollment.cases.services.steps import (
    case_in_care,
    complete_if_all_in,
    enquiry_step,
    locked,
    note_down,
    words_of,
)
from enrollment.cases.states import OPEN, CaseNote, EnquiryEvent
from enrollment.review.settling import settled
from enrollment.seasons.days.calendar import after_working_days, rules_of
from enrollment.seasons.models import Application
from foundation import clock
from foundation.days import moment_said
from foundation.errors import NotAllowed, Refused
from foundation.posted import one_line
from notifications.services import message_queue

MOST_VALUE: Final = 200
A_DAY: Final = timedelta(days=1)
LONGEST_HOLIDAY: Final = timedelta(days=14)  # no stretch without a working day is longer
AT_ONCE: Final = 500  # reminders of one look


def _theirs(officer: Account, enquiry_id: UUID) -> tuple[JointCase, Enquiry]:
    """The question and its case, locked in the order of all services. Raises NotAllowed."""
    found = on_desk(officer).filter(public_id=enquiry_id).values_list("case", "case__application").first()
    if found is None:
        raise NotAllowed(_("There is no such question for your department."))
    Application.objects.select_for_update().get(pk=found[1])
    case = locked(pk=found[0])
    return case, Enquiry.objects.select_for_update().get(public_id=enquiry_id)


@transaction.atomic
def opinion_give(
    *,
    officer: Account,
    enquiry_id: UUID,
    verdict: str,
    value: str = "",
    reason: str = "",
) -> Opinion:
    """Answer for one's department; a second answer corrects the first as long as nothing followed from it.

    Raises NotAllowed, Refused (no verdict, no reason or value where one is needed, the case is over).
    """
    case, enquiry = _theirs(officer, enquiry_id)
    return opinion_put(case, enquiry, officer, verdict, value, reason, way=Opinion.Way.DESK)


def opinion_put(
    case: JointCase, enquiry: Enquiry, by: Account, verdict: str, value: str, reason: str, *, way: str
) -> Opinion:
    """The opinion as a row, and what follows from it. Both rows are locked. Raises Refused."""
    if case.state not in OPEN:
        raise Refused(_("This case is over: nothing is asked any more."), code="over")
    held, why = opinion_checked(case, enquiry, verdict, value, reason)
    now = clock.now()
    enquiry_step(enquiry, EnquiryEvent.ANSWER, answered_at=enquiry.answered_at or now)
    opinion = Opinion.objects.create(enquiry=enquiry, verdict=verdict, value=held, reason=why, way=way, by=by, at=now)
    note_down(case, EnquiryEvent.ANSWER, by, enquiry=enquiry)
    complete_if_all_in(case)
    if case.kind == JointCase.Kind.POINTS:
        end_if_given(case)
    return opinion


def opinion_checked(case: JointCase, enquiry: Enquiry, verdict: str, value: str, reason: str) -> tuple[str, str]:
    """Value and reason as they are stored. Raises Refused, each for the field at fault."""
    if verdict not in Opinion.Verdict.values:
        raise Refused(_("Please choose an answer."), code="verdict", field="verdict")
    held = one_line(value)
    if len(held) > MOST_VALUE:
        raise Refused(_("At most %(most)d characters.") % {"most": MOST_VALUE}, code="value", field="value")
    why = reason.replace("\0", "").strip()
    if verdict != Opinion.Verdict.CONFIRMED or why:
        why = words_of(reason, "reason", _("Please say in a few words why: the reviewer decides by it."))
    question = fact_question(case) if not enquiry.part else None
    if question is None or verdict == Opinion.Verdict.UNKNOWN:
        return ("" if question else held), why
    if not held and verdict == Opinion.Verdict.CONFIRMED:
        text = _("Please give what you hold: it is what the reviewer takes over.")
        raise Refused(text, code="value", field="value")
    if held and settled([question], {question.name: held})[1]:
        text = _("This value cannot be read. Write it like this: %(example)s.")
        raise Refused(text % {"example": value_example(question)}, code="value", field="value")
    return held, why


@transaction.atomic
def enquiry_pass_on(*, officer: Account, enquiry_id: UUID, department: str, reason: str) -> Enquiry:
    """Hand the question on to the department that can answer it, with the same day. Raises NotAllowed, Refused."""
    case, enquiry = _theirs(officer, enquiry_id)
    if department not in Department.values or department == enquiry.department:
        text = _("Please choose another department.")
        raise Refused(text, code="department", field="department")
    why = words_of(reason, "reason", _("Please say in a few words why that department can answer."))
    if case.state not in OPEN:
        raise Refused(_("This case is over: nothing is asked any more."), code="over")
    there = case.enquiries.filter(department=department, division=enquiry.division, state=Enquiry.State.OPEN)
    if there.exists():
        text = _("%(department)s is asked already.") % {"department": Department(department).label}
        raise Refused(text, code="department", field="department")
    enquiry_step(enquiry, EnquiryEvent.PASS_ON)
    made = Enquiry.objects.create(
        case=case,
        part=enquiry.part,
        department=department,
        division=enquiry.division,
        asked_by=enquiry.asked_by,
        asked_at=clock.now(),
        due_at=enquiry.due_at,
        passed_from=enquiry,
    )
    note_down(case, EnquiryEvent.PASS_ON, officer, why, enquiry=enquiry)
    return made


@transaction.atomic
def enquiry_remind(*, reviewer: Account, enquiry_id: UUID) -> Enquiry:
    """Remind a department, once a day at most. Raises NotAllowed, Refused."""
    found = Enquiry.objects.filter(public_id=enquiry_id).values_list("case__public_id", flat=True).first()
    case = case_in_care(reviewer, found or enquiry_id)
    enquiry = Enquiry.objects.select_for_update().get(public_id=enquiry_id)
    if enquiry.state != Enquiry.State.OPEN:
        raise Refused(_("Nobody is asked here any more."), code="illegal_step")
    now = clock.now()
    if enquiry.reminded_at is not None and now - enquiry.reminded_at < A_DAY:
        text = _("This department was reminded on %(day)s. Remind it again a day later, or call it.")
        raise Refused(text % {"day": moment_said(enquiry.reminded_at)}, code="soon")
    Enquiry.objects.filter(pk=enquiry.pk).update(reminded_at=now)
    _remind(case, enquiry, reviewer, f"hand:{now.date().isoformat()}")
    return enquiry


def _remind(case: JointCase, enquiry: Enquiry, by: Account | None, occasion: str) -> None:
    note_down(case, CaseNote.REMIND, by, enquiry=enquiry)
    for officer in officers(enquiry):
        message_queue(
            key=f"case_reminder:{enquiry.pk}:{occasion}:{officer.pk}",
            template="case_reminder",
            params={"department": Department(enquiry.department).label, "due": clock.written(enquiry.due_at)},
            account=officer,
            district=case.application.district_code,
        )


def officers(enquiry: Enquiry) -> list[Account]:
    """Who can answer a question today."""
    rows = Role.objects.in_force().filter(
        name=Role.Name.DEPARTMENT, department=enquiry.department, account__is_active=True, account__is_staff=True
    )
    here = [one.account for one in rows.select_related("account") if enquiry.division.startswith(one.district_code)]
    return list(dict.fromkeys(here))


def reminders_go_out() -> bool:
    """Remind by itself, once when the last working day has come and once when it is over; True when there may be more.

    A case whose application was withdrawn asks nobody any more.
    """
    minute = clock.running_minute()
    rows = Enquiry.objects.filter(state=Enquiry.State.OPEN, case__state__in=OPEN)
    late = rows.filter(late_at=None, due_at__lt=minute)
    near = rows.filter(near_at=None, late_at=None, due_at__gte=minute, due_at__lt=minute + LONGEST_HOLIDAY)
    wanted = [*late.order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]]
    wanted += [*near.order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]]
    return sum(_by_itself(pk) for pk in wanted) >= AT_ONCE


@transaction.atomic
def _by_itself(pk: int) -> bool:
    enquiry = Enquiry.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    if enquiry is None or enquiry.state != Enquiry.State.OPEN:
        return False
    case = JointCase.objects.select_related("application__round__season").get(pk=enquiry.case_id)
    name = "late_at" if clock.deadline_passed(enquiry.due_at) else "near_at"
    rules = rules_of(case.application.round.season)
    if getattr(enquiry, name) is not None or (
        name == "near_at" and after_working_days(clock.now(), 1, rules) < enquiry.due_at
    ):
        return False
    Enquiry.objects.filter(pk=pk).update(**{name: clock.now()})
    _remind(case, enquiry, None, name)
    return True
