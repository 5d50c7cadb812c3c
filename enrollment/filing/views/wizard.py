"""The wizard: one page a topic, saved at every step, then check-your-answers and submission."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

import identifiers
from accounts.pages import GuardianRequest, guardian_form, guardian_page, tell_refusal
from enrollment.documents.materials import materials_for
from enrollment.filing import form
from enrollment.filing.asked import own_form_for, questions_for
from enrollment.filing.channels import channel_of
from enrollment.filing.drafts.homes import ANOTHER
from enrollment.filing.drafts.known import PICK, home_options, home_pick_of, known_answers
from enrollment.filing.drafts.services import draft_pick_home, draft_save
from enrollment.filing.expectations.selectors import home_notes
from enrollment.filing.routes import routes_for
from enrollment.filing.school_map import Listed, Place, SchoolMap, school_map
from enrollment.filing.schools import NEAREST, Nearby, SchoolOption, choice_warnings, nearby, school_options
from enrollment.filing.selectors import AnswerRow, answer_rows, unfiled_twins
from enrollment.filing.submission.services import InvalidAnswers, Submission, application_submit, draft_digest
from enrollment.forms import posted as posted_form
from enrollment.forms.fields import FormField, error_text, form_field
from enrollment.forms.questions import N_, Field, FieldError
from enrollment.seasons.days.deadlines import deadline
from enrollment.seasons.models import Draft
from enrollment.seasons.rules.own_form import INTRO
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.selectors import filed_application, may_amend, open_return, own_draft, round_standing
from enrollment.seasons.states import RoundState
from foundation import clock
from foundation.errors import Refusal, Refused
from foundation.posted import sent_key
from foundation.wording import content_language

DECLARE: Final = "declare"  # the declaration was forgotten


def page_title(page: str) -> str:
    return {
        "guardian": _("About you"),
        "household": _("Household register"),
        "home": _("The home"),
        "work": _("Residence permit and insurance"),
        "choices": _("Schools"),
        "needs": _("Special needs"),
    }[page]


def _questions(draft: Draft, page: str, errors: Mapping[str, FieldError]) -> list[FormField]:
    known = known_answers(draft)
    fields = form.shown(form.page_fields(page, questions_for(draft)), draft.answers)
    answers = {**draft.answers, **form.described_in_words(fields, draft.answers)}
    return [form_field(field, answers, errors, known.get(field.name)) for field in fields]


def _next_page(draft: Draft, after: str = "") -> str:
    """The next page that still needs an answer; ``check`` when none does."""
    pages, fields = form.PAGES, questions_for(draft)
    for later in pages[pages.index(after) + 1 if after else 0 :]:
        _clean, errors = _judged(later, draft, fields)
        if errors or (later == "choices" and not draft.answers.get("choices")):
            return later
    return "check"


@guardian_form
@require_http_methods(["GET", "POST"])
def page(request: GuardianRequest, draft_id: UUID, name: str) -> HttpResponse:
    """One page of questions, one of ``form.PAGES``. What is typed is stored before it is judged."""
    draft = own_draft(request.guardian, draft_id)
    errors: Mapping[str, FieldError] = {}
    if request.method == "POST":
        try:
            if name == "home" and _picks(draft, request.POST):
                return _picked(request, draft)
            typed = typed_answers(request.POST, name, questions_for(draft))
            draft = draft_save(guardian=request.guardian, draft_id=draft_id, answers=typed)
        except Refused as refused:
            tell_refusal(request, refused)
            return redirect("enrollment:home")
        errors = _page_errors(draft, name)
        if not errors and round_standing(draft.round) == RoundState.OPEN:
            return _onwards(draft, name, back=request.GET.get("back") == "check")
    if round_standing(draft.round) != RoundState.OPEN and not open_return(draft):
        return shut(request, draft, saved=request.method == "POST")
    return render(
        request, "enrollment/filing/page.html", page_context(draft, name, errors), status=422 if errors else 200
    )


def _picks(draft: Draft, posted: QueryDict) -> bool:
    """Whether the form says which of several homes it is, and that is another than before."""
    options = {one.index for one in home_options(draft)}
    pick = posted.get(PICK, "")
    return bool(options) and pick in {*options, ANOTHER} and pick != home_pick_of(draft)


def _picked(request: GuardianRequest, draft: Draft) -> HttpResponse:
    """A home was picked: what registers say of it is filled in, and the way goes on. Another one is typed first.

    Who typed beside saying that it is another home keeps what was typed.
    """
    pick = request.POST[PICK]
    if pick == ANOTHER:
        typed = posted_form.answers(request.POST, form.page_fields("home", questions_for(draft)))
        if typed:
            draft_save(guardian=request.guardian, draft_id=draft.public_id, answers=typed)
    draft = draft_pick_home(guardian=request.guardian, draft_id=draft.public_id, pick=pick)
    if pick == ANOTHER or _page_errors(draft, "home") or round_standing(draft.round) != RoundState.OPEN:
        return redirect(request.get_full_path())
    return _onwards(draft, "home", back=request.GET.get("back") == "check")


def typed_answers(posted: QueryDict, name: str, fields: Sequence[Field]) -> dict[str, str]:
    """What was typed on one page, right or wrong. A question that is not on the page keeps its answer."""
    typed = posted_form.answers(posted, form.page_fields(name, fields), whole=True)
    return {**typed, "choices": posted_form.schools(posted)} if name == "choices" else typed


def _judged(page: str, draft: Draft, fields: Sequence[Field]) -> tuple[dict[str, str], dict[str, FieldError]]:
    return form.validate_page(page, draft.answers, clock.today(), child_id=draft.child.id_number, fields=fields)


def _page_errors(draft: Draft, name: str) -> Mapping[str, FieldError]:
    _clean, errors = _judged(name, draft, questions_for(draft))
    if name == "choices" and not draft.answers.get("choices"):
        missing = FieldError("choices", "missing", N_("Please choose at least one school."))
        return {**errors, "choices": missing}
    if name == "home" and home_options(draft) and not home_pick_of(draft):
        return {PICK: FieldError(PICK, "missing", N_("Please pick the home your family lives in."))}
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
    standing = round_standing(draft.round)
    context = {"draft": draft, "round": draft.round, "standing": standing, "saved": saved}
    return render(request, "enrollment/filing/round_shut.html", context, status=409 if saved else 200)


def page_context(draft: Draft, name: str, errors: Mapping[str, FieldError]) -> dict[str, object]:
    policy = compiled(draft.round.policy)
    homes = home_options(draft) if name == "home" else []
    pick = home_pick_of(draft) if homes else ""
    chosen = [code for code in str(draft.answers.get("choices", "")).split(",") if code]
    problem = errors.get("choices")
    here = nearby(draft) if name == "choices" else None
    options = school_options(draft, here) if here else []
    first = _first(options)
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
        "questions": [] if homes and not pick else _questions(draft, name, errors),
        "homes": homes,
        "pick": pick,
        "pick_error": error_text(errors[PICK]) if PICK in errors else "",
        "another": ANOTHER,
        "introduction": own_form_for(draft).text(INTRO, content_language()) if name == form.PAGES[0] else "",
        "wrong": bool(errors),
        "options": options,
        "first_options": first,
        "more_options": options[len(first) :],
        "ranks": ranks,
        "choices_error": error_text(problem) if problem else "",
        "sequential": policy.mechanism == "sequential",
        "routes": routes_for(draft.round, options, here),
        "map": _map(draft, here, first, options[len(first) :]) if here and options else None,
        "first_year": not any(option.last_year for option in options),
        "notes": home_notes(draft) if name == "home" and (pick or not homes) else [],
        "deadline": deadline(draft.round),
    }


def _first(options: Sequence[SchoolOption]) -> Sequence[SchoolOption]:
    """The schools of the zone and of its big zone, and the nearest others; all where nothing says which are near."""
    own = sum(option.in_zone or option.shares for option in options)
    return options[: own + NEAREST] if any(option.far for option in options) else options


def _map(draft: Draft, here: Nearby, first: Sequence[SchoolOption], more: Sequence[SchoolOption]) -> SchoolMap | None:
    listed = [Listed(option.school, option.in_zone) for option in first]
    place = Place(draft.round.season, draft.round.stage, here.chart)
    return school_map(place, listed, [option.school for option in more], home=here.home, own_zones=here.zones)


@dataclass(frozen=True, slots=True)
class Section:
    """The answers of one page on check-your-answers."""

    page: str
    title: str
    rows: tuple[AnswerRow, ...]


def _sections(answers: Mapping[str, str], fields: Sequence[Field]) -> list[Section]:
    rows = answer_rows(answers, fields)
    return [Section(page, page_title(page), tuple(row for row in rows if row.page == page)) for page in form.PAGES]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend before submission, with the way to it."""

    name: str
    label: str
    text: str
    page: str


