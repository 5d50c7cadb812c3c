"""Reads of cases: a reviewer's, a department's desk, what a family is told, and which cases belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.departments import Department
from accounts.models import Account, Role
from accounts.scopes import scope
from enrollment.cases.models import DataGap, Enquiry, JointCase, Opinion
from enrollment.cases.states import OPEN
from enrollment.documents.models import Document
from enrollment.review.settling import Question, question_of
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion
from foundation.errors import NotAllowed
from verification.selectors import findings

MOST: Final = 200
WHOLE_LOOK: Final = ("case__application__child", "case__application__round__season")


# -- reviewers and officials ---------------------------------------------------------------------------------------


def cases_seen(staff: Account, ability: Ability = Ability.APPLICATION_REVIEW) -> QuerySet[JointCase]:
    """The cases about applications a person decides on; who only reads applications counts them, no more."""
    rows = JointCase.objects.select_related("application__child", "application__round__season", "opened_by", "gap")
    return scope(staff).rows(
        rows, ability, district="application__district_code", school="application__review_school_id"
    )


def case_seen(staff: Account, case_id: UUID) -> JointCase:
    """One case. Raises NotAllowed."""
    found = cases_seen(staff).filter(public_id=case_id).first()
    if found is None:
        raise NotAllowed(_("There is no such case with departments in your care."))
    return found


def may_act(staff: Account, application: Application) -> bool:
    """Whether the person decides on the application."""
    school = application.review_school_id or ""
    return scope(staff).may(Ability.APPLICATION_REVIEW, district=application.district_code, school=school)


def answers_are_in() -> Exists:
    """Of applications: whether a case waits for the reviewer, every answer being in."""
    return Exists(JointCase.objects.filter(application=OuterRef("pk"), state=JointCase.State.ANSWERED))


def departments_asked() -> Exists:
    """Of applications: whether a department is asked."""
    return Exists(JointCase.objects.filter(application=OuterRef("pk"), state__in=OPEN))


def newest_opinions(case: JointCase) -> list[Opinion]:
    """The opinion of each department that counts, of a joined case those of the case it joined."""
    answering = case.joined_to_id or case.pk
    rows = Opinion.objects.filter(enquiry__case=answering, enquiry__state=Enquiry.State.ANSWERED)
    return list(rows.select_related("enquiry", "by").order_by("enquiry_id", "-pk").distinct("enquiry_id"))


def joinable(case: JointCase) -> list[JointCase]:
    """Open cases about the same household and the same matter whose answer could serve this one, too."""
    if case.state != JointCase.State.ASKED or not case.keys or case.kind == JointCase.Kind.POINTS:
        return []
    if case.joined_cases.filter(state=JointCase.State.JOINED).exists():
        return []
    same = JointCase.objects.filter(keys__overlap=case.keys, kind=case.kind, fact=case.fact, agency=case.agency)
    same = same.filter(
        state__in=(JointCase.State.ASKED, JointCase.State.ANSWERED),
        application__district_code=case.application.district_code,
    )
    return list(same.exclude(pk=case.pk).select_related("application").order_by("pk")[:20])


def gaps_offered(case: JointCase) -> list[DataGap]:
    """The open gaps of the district that a case can be counted with."""
    rows = DataGap.objects.filter(district=case.application.district_code).exclude(state=DataGap.State.CLOSED)
    return list(rows[:MOST])


# -- what is in doubt ----------------------------------------------------------------------------------------------


def fact_question(case: JointCase) -> Question | None:
    """The fact of a case as a reviewer settles it: its choices or its form; None where no fact can be settled."""
    if not case.fact or case.kind == JointCase.Kind.POINTS:
        return None
    version = ApplicationVersion.objects.select_related(
        "policy", "application__child", "application__round__season__district__parent"
    ).get(application=case.application_id, number=case.version)
    if case.fact not in (version.facts or {}):
        return None
    return question_of(version, findings(version.pk), case.fact)


def value_example(question: Question) -> str:
    """How a value of this fact is written."""
    if question.choices:
        return "、".join(choice.label for choice in question.choices)
    return {"date": "2026-05-01", "share": "50%", "number": "12"}.get(question.kind, _("in words"))


# -- a department's desk -------------------------------------------------------------------------------------------


def on_desk(officer: Account) -> QuerySet[Enquiry]:
    """What an officer's departments are asked in their divisions; a handed-on question stays readable for nobody."""
    held = Role.objects.in_force().filter(account=officer, name=Role.Name.DEPARTMENT).exclude(department="")
    if not scope(officer).any(Ability.CASE_ANSWER):
        return Enquiry.objects.none()
    mine = Q(pk__in=[])
    for role in held:
        mine |= Q(department=role.department, division__startswith=role.district_code)
    rows = Enquiry.objects.filter(mine, state__in=(Enquiry.State.OPEN, Enquiry.State.ANSWERED))
    return rows.exclude(case__application__state=ApplicationState.WITHDRAWN)


