"""The wizard: one page a topic, saved at every step, then check-your-answers and submission."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

import identifiers
from accounts.pages import GuardianRequest, guardian_form, guardian_page
from enrollment import form, selectors, services
from enrollment import posted as posted_form
from enrollment.materials import materials_for
from enrollment.models import Draft
from enrollment.policies import compiled
from enrollment.services.submission import InvalidAnswers, Submission, draft_digest, error_text
from enrollment.views.shown import Shown, deadline, shown
from foundation import clock
from foundation.errors import Refused

# the records of each agency an answer may have come from
SOURCES = {
    "guardian_relation": ("household",),
    "household_here": ("household",),
    "household_address": ("household",),
    "household_registered_on": ("household",),
    "home_kind": ("real_estate", "contract"),
    "home_address": ("real_estate", "contract"),
    "home_certificate": ("real_estate",),
    "home_contract": ("contract",),
    "home_owner_relation": ("real_estate", "contract"),
    "home_share": ("real_estate", "contract"),
    "keep_siblings": ("household",),
}


def page_title(page: str) -> str:
    return {
        "guardian": _("About you"),
        "household": _("Household register"),
        "home": _("The home"),
        "work": _("Residence permit and insurance"),
        "choices": _("Schools"),
        "needs": _("Special needs"),
    }[page]


def _agency_words(agency: str) -> str:
    return {
        "household": _("From the household register"),
        "real_estate": _("From the real-estate register"),
        "contract": _("From the contract register"),
    }[agency]


def _known(draft: Draft, name: str) -> tuple[str, str]:
    """What a register says in answer to a question, and its name; empty where none does."""
    said = selectors.register_answers(draft).get(name, "")
    agency = next((a for a in SOURCES.get(name, ()) if (draft.prefilled.get(a) or {}).get("outcome") == "found"), "")
    return (said, _agency_words(agency)) if said and agency else ("", "")


def _questions(draft: Draft, page: str, errors: Mapping[str, form.FieldError]) -> list[Shown]:
    return [shown(field, draft.answers, errors, *reversed(_known(draft, field.name))) for field in _fields(page)]


def _fields(page: str) -> tuple[form.Field, ...]:
    return form.page_fields(page)


def _next_page(draft: Draft, after: str = "") -> str:
    """The next page that still needs an answer; ``check`` when none does."""
    pages = form.PAGES
    for later in pages[pages.index(after) + 1 if after else 0 :]:
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
        before = _named(draft)
        try:
            draft = services.draft_save(
                guardian=request.guardian, draft_id=draft_id, answers=typed_answers(request.POST, name)
            )
        except Refused as refused:
            if refused.code == "not_allowed":
                raise
            messages.error(request, refused.message, extra_tags="bad")
            return redirect("enrollment:home")
        if name == "guardian":
            draft = _know_guardian(request, draft, before)
        errors = _page_errors(draft, name)
        if not errors and selectors.standing(draft.round) == "open":
            return _onwards(draft, name, back=request.GET.get("back") == "check")
    if selectors.standing(draft.round) != "open" and not selectors.open_return(draft):
        return shut(request, draft, saved=request.method == "POST")
    return render(request, "enrollment/page.html", page_context(draft, name, errors), status=422 if errors else 200)


def typed_answers(posted: QueryDict, name: str) -> dict[str, str]:
    """What was typed on one page, right or wrong. A question that is not on the page keeps its answer."""
    typed = posted_form.answers(posted, _fields(name), whole=True)
    return {**typed, "choices": posted_form.schools(posted)} if name == "choices" else typed


def _page_errors(draft: Draft, name: str) -> Mapping[str, form.FieldError]:
    _clean, errors = form.validate_page(name, draft.answers, clock.today())
    if name == "choices" and not draft.answers.get("choices"):
        missing = form.FieldError("choices", "missing", form.N_("Please choose at least one school."))
        return {**errors, "choices": missing}
    return errors


def _onwards(draft: Draft, name: str, *, back: bool) -> HttpResponse:
    """To the next page that asks something; who came from check-your-answers goes back there as soon as possible."""
    target = _next_page(draft, "" if back else name)
    if target == "check" and any(not material.there for material in materials_for(draft)) and not back:
        return redirect("enrollment:documents", draft.public_id)
    if target == "check":
        return redirect("enrollment:check", draft.public_id)
    address = reverse("enrollment:page", args=[draft.public_id, target])
    return redirect(f"{address}?back=check" if back else address)


def shut(request: GuardianRequest, draft: Draft, *, saved: bool = False) -> HttpResponse:
    """In the place of the form: the round takes nothing now. What was typed is kept, and a person can be asked."""
    standing = selectors.standing(draft.round)
    context = {"draft": draft, "round": draft.round, "standing": standing, "saved": saved}
    return render(request, "enrollment/round_shut.html", context, status=409 if saved else 200)


def _named(draft: Draft) -> tuple[str, str]:
    return str(draft.answers.get("guardian_name", "")), str(draft.answers.get("guardian_id", ""))


def _know_guardian(request: GuardianRequest, draft: Draft, before: tuple[str, str]) -> Draft:
    """Once the guardian's own number is known, ask the agencies for home, permit and insurance.

    They answer only to the name that belongs to the number: who puts one of the two right is asked about again.
    """
    number = form.validate(form.BY_NAME["guardian_id"], draft.answers.get("guardian_id", ""), clock.today())
    asked = "real_estate" in draft.prefilled
    again = asked and _named(draft) != before and services.may_ask_again(request.guardian)
    if number[1] is None and (again or not asked):
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
        "title": page_title(name),
        "page_name": name,
        "pages": form.STEPS,
        "number": form.PAGES.index(name) + 1,
        "questions": _questions(draft, name, errors),
        "wrong": bool(errors),
        "options": options,
        "ranks": ranks,
        "choices_error": error_text(problem) if problem else "",
        "sequential": policy.mechanism == "sequential",
        "map": selectors.school_map(draft, options) if options else None,
        "first_year": not any(option.last_year for option in options),
        "notes": selectors.home_notes(draft) if name == "home" else [],
        "deadline": deadline(draft.round),
    }


@dataclass(frozen=True, slots=True)
class Section:
    """The answers of one page on check-your-answers."""

    page: str
    title: str
    rows: tuple[selectors.AnswerRow, ...]


def _sections(answers: Mapping[str, str]) -> list[Section]:
    rows = selectors.answer_rows(answers)
    return [Section(page, page_title(page), tuple(row for row in rows if row.page == page)) for page in form.PAGES]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend before submission, with the way to it."""

    name: str
    label: str
    text: str
    page: str


