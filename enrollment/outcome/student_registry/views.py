"""The questions of the student registry, asked once: three short pages, saved at every step; the school's export."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.pages import GuardianRequest, StaffRequest, guardian_page, staff_page, tell_refusal
from enrollment.forms import posted
from enrollment.forms.fields import Known, form_field
from enrollment.forms.questions import Field
from enrollment.outcome.student_registry.questions import FIELDS, PAGES, TITLES
from enrollment.outcome.student_registry.services import (
    WANTED_STATES,
    student_registry_answers,
    student_registry_asked,
    student_registry_export,
    student_registry_offered,
    student_registry_open,
    student_registry_save,
)
from enrollment.seasons.models import Application
from enrollment.seasons.selectors import own_application
from foundation.errors import Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@guardian_page
@require_http_methods(["GET", "POST"])
def questions(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """One page of the questions; the next one follows when it is right, and what is wrong is kept and named."""
    found = own_application(request.guardian, application_id)
    if found.state not in WANTED_STATES:
        messages.error(request, _("These questions are asked once the place is accepted."), extra_tags="warn")
        return redirect("enrollment:application", application_id)
    wanted = request.POST.get("page") or request.GET.get("page", "")
    page = wanted if wanted in PAGES else PAGES[0]
    answers, problems = student_registry_answers(found), {}
    asked = student_registry_asked(found, page)
    if request.method == "POST":
        typed = posted.answers(request.POST, FIELDS)
        try:
            stored, errors = student_registry_save(guardian=request.guardian, application_id=found.pk, typed=typed)
        except Refused as refused:
            tell_refusal(request, refused)
            return redirect("enrollment:application", application_id)
        if "later" in request.POST:
            messages.success(request, _("Saved. You can go on at any time."), extra_tags="good")
            return redirect("enrollment:application", application_id)
        answers = stored.answers
        problems = {field.name: errors[field.name] for field in asked if field.name in errors}
        if not problems:
            return _onwards(request, found.pk, page, set(errors))
    fields = [form_field(field, answers, problems, Known("", _source(found, field, answers))) for field in asked]
    context = {
        "application": found,
        "fields": fields,
        "page": page,
        "title": _(TITLES[page]),
        "number": PAGES.index(page) + 1,
        "pages": PAGES,
        "complete": not student_registry_open(found),
    }
    response = render(request, "enrollment/outcome/student_registry.html", context, status=422 if problems else 200)
    response["Cache-Control"] = "no-store"
    return response


def _source(found: Application, field: Field, answers: dict[str, str]) -> str:
    """Where an offered answer comes from: only said while it stands as it was offered."""
    offered = student_registry_offered(found)
    return _("Please check") if answers.get(field.name) and offered.get(field.name) == answers[field.name] else ""


def _onwards(request: GuardianRequest, application_id: UUID, page: str, wrong: set[str]) -> HttpResponse:
    """To the next page; after the last one to the first that is not right yet, or back to the application."""
    at = PAGES.index(page)
    if at + 1 < len(PAGES):
        return _to(application_id, PAGES[at + 1])
    if wrong:
        return _to(application_id, next(field.page for field in FIELDS if field.name in wrong))
    messages.success(request, _("Thank you. The school has everything it needs."), extra_tags="good")
    return redirect("enrollment:application", application_id)


def _to(application_id: UUID, page: str) -> HttpResponse:
    answer = redirect("enrollment:student-registry", application_id)
    answer["Location"] += f"?page={page}"
    return answer


@staff_page
@require_GET
def export(request: StaffRequest, school: str, year: int) -> HttpResponse:
    """The school's children for the student registry, as xlsx."""
    body = student_registry_export(staff=request.account, school_code=school, year=year)
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="registry-{school}-{year or "newest"}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response