def _problems(invalid: InvalidAnswers, fields: Sequence[Field]) -> list[Problem]:
    by_name = {field.name: field for field in fields}
    return [
        Problem(
            name,
            _(by_name[name].label) if name in by_name else _("Schools"),
            text,
            by_name[name].page if name in by_name else "choices",
        )
        for name, text in invalid.messages().items()
    ]


def _to_mend(draft: Draft, refused: Refusal | None, fields: Sequence[Field]) -> list[Problem]:
    """All that is wrong, also when it was the declaration that was forgotten: everything is said at once."""
    if isinstance(refused, InvalidAnswers):
        return _problems(refused, fields)
    if refused is None or refused.code != DECLARE:
        return []
    errors = {name: error for page_ in form.PAGES for name, error in _page_errors(draft, page_).items()}
    return _problems(InvalidAnswers(errors), fields)


@guardian_page
@require_http_methods(["GET", "POST"])
def check(request: GuardianRequest, draft_id: UUID) -> HttpResponse:
    """Check your answers, declare, submit."""
    draft = own_draft(request.guardian, draft_id)
    refused: Refusal | None = None
    token = request.POST.get("client_token") or str(uuid.uuid4())
    if request.method == "POST":
        try:
            submission = _declared(request, draft_id, token)
            filed = application_submit(guardian=request.guardian, submission=submission)
        except Refusal as problem:
            refused = problem
            draft = own_draft(request.guardian, draft_id)
        else:
            return redirect(f"/my/applications/{filed.pk}/?filed=1")
    filed_already = filed_application(draft)
    change = filed_already is not None and may_amend(filed_already, draft.round)
    if filed_already is None and round_standing(draft.round) != RoundState.OPEN:
        return shut(request, draft, saved=request.method == "POST")
    state = {"client_token": token, "filed": filed_already, "change": change}
    context = {**_check_context(request, draft, refused), **state}
    return render(request, "enrollment/filing/check.html", context, status=422 if refused else 200)