def _problems(invalid: InvalidAnswers) -> list[Problem]:
    return [
        Problem(
            name,
            _(form.BY_NAME[name].label) if name in form.BY_NAME else _("Schools"),
            text,
            form.BY_NAME[name].page if name in form.BY_NAME else "choices",
        )
        for name, text in invalid.messages().items()
    ]


@guardian_page
@require_http_methods(["GET", "POST"])
def check(request: GuardianRequest, draft_id: UUID) -> HttpResponse:
    """Check your answers, declare, submit."""
    draft = selectors.own_draft(request.guardian, draft_id)
    refused: Refused | None = None
    token = request.POST.get("client_token") or str(uuid.uuid4())
    if request.method == "POST":
        try:
            submission = _declared(request, draft_id, token)
            filed = services.application_submit(guardian=request.guardian, submission=submission)
        except Refused as problem:
            refused = problem
            draft = selectors.own_draft(request.guardian, draft_id)
        else:
            return redirect(f"/my/applications/{filed.pk}/?filed=1")
    filed_already = selectors.filed_application(draft)
    if filed_already is None and selectors.standing(draft.round) != "open":
        return shut(request, draft, saved=request.method == "POST")
    context = {**_check_context(request, draft, refused), "client_token": token, "filed": filed_already}
    return render(request, "enrollment/check.html", context, status=422 if refused else 200)


def _declared(request: GuardianRequest, draft_id: UUID, token: str) -> Submission:
    """What the button sends. Raises Refused while the declaration is not confirmed, or for a damaged form."""
    if request.POST.get("declare") != "yes":
        raise Refused(_("Please confirm the declaration."), code="declare")
    try:
        channel = "kiosk" if request.session.get("terminal") else request.session.get("channel", "web")
        return Submission(draft_id, UUID(token), channel, seen=request.POST.get("seen", ""))
    except ValueError:
        raise Refused(_("Please press the button again."), code="token") from None


def _check_context(request: GuardianRequest, draft: Draft, refused: Refused | None) -> dict[str, object]:
    codes = [code for code in str(draft.answers.get("choices", "")).split(",") if code]
    options = selectors.school_options(draft)
    by_code = {option.school.code: option for option in options}
    picked = [by_code[code] for code in codes if code in by_code]
    return {
        "draft": draft,
        "sections": _sections(draft.answers),
        "materials": materials_for(draft),
        "schools": [option.school for option in picked],
        "warnings": selectors.choice_warnings(draft, picked, options),
        "refused": refused.message if refused else "",
        "other_account": refused is not None and refused.code == "duplicate_person",
        "problems": _problems(refused) if isinstance(refused, InvalidAnswers) else [],
        "seen": draft_digest(draft),
        "phone": identifiers.mask("mobile", request.guardian.phone or ""),
        "twins": selectors.unfiled_twins(draft),
        "deadline": deadline(draft.round),
    }
