"""A reviewer's pages: the cases in care, opening one, and one case with what is done about it."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.abilities import Ability
from accounts.departments import Department
from accounts.models import Account
from accounts.pages import StaffRequest, staff_page, tried
from accounts.scopes import scope
from audit.services import record
from enrollment.cases.models import Enquiry, JointCase
from enrollment.cases.owners import department_of_fact
from enrollment.cases.register import NOT_ENDED, Wanted, lines_of, rows_of
from enrollment.cases.selectors import (
    case_seen,
    fact_question,
    gaps_offered,
    joinable,
    may_act,
    newest_opinions,
    verdict_words,
)
from enrollment.cases.services import answering, gaps, opening, points, taking
from enrollment.cases.words import EVENTS, child_of, division_name, question_of, title_of
from enrollment.cases.words import rows_of as doubts_of
from enrollment.documents.places import ITEM
from enrollment.documents.selectors import documents_of
from enrollment.forms.fields import FieldOption, FormField
from enrollment.review.services import item_label
from enrollment.review.settling import questions, spec_of, words
from enrollment.seasons.models import Application
from enrollment.seasons.selectors import no_application_in_care, version_of
from foundation.errors import Refusal, Refused
from foundation.posted import number
from foundation.wording import content_language
from verification.selectors import findings

A_PAGE: Final = 100
READY_FIRST: Final[Mapping[str, int]] = {
    JointCase.State.ANSWERED: 0,
    JointCase.State.ASKED: 1,
    JointCase.State.JOINED: 2,
}


@staff_page
@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    """The open cases in care: those with all answers first, then by their day."""
    found = list(rows_of(request.account, Wanted(state=NOT_ENDED)).prefetch_related("enquiries")[:A_PAGE])
    found.sort(key=lambda one: (READY_FIRST[one.state], one.due_at))
    lines = [(line, title_of(line.case)) for line in lines_of(found)]
    return render(request, "enrollment/cases/list.html", {"lines": lines})


def _application(reviewer: Account, application_id: UUID) -> Application:
    rows = scope(reviewer).rows(
        Application.objects.select_related("child", "round__season__district"),
        Ability.APPLICATION_REVIEW,
        district="district_code",
        school="review_school_id",
    )
    found = rows.filter(pk=application_id).first()
    if found is None:
        raise no_application_in_care()
    return found


@staff_page
@require_http_methods(["GET", "POST"])
def open_one(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Put a question about one application to departments."""
    application = _application(request.account, application_id)
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            case = opening.case_open(reviewer=request.account, application_id=application.pk, asking=_asking(request))
        except Refused as problem:
            refused = problem
        else:
            messages.success(request, _("The departments are asked."), extra_tags="good")
            return redirect("enrollment:joint-case", case.public_id)
    context = {"application": application, **_form(request, application, refused)}
    return render(request, "enrollment/cases/open.html", context, status=422 if refused else 200)


def days_of(request: StaffRequest) -> int:
    """Working days as typed; 0, which is refused, for what is no number."""
    return number(request.POST.get("days", ""))


def _asking(request: StaffRequest) -> opening.Asking:
    return opening.Asking(
        question=request.POST.get("question", ""),
        departments=request.POST.getlist("departments"),
        fact=request.POST.get("fact", ""),
        days=days_of(request),
        documents=request.POST.getlist("documents"),
        names_child=request.POST.get("names_child") == "yes",
    )


def _form(request: StaffRequest, application: Application, refused: Refusal | None) -> dict[str, Any]:
    """The form with what was typed; a fact that the case page named is chosen, with the department that owns it."""
    version = version_of(application)
    asked = questions(version, findings(version.pk)) if version.assessed_at else []
    posted = request.method == "POST"
    given = request.POST if posted else request.GET
    fact = given.get("fact", "" if posted or not asked else asked[0].name)
    owner = department_of_fact(fact)
    chosen = request.POST.getlist("departments") if posted else [str(owner)] if owner else []
    documents = request.POST.getlist("documents")
    matters = [FieldOption(one.name, one.label) for one in asked] + [FieldOption("", _("Another matter"))]
    return {
        "fact": FormField("fact", _("What is in doubt"), fact, "", wrong(refused, "fact"), tuple(matters)),
        "question": FormField(
            "question",
            _("What is the department to tell?"),
            request.POST.get("question", ""),
            _(
                "One sentence. It reads this, the fact above and the documents you attach, "
                "and nothing else of the family."
            ),
            wrong(refused, "question"),
            rows=3,
        ),
        "days": FormField(
            "days",
            _("Within how many working days?"),
            request.POST.get("days", str(opening.DAYS)),
            _("Between 1 and 30, by the district's calendar."),
            wrong(refused, "days"),
            mode="numeric",
            css="w-short",
        ),
        "departments": [(value, label, value in chosen) for value, label in Department.choices],
        "departments_error": wrong(refused, "departments"),
        "documents": [
            (one, item_label(application, f"{ITEM}{one.kind}") or one.kind, str(one.public_id) in documents)
            for one in documents_of(application)
        ],
        "documents_error": wrong(refused, "documents"),
        "names_child": request.POST.get("names_child") == "yes" if posted else True,
        "refused": refused.message if refused and not refused.field else "",
    }


