"""Opening a case: by a reviewer who names what is in doubt, or by itself from a judgement; and joining two of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.departments import Department
from accounts.models import Account
from enrollment.cases.models import Enquiry, JointCase
from enrollment.cases.selectors import joinable
from enrollment.cases.services.steps import (
    application_in_care,
    case_in_care,
    case_step,
    complete_if_all_in,
    enquiry_step,
    locked,
    note_down,
    words_of,
)
from enrollment.cases.states import OPEN, CaseNote, EnquiryEvent, JointCaseEvent
from enrollment.documents.selectors import documents_of
from enrollment.judging.facts.collect import in_doubt
from enrollment.review.settling import questions
from enrollment.seasons.days.calendar import after_working_days, rules_of
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion
from enrollment.seasons.selectors import version_of
from enrollment.used_seats.reading import place_keys
from enrollment.used_seats.selectors import home_of, indexes
from foundation import clock, posted
from foundation.errors import Refused
from verification.selectors import findings

OPENED_FROM: Final = (
    ApplicationState.VERIFIED,
    ApplicationState.ATTENTION,
    ApplicationState.IN_REVIEW,
    ApplicationState.RETURNED,
    ApplicationState.APPROVED,
    ApplicationState.APPEALED,
)
MOST_DAYS: Final = 30  # working days a department may be given
DAYS: Final = 5  # where nobody chose


@dataclass(frozen=True, slots=True)
class Asking:
    """What a reviewer asks. ``fact`` is an open question of the judgement, or "" for another matter."""

    question: str
    departments: Sequence[str]
    fact: str = ""
    days: int = DAYS
    documents: Collection[str] = ()  # public ids, of those the family gave
    names_child: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A department that is asked, at which division, and in which part."""

    department: str
    division: str
    part: str = ""


def departments_checked(names: Sequence[str]) -> list[str]:
    """The departments, each once. Raises Refused."""
    found = [name for name in Department.values if name in names]
    if not found or len(found) != len(set(names)):
        text = _("Please choose at least one department that is to answer.")
        raise Refused(text, code="departments", field="departments")
    return found


def due_in(application: Application, days: int) -> datetime:
    """The end of the n-th working day from now by the district's calendar. Raises Refused."""
    if not 1 <= days <= MOST_DAYS:
        text = _("Please give between 1 and %(most)d working days.")
        raise Refused(text % {"most": MOST_DAYS}, code="days", field="days")
    return after_working_days(clock.now(), days, rules_of(application.round.season))


@transaction.atomic
def case_open(*, reviewer: Account, application_id: UUID, asking: Asking) -> JointCase:
    """Put a question about one application to departments. Raises NotAllowed, Refused (no question, asked already)."""
    application = application_in_care(reviewer, application_id)
    if application.state not in OPENED_FROM:
        text = _("About this application no department can be asked now: it is not under review.")
        raise Refused(text, code="illegal_step")
    question = words_of(asking.question, "question", _("Please say in a sentence what the department is to tell."))
    departments = departments_checked(asking.departments)
    due = due_in(application, asking.days)
    version = version_of(application)
    fact, about = _in_doubt(version, asking.fact)
    _refuse_twice(application, fact, question)
    given = list(documents_of(application).filter(public_id__in=posted.keys(asking.documents)))
    if len(given) != len(set(asking.documents)):
        raise Refused(_("One of these documents is not of this application."), code="documents", field="documents")
    case = JointCase.objects.create(
        application=application,
        version=application.version,
        kind=JointCase.Kind.REVIEW,
        fact=fact,
        about=about,
        question=question,
        names_child=asking.names_child,
        keys=household_keys(version),
        opened_by=reviewer,
        opened_at=clock.now(),
        due_at=due,
    )
    case.documents.set(given)
    parts_ask(case, [Part(one, application.district_code) for one in departments], reviewer, due)
    note_down(case, CaseNote.OPEN, reviewer)
    return case


def _in_doubt(version: ApplicationVersion, fact: str) -> tuple[str, dict[str, Any]]:
    """The fact with each difference that makes it doubtful, as both sides have it. Raises Refused."""
    if not fact:
        return "", {}
    known = findings(version.pk)
    asked = next((one for one in questions(version, known) if one.name == fact), None)
    if asked is None:
        text = _("This is no open question any more. Please look at the application again.")
        raise Refused(text, code="fact", field="fact")
    source = known.get((version.facts or {})[fact]["source"])
    rows = [
        {"field": row["field"], "declared": row["declared"], "held": row["source"]}
        for row in (source.differences if source else ())
        if source and fact in in_doubt(source.agency, row["field"])
    ]
    return fact, {"rows": rows, "declared": "" if rows else asked.declared}


def _refuse_twice(application: Application, fact: str, question: str) -> None:
    """The application is locked: of two presses the second one finds the case of the first."""
    for one in JointCase.objects.filter(application=application, kind=JointCase.Kind.REVIEW, state__in=OPEN):
        if (one.fact, one.question) == (fact, question):
            raise Refused(_("This was asked already and is not answered yet."), code="open", field="question")