def desk(officer: Account) -> list[Enquiry]:
    """What waits, the oldest day first."""
    rows = on_desk(officer).filter(state=Enquiry.State.OPEN, case__state__in=OPEN).select_related(*WHOLE_LOOK)
    return list(rows.order_by("due_at", "pk")[:MOST])


def desk_done(officer: Account) -> list[Enquiry]:
    """What was answered last."""
    rows = on_desk(officer).filter(state=Enquiry.State.ANSWERED).select_related(*WHOLE_LOOK)
    return list(rows.order_by("-answered_at")[:20])


def enquiry_seen(officer: Account, enquiry_id: UUID) -> Enquiry:
    """One question of an officer's department. Raises NotAllowed."""
    found = on_desk(officer).select_related(*WHOLE_LOOK).filter(public_id=enquiry_id).first()
    if found is None:
        raise NotAllowed(_("There is no such question for your department."))
    return found


def document_seen(officer: Account, enquiry_id: UUID, document_id: UUID) -> Document:
    """A document that was attached to a question. Raises NotAllowed."""
    case = enquiry_seen(officer, enquiry_id).case
    found = case.documents.filter(public_id=document_id).first()
    if found is None:
        raise NotAllowed(_("There is no such document."))
    return found


# -- families ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A department that was asked, as the family reads it: never what a register holds, nor an officer's words."""

    department: str
    about: str
    since: datetime
    until: datetime
    answer: str  # "" while there is none
    answered_at: datetime | None


def told_to_family(application: Application) -> list[Asked]:
    """Who was asked about an application, since when, until when, and whether it confirmed; newest case first."""
    cases = JointCase.objects.filter(application=application).select_related("joined_to").order_by("-pk")
    return [one for case in cases for one in _told(case)]


def _told(case: JointCase) -> Sequence[Asked]:
    answering = case.joined_to or case
    said = {one.enquiry_id: one for one in newest_opinions(case)}
    rows = answering.enquiries.filter(state__in=(Enquiry.State.OPEN, Enquiry.State.ANSWERED)).order_by("pk")
    about = {
        JointCase.Kind.REVIEW: _("A question of the reviewer"),
        JointCase.Kind.REGISTER: _("You said that this register is wrong"),
        JointCase.Kind.POINTS: _("Your points are registered in another town"),
    }[JointCase.Kind(case.kind)]
    return [
        Asked(
            str(Department(one.department).label),
            about,
            one.asked_at,
            one.due_at,
            verdict_words(case, said[one.pk]) if one.pk in said else "",
            said[one.pk].at if one.pk in said else None,
        )
        for one in rows
    ]


def verdict_words(case: JointCase, opinion: Opinion) -> str:
    """An opinion in a few words; of points what it means for the transfer."""
    if case.kind == JointCase.Kind.POINTS and opinion.enquiry.part == Enquiry.Part.GIVES:
        gives = {"confirmed": _("Transfer given"), "different": _("Transfer refused")}
        return gives.get(opinion.verdict, opinion.get_verdict_display())
    if case.kind == JointCase.Kind.POINTS and opinion.enquiry.part == Enquiry.Part.RECEIVES:
        takes = {"confirmed": _("Takes the points over"), "different": _("Does not take the points over")}
        return takes.get(opinion.verdict, opinion.get_verdict_display())
    if case.kind == JointCase.Kind.REGISTER:
        stands = {"confirmed": _("Record corrected"), "different": _("Record stands")}
        return stands.get(opinion.verdict, opinion.get_verdict_display())
    return opinion.get_verdict_display()