def wrong(refused: Refusal | None, name: str) -> str:
    """What is wrong with one field."""
    return refused.message if refused and refused.field == name else ""


Step = Callable[[StaffRequest, UUID], object]


def _uuid(request: StaffRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Refused(_("Please look at the page again and choose."), code="choice", field=name) from None


STEPS: Final[dict[str, Step]] = {
    "remind": lambda request, _id: answering.enquiry_remind(
        reviewer=request.account, enquiry_id=_uuid(request, "enquiry")
    ),
    "withdraw": lambda request, _id: opening.enquiry_withdraw(
        reviewer=request.account, enquiry_id=_uuid(request, "enquiry")
    ),
    "ask": lambda request, joint_id: opening.case_ask_more(
        reviewer=request.account,
        case_id=joint_id,
        departments=request.POST.getlist("departments"),
        days=days_of(request),
    ),
    "join": lambda request, joint_id: opening.case_join(
        reviewer=request.account, case_id=joint_id, other_id=_uuid(request, "other")
    ),
    "take": lambda request, joint_id: taking.opinion_take(
        reviewer=request.account, case_id=joint_id, opinion_id=number(request.POST.get("opinion", ""))
    ),
    "close": lambda request, joint_id: opening.case_close(
        reviewer=request.account, case_id=joint_id, reason=request.POST.get("reason", "")
    ),
    "end": lambda request, joint_id: points.points_end(
        official=request.account,
        case_id=joint_id,
        how=request.POST.get("how", ""),
        reason=request.POST.get("reason", ""),
    ),
    "gap": lambda request, joint_id: gaps.gap_from_case(
        reviewer=request.account,
        case_id=joint_id,
        department=request.POST.get("department", ""),
        what=request.POST.get("what", ""),
        gap_id=request.POST.get("gap", ""),
    ),
}


@staff_page
@require_http_methods(["GET", "POST"])
def case(request: StaffRequest, joint_id: UUID) -> HttpResponse:
    """One case: what is asked, who answered what, and what is done about it."""
    found = case_seen(request.account, joint_id)
    refused: Refusal | None = None
    if request.method == "POST":
        refused = tried(request, lambda: _step(request, joint_id), _("Done."))
        if refused is None:
            return redirect("enrollment:joint-case", joint_id)
    else:
        record(
            actor=request.account,
            action="joint_case.view",
            object_type="joint_case",
            object_id=found.pk,
            district=found.application.district_code,
        )
    found = case_seen(request.account, joint_id)
    return render(
        request, "enrollment/cases/case.html", _context(request, found, refused), status=422 if refused else 200
    )


def _step(request: StaffRequest, joint_id: UUID) -> None:
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Refused(_("Please pick a decision."), code="decision")
    step(request, joint_id)


def _context(request: StaffRequest, found: JointCase, refused: Refusal | None) -> dict[str, Any]:
    answering_case = found.joined_to or found
    said = {one.enquiry_id: one for one in newest_opinions(found)}
    question = fact_question(found)
    spec = spec_of(version_of(found.application), found.fact) if question else None

    def value(text: str) -> str:
        return words(spec, text == "true" if spec.kind == "flag" else text) if spec and text else text

    enquiries = [
        {
            "row": one,
            "department": Department(one.department).label,
            "division": division_name(one.division),
            "opinion": said.get(one.pk),
            "verdict": verdict_words(found, said[one.pk]) if one.pk in said else "",
            "value": value(said[one.pk].value) if one.pk in said else "",
        }
        for one in answering_case.enquiries.select_related("asked_by")
    ]
    first = next(iter(answering_case.enquiries.all()), None)
    acting = may_act(request.account, found.application)
    return {
        "case": found,
        "title": title_of(found),
        "question": question_of(first) if first is not None and found.kind != JointCase.Kind.POINTS else "",
        "child": child_of(found)[0],
        "doubts": doubts_of(found),
        "enquiries": enquiries,
        "documents": found.documents.order_by("kind", "pk"),
        "lines": [(one, EVENTS.get(one.event, one.event)) for one in found.events.select_related("actor", "enquiry")],
        "may_act": acting,
        "may_take": acting and found.state == JointCase.State.ANSWERED and question is not None,
        "others": [(one, title_of(one)) for one in joinable(found)] if acting else [],
        "open_departments": _not_asked(found),
        "gaps": gaps_offered(found) if acting and found.gap_id is None else [],
        "language": content_language(),
        "days": request.POST.get("days", str(opening.DAYS)),
        "typed": {name: request.POST.get(name, "") for name in ("reason", "what", "department", "how")},
        "step": request.POST.get("step", ""),
        "refused": refused.message if refused else "",
    }


def _not_asked(case: JointCase) -> list[tuple[str, str]]:
    there = {
        one.department for one in case.enquiries.all() if one.state in {Enquiry.State.OPEN, Enquiry.State.ANSWERED}
    }
    return [(value, str(label)) for value, label in Department.choices if value not in there]
