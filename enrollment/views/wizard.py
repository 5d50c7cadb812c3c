"""The wizard: one page a topic, saved at every step, then check-your-answers and submission."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.pages import GuardianRequest, guardian_form, guardian_page
from enrollment import form, selectors, services
from enrollment.models import Draft
from enrollment.policies import compiled
from enrollment.services.submission import InvalidAnswers, Submission
from enrollment.views.shown import Shown, shown
from foundation import clock
from foundation.errors import Refused
from foundation.wording import say

SOURCES = {
    "household_address": ("household",),
    "household_registered_on": ("household",),
    "home_address": ("real_estate", "contract"),
    "home_certificate": ("real_estate",),
    "home_contract": ("contract",),
}


def _title(page: str) -> str:
    return {
        "guardian": _("About you"),
        "household": _("Household register"),
        "home": _("The home"),
        "work": _("Residence permit and insurance"),
        "choices": _("Schools"),
    }[page]


def _source(draft: Draft, name: str) -> str:
    """Which agency an answer came from, while it is still what the agency said."""
    answer = draft.answers.get(name)
    for agency in SOURCES.get(name, ()):
        records = draft.prefilled.get(agency, {}).get("records") or []
        if records and answer and answer in {str(value) for value in records[0].values()}:
            return _("From the register; change it if it is wrong")
    return ""


def _questions(draft: Draft, page: str, errors: Mapping[str, form.FieldError]) -> list[Shown]:
    return [shown(field, draft.answers, errors, _source(draft, field.name)) for field in form.page_fields(page)]


def _next_page(draft: Draft, page: str) -> str:
    """The next page that still needs an answer; ``check`` when none does."""
    pages = form.PAGES
    for later in pages[pages.index(page) + 1 :]:
        _clean, errors = form.validate_page(later, draft.answers, clock.today())
        if errors or (later == "choices" and not draft.answers.get("choices")):
            return later
    return "check"


@guardian_form
@require_http_methods(["GET", "POST"])
def page(request: GuardianRequest, draft_id: UUID, name: str) -> HttpResponse:
    """One page of questions. What is typed is stored before it is judged."""
    draft = selectors.own_draft(request.guardian, draft_id)
    if name not in form.PAGES:
        return redirect("enrollment:check", draft_id)
    errors: Mapping[str, form.FieldError] = {}
    if request.method == "POST":
        typed = {field.name: line(request.POST.get(field.name, "")) for field in form.page_fields(name)}
        if name == "choices":
            typed["choices"] = ",".join(ranked(request.POST.getlist("school")))
        try:
            draft = services.draft_save(guardian=request.guardian, draft_id=draft_id, answers=typed)
        except Refused as refused:
            if refused.code == "not_allowed":
                raise
            messages.error(request, refused.message, extra_tags="bad")
            return redirect("enrollment:home")
        if name == "guardian":
            draft = _know_guardian(request, draft)
        _clean, errors = form.validate_page(name, draft.answers, clock.today())
        if name == "choices" and not draft.answers.get("choices"):
            errors = {
                **errors,
                "choices": form.FieldError("choices", "missing", form.N_("Please choose at least one school.")),
            }
        if not errors:
            target = _next_page(draft, name)
            if target == "check":
                return redirect("enrollment:check", draft_id)
            return redirect("enrollment:page", draft_id, target)
    return render(request, "enrollment/page.html", page_context(draft, name, errors), status=422 if errors else 200)


def line(text: str) -> str:
    """One line: a line break in a text area is a space."""
    return " ".join(text.split("\n")).replace("\r", "")


def ranked(codes: list[str]) -> list[str]:
    """The picked schools in order, without empty picks."""
    return [code for code in codes if code]


def _know_guardian(request: GuardianRequest, draft: Draft) -> Draft:
    """Once the guardian's own number is known, ask the agencies for home, permit and insurance."""
    number = form.validate(form.BY_NAME["guardian_id"], draft.answers.get("guardian_id", ""), clock.today())
    if number[1] is None and "real_estate" not in draft.prefilled:
        request.guardian.id_number = request.guardian.id_number or number[0]
        return services.draft_prefill(guardian=request.guardian, draft_id=draft.public_id)
    return draft


def page_context(draft: Draft, name: str, errors: Mapping[str, form.FieldError]) -> dict[str, object]:
    policy = compiled(draft.round.policy)
    chosen = [code for code in str(draft.answers.get("choices", "")).split(",") if code]
    problem = errors.get("choices")
    options = selectors.school_options(draft) if name == "choices" else []
    ranks = [
        {"number": number, "chosen": chosen[number - 1] if number <= len(chosen) else ""}
        for number in range(1, min(policy.choices, len(options)) + 1)
    ]
    if name == "choices" and not chosen and options and options[0].in_zone:
        ranks[0]["chosen"] = options[0].school.code  # the zone's own school is suggested, never imposed
    return {
        "draft": draft,
        "title": _title(name),
        "page_name": name,
        "pages": form.PAGES,
        "number": form.PAGES.index(name) + 1,
        "questions": _questions(draft, name, errors),
        "wrong": bool(errors),
        "options": options,
        "ranks": ranks,
        "choices_error": say(problem.message, problem.params) if problem else "",
        "sequential": policy.mechanism == "sequential",
    }


@dataclass(frozen=True, slots=True)
class Section:
    """The answers of one page on check-your-answers."""

    page: str
    title: str
    rows: tuple[selectors.AnswerRow, ...]


def _sections(answers: Mapping[str, str]) -> list[Section]:
    rows = selectors.answer_rows(answers)
    return [Section(page, _title(page), tuple(row for row in rows if row.page == page)) for page in form.PAGES]


@guardian_page
@require_http_methods(["GET", "POST"])
def check(request: GuardianRequest, draft_id: UUID) -> HttpResponse:
    """Check your answers, declare, submit."""
    draft = selectors.own_draft(request.guardian, draft_id)
    refused = ""
    problems: Mapping[str, str] = {}
    token = request.POST.get("client_token") or str(uuid.uuid4())
    if request.method == "POST":
        try:
            if request.POST.get("declare") != "yes":
                raise Refused(_("Please confirm the declaration."), code="declare")
            submission = Submission(draft_id, UUID(token))
            filed = services.application_submit(guardian=request.guardian, submission=submission)
        except InvalidAnswers as invalid:
            refused, problems = invalid.message, invalid.messages()
        except ValueError as problem:
            refused = problem.message if isinstance(problem, Refused) else _("Please press the button again.")
        else:
            return redirect(f"/my/applications/{filed.pk}/?filed=1")
    codes = [code for code in str(draft.answers.get("choices", "")).split(",") if code]
    by_code = {option.school.code: option.school for option in selectors.school_options(draft)}
    context = {
        "draft": draft,
        "sections": _sections(draft.answers),
        "schools": [by_code[code] for code in codes if code in by_code],
        "refused": refused,
        "problems": problems,
        "client_token": token,
    }
    return render(request, "enrollment/check.html", context, status=422 if refused else 200)
