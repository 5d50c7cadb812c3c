"""A department's desk: what it is asked, one question with what is needed to answer it, and the documents attached."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.abilities import Ability
from accounts.departments import Department
from accounts.pages import StaffRequest, staff_page, tried
from accounts.scopes import scope
from audit.services import record
from enrollment.cases.models import Enquiry, JointCase, Opinion
from enrollment.cases.selectors import (
    desk,
    desk_done,
    document_seen,
    enquiry_seen,
    fact_question,
    newest_opinions,
    value_example,
)
from enrollment.cases.services.answering import enquiry_pass_on, opinion_give
from enrollment.cases.views.reviewing import wrong
from enrollment.cases.words import child_of, division_name, question_of, rows_of, title_of
from enrollment.documents.files.pages import page_picture
from enrollment.documents.views import answer_file
from enrollment.forms.fields import FieldOption, FormField
from foundation import posted
from foundation.confined import Busy
from foundation.errors import NotAllowed, Refusal


@staff_page
@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    """What the officer's departments are asked, the oldest day first."""
    if not scope(request.account).any(Ability.CASE_ANSWER):
        raise NotAllowed(_("You may not do this here."))
    context = {
        "waiting": [_line(one) for one in desk(request.account)],
        "done": [_line(one) for one in desk_done(request.account)],
    }
    return render(request, "enrollment/cases/desk.html", context)


def _line(enquiry: Enquiry) -> dict[str, Any]:
    return {
        "row": enquiry,
        "title": title_of(enquiry.case),
        "department": Department(enquiry.department).label,
        "division": division_name(enquiry.division),
    }


@staff_page
@require_http_methods(["GET", "POST"])
def enquiry(request: StaffRequest, enquiry_id: UUID) -> HttpResponse:
    """One question; posting answers it or hands it on."""
    found = enquiry_seen(request.account, enquiry_id)
    refused: Refusal | None = None
    if request.method == "POST":
        refused = tried(request, lambda: _act(request, enquiry_id), "")
        if refused is None:
            return redirect("enrollment:enquiries")
    else:
        _seen(request, found, "view")
    return render(
        request, "enrollment/cases/enquiry.html", _context(request, found, refused), status=422 if refused else 200
    )


def _seen(request: StaffRequest, found: Enquiry, how: str) -> None:
    record(
        actor=request.account,
        action=f"enquiry.{how}",
        object_type="enquiry",
        object_id=found.pk,
        district=found.case.application.district_code,
        details={"application": str(found.case.application_id)},
    )


def _act(request: StaffRequest, enquiry_id: UUID) -> str:
    if request.POST.get("step") == "pass_on":
        made = enquiry_pass_on(
            officer=request.account,
            enquiry_id=enquiry_id,
            department=request.POST.get("department", ""),
            reason=request.POST.get("why", ""),
        )
        return _("Handed on to %(department)s.") % {"department": Department(made.department).label}
    opinion_give(
        officer=request.account,
        enquiry_id=enquiry_id,
        verdict=request.POST.get("verdict", ""),
        value=request.POST.get("value", ""),
        reason=request.POST.get("reason", ""),
    )
    return _("Thank you. The answer is with the reviewer.")


def _context(request: StaffRequest, found: Enquiry, refused: Refusal | None) -> dict[str, Any]:
    case = found.case
    name, number = child_of(case)
    before = next((one for one in newest_opinions(case) if one.enquiry_id == found.pk), None)
    handing_on = request.POST.get("step") == "pass_on"
    return {
        **_line(found),
        "question": question_of(found),
        "child": name,
        "number": number,
        "doubts": rows_of(case),
        "documents": case.documents.order_by("kind", "pk"),
        "before": before,
        "verdict": FormField(
            "verdict",
            _("Your answer"),
            request.POST.get("verdict", before.verdict if before else ""),
            "",
            wrong(refused, "verdict"),
            _verdicts(found),
        ),
        "value": _value_field(request, found, before, refused),
        "reason": FormField(
            "reason",
            _("In a few words"),
            request.POST.get("reason", before.reason if before else ""),
            _("Needed unless you confirm it. The reviewer decides by it; the family does not read it."),
            wrong(None if handing_on else refused, "reason"),
            rows=3,
            required=False,
        ),
        "others": [
            (value, label, value == request.POST.get("department"))
            for value, label in Department.choices
            if value != found.department
        ],
        "why": request.POST.get("why", ""),
        "why_error": wrong(refused, "reason") if handing_on else "",
        "department_error": wrong(refused, "department"),
        "may_pass_on": found.state == Enquiry.State.OPEN,
        "over": not case.is_open,
        "refused": refused.message if refused and not refused.field else "",
        "handing_on": handing_on,
    }


def _verdicts(found: Enquiry) -> tuple[FieldOption, ...]:
    labels: dict[str, object] = dict(Opinion.Verdict.choices)
    if found.case.kind == JointCase.Kind.POINTS and found.part != Enquiry.Part.POLICE:
        labels |= {"confirmed": _("Yes"), "different": _("No")}
    elif found.case.kind == JointCase.Kind.REGISTER:
        labels |= {"confirmed": _("The family is right; our record is corrected"), "different": _("Our record stands")}
    return tuple(FieldOption(value, str(label)) for value, label in labels.items())


def _value_field(
    request: StaffRequest, found: Enquiry, before: Opinion | None, refused: Refusal | None
) -> FormField | None:
    """What the department holds, in the form in which a reviewer settles it; nothing where no fact is settled."""
    question = fact_question(found.case) if not found.part else None
    if question is None:
        return None
    options = tuple(FieldOption(one.value, one.label) for one in question.choices)
    example = "" if options else _("Written like this: %(example)s") % {"example": value_example(question)}
    return FormField(
        "value",
        _("What you hold: %(fact)s") % {"fact": question.label},
        request.POST.get("value", before.value if before else ""),
        example,
        wrong(refused, "value"),
        options,
        required=False,
    )


@staff_page
@require_safe
def document(request: StaffRequest, enquiry_id: UUID, document_id: UUID) -> HttpResponse:
    """One page of an attached document as a picture; every look is recorded."""
    found = document_seen(request.account, enquiry_id, document_id)
    at = posted.number(request.GET.get("page", ""))
    try:
        picture = page_picture(found, min(max(at, 1), found.pages))
    except Busy as busy:
        return HttpResponse(busy.message, status=503, headers={"Retry-After": "10"}, content_type="text/plain")
    if picture is None:
        raise Http404
    _seen(request, enquiry_seen(request.account, enquiry_id), "paper")  # so the log has called it from the beginning
    return answer_file(picture, "image/jpeg", "page.jpg", attached=False)