def household_keys(version: ApplicationVersion) -> list[str]:
    """Digests of the home and of the address in the household register: cases of one household are found by them."""
    answers = version.claims["answers"]
    numbers, places = home_of(answers, findings(version.pk))
    household = indexes("seat-place", place_keys(answers.get("household_address", "")))
    return sorted({*numbers, *places, *household})


def parts_ask(case: JointCase, parts: Sequence[Part], by: Account | None, due: datetime) -> None:
    """Ask departments; who is asked already is not asked twice."""
    now = clock.now()
    there = {(one.department, one.division, one.part) for one in case.enquiries.filter(state=Enquiry.State.OPEN)}
    Enquiry.objects.bulk_create(
        Enquiry(
            case=case,
            part=one.part,
            department=one.department,
            division=one.division,
            asked_by=by,
            asked_at=now,
            due_at=due,
        )
        for one in dict.fromkeys(parts)
        if (one.department, one.division, one.part) not in there
    )


def case_by_itself(
    *, version: ApplicationVersion, kind: str, agency: str, fact: str, about: Mapping[str, Any], parts: Sequence[Part]
) -> JointCase | None:
    """Open a case that follows from a judgement; None where it stands already. Call inside a transaction."""
    application = version.application
    due = due_in(application, DAYS)
    try:
        with transaction.atomic():
            case = JointCase.objects.create(
                application=application,
                version=version.number,
                kind=kind,
                agency=agency,
                fact=fact,
                about=dict(about),
                names_child=True,  # a register is looked up by name and number
                keys=household_keys(version),
                opened_at=clock.now(),
                due_at=due,
            )
    except IntegrityError:
        return None
    parts_ask(case, parts, None, due)
    note_down(case, CaseNote.OPEN, None)
    return case


@transaction.atomic
def case_ask_more(*, reviewer: Account, case_id: UUID, departments: Sequence[str], days: int) -> JointCase:
    """Ask further departments the same. Raises NotAllowed, Refused."""
    case = case_in_care(reviewer, case_id)
    wanted = departments_checked(departments)
    due = due_in(case.application, days)
    if case.state == JointCase.State.ANSWERED:
        case_step(case, JointCaseEvent.ASK, reviewer, due_at=due)
    elif case.state == JointCase.State.ASKED:
        note_down(case, JointCaseEvent.ASK, reviewer)
    else:
        raise Refused(_("This case is not open any more."), code="illegal_step")
    parts_ask(case, [Part(one, case.application.district_code) for one in wanted], reviewer, due)
    return case


@transaction.atomic
def case_join(*, reviewer: Account, case_id: UUID, other_id: UUID) -> JointCase:
    """Let the answer to another case about the same household serve this one, too; its own questions are taken back.

    Raises NotAllowed, Refused (another household, another matter, nobody is asked in the other one any more).
    """
    first, second = sorted((case_id, other_id))
    rows = {one: case_in_care(reviewer, one) for one in (first, second)}
    case, other = rows[case_id], rows[other_id]
    if other.pk not in {one.pk for one in joinable(case)}:
        text = _("These two are not about the same household and the same matter, or one of them is not open any more.")
        raise Refused(text, code="join", field="other")
    for one in case.enquiries.filter(state=Enquiry.State.OPEN):
        enquiry_step(one, EnquiryEvent.WITHDRAW)
    case_step(case, JointCaseEvent.JOIN, reviewer, joined_to=other)
    return case


@transaction.atomic
def case_close(*, reviewer: Account, case_id: UUID, reason: str) -> JointCase:
    """End a case without taking an answer. Raises NotAllowed, Refused (others wait for its answer)."""
    case = case_in_care(reviewer, case_id)
    why = words_of(reason, "reason", _("Please say in a few words why."))
    if case.kind == JointCase.Kind.POINTS:
        text = _("Points in another town end by a transfer, a refusal, or a decision to count them in full.")
        raise Refused(text, code="illegal_step")
    if case.joined_cases.filter(state=JointCase.State.JOINED).exists():
        text = _("Another case waits for the answer to this one. Close that one first.")
        raise Refused(text, code="joined")
    return close(case, reviewer, why)


def close(case: JointCase, by: Account | None, why: str = "") -> JointCase:
    """Close an open case, its unanswered questions taken back."""
    for one in case.enquiries.filter(state=Enquiry.State.OPEN):
        enquiry_step(one, EnquiryEvent.WITHDRAW)
    return case_step(case, JointCaseEvent.CLOSE, by, why)


@transaction.atomic
def enquiry_withdraw(*, reviewer: Account, enquiry_id: UUID) -> JointCase:
    """Ask one department no more; once nobody is asked, the case is answered. Raises NotAllowed, Refused."""
    found = Enquiry.objects.filter(public_id=enquiry_id).values_list("case__public_id", flat=True).first()
    case = case_in_care(reviewer, found) if found else case_in_care(reviewer, enquiry_id)
    enquiry = Enquiry.objects.select_for_update().get(public_id=enquiry_id)
    enquiry_step(enquiry, EnquiryEvent.WITHDRAW)
    note_down(case, EnquiryEvent.WITHDRAW, reviewer, enquiry=enquiry)
    complete_if_all_in(locked(pk=case.pk))
    return case