def _declared(request: GuardianRequest, draft_id: UUID, token: str) -> Submission:
    """What the button sends. Raises Refused while the declaration is not confirmed, or for a damaged form."""
    if request.POST.get("declare") != "yes":
        raise Refused(_("Please confirm the declaration."), code=DECLARE)
    seen, change = request.POST.get("seen", ""), "change" in request.POST
    return Submission(draft_id, sent_key(token), channel_of(request), seen, change)


def _check_context(request: GuardianRequest, draft: Draft, refused: Refusal | None) -> dict[str, object]:
    codes = [code for code in str(draft.answers.get("choices", "")).split(",") if code]
    options = school_options(draft, nearby(draft))
    by_code = {option.school.code: option for option in options}
    picked = [by_code[code] for code in codes if code in by_code]
    fields = questions_for(draft)
    return {
        "draft": draft,
        "sections": _sections(draft.answers, fields),
        "materials": materials_for(draft),
        "schools": [option.school for option in picked],
        "warnings": choice_warnings(draft, picked, options),
        "refused": refused.message if refused else "",
        "other_account": refused is not None and refused.code == "duplicate_person",
        "problems": _to_mend(draft, refused, fields),
        "declare_error": refused.message if refused is not None and refused.code == DECLARE else "",
        "seen": draft_digest(draft),
        "phone": identifiers.mask("mobile", request.guardian.phone or ""),
        "twins": unfiled_twins(draft),
        "deadline": deadline(draft.round),
    }
