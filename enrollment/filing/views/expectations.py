"""Pages before anything is filed: what a family can expect, and what the registers know of a child."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.pages import GuardianRequest, guardian_page, tell_refusal
from enrollment.filing.drafts.registers import is_closed
from enrollment.filing.expectations.eligibility import HOMES, HOUSEHOLDS, Likely, Quick, likely
from enrollment.filing.expectations.services import precheck
from enrollment.forms.fields import FieldOption, FormField
from enrollment.guardians.confirming import ways_of
from enrollment.seasons.models import Round
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.selectors import owned_child, round_standing, visible_rounds
from enrollment.seasons.states import RoundState
from foundation import clock
from foundation.errors import Refusal
from foundation.wording import content_language
from policy import AGENCIES, Group, Text
from schools.models import Stage
from schools.switches import refuse_unless_offered


def _rounds() -> list[Round]:
    """The rounds a family can still prepare for, the main ones first: one that is over explains nothing new."""
    useful = [r for r in visible_rounds() if round_standing(r) != RoundState.CLOSED and not r.season.rehearsal]
    return sorted(useful, key=lambda r: (r.kind != Round.Kind.MAIN, Stage.values.index(r.stage), r.opens_at))


@require_http_methods(["GET", "POST"])
def eligibility(request: HttpRequest) -> HttpResponse:
    """Four taps and a date; the answer of the round's own policy. Nothing is stored and nobody signs in."""
    rounds = _rounds()
    typed = {name: request.POST.get(name, "") for name in ("round", "year", "month", "day", "household", "home")}
    errors: dict[str, str] = {}
    answer: Answer | None = None
    if request.method == "POST":
        quick, round_, errors = _read(typed, rounds)
        if quick is not None and round_ is not None:
            answer = _answer(quick, round_, rounds)
    context = {
        "fields": _fields(typed, errors, rounds),
        "birth": {name: typed[name] for name in ("year", "month", "day")},
        "birth_error": errors.get("birth", ""),
        "answer": answer,
        "rounds": rounds,
        "wrong": bool(errors),
    }
    return render(request, "enrollment/filing/eligibility.html", context, status=422 if errors else 200)


def _read(typed: Mapping[str, str], rounds: list[Round]) -> tuple[Quick | None, Round | None, dict[str, str]]:
    pick = _("Please pick one of the answers.")
    errors: dict[str, str] = {}
    round_ = next((r for r in rounds if str(r.pk) == typed["round"]), None)
    if round_ is None:
        errors["round"] = pick
    errors |= {name: pick for name, known in (("household", HOUSEHOLDS), ("home", HOMES)) if typed[name] not in known}
    born = _birth(typed)
    if born is None:
        errors["birth"] = _("Please give the date of birth, for example 2020, 5, 31.")
    elif born > clock.today():
        errors["birth"] = _("This date lies in the future.")
    if errors or born is None or round_ is None:
        return None, None, errors
    return Quick(born, round_.stage, typed["household"], typed["home"]), round_, {}


def _birth(typed: Mapping[str, str]) -> date | None:
    try:
        return date(*(int(typed[name]) for name in ("year", "month", "day")))
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer in the reader's language."""

    likely: Likely
    round: Round
    group: str
    rule: str
    checks: tuple[str, ...]
    materials: tuple[str, ...]
    reason: str
    later: Round | None
    supplementary: str


def _answer(quick: Quick, round_: Round, rounds: list[Round]) -> Answer:
    policy = compiled(round_.policy)
    said = likely(policy, quick, round_.kind)
    group = said.group
    extra = policy.supplementary.rule if policy.supplementary else None
    same = (r for r in rounds if r.stage == round_.stage and r.season_id == round_.season_id)
    return Answer(
        likely=said,
        round=round_,
        group=_words(group.name if group else None),
        rule=_words(_rule(group)),
        checks=tuple(_words(AGENCIES[name]) for name in said.agencies if name in AGENCIES),
        materials=tuple(_words(material.name) for material in said.materials),
        reason=_words(said.reason),
        later=next((r for r in same if r.kind == Round.Kind.SUPPLEMENTARY), None),
        supplementary=_words(extra),
    )


def _rule(group: Group | None) -> Text | None:
    return group.rule if group else None


def _words(text: Text | None) -> str:
    return text.of(content_language()) if text else ""


def _fields(typed: Mapping[str, str], errors: Mapping[str, str], rounds: list[Round]) -> list[FormField]:
    several = len({r.season.district_id for r in rounds}) > 1
    options = tuple(FieldOption(str(r.pk), _round_name(r, with_district=several)) for r in rounds)
    households = {
        "zone": _("Yes, in the zone of the school we want"),
        "district": _("Yes, elsewhere in this district"),
        "city": _("In this city, another district"),
        "no": _("No, somewhere else"),
    }
    homes = {
        "deed": _("Our own home, with a certificate"),
        "contract": _("Our own home, certificate not issued yet"),
        "grandparents": _("A home of the grandparents"),
        "rented": _("A rented home"),
        "public_rental": _("A public rental home"),
        "none": _("None of these"),
    }
    questions = (
        ("round", _("Which school?"), options),
        (
            "household",
            _("Is the child's household registered here?"),
            tuple(FieldOption(*i) for i in households.items()),
        ),
        ("home", _("Where does the family live?"), tuple(FieldOption(*i) for i in homes.items())),
    )
    return [FormField(name, label, typed[name], "", errors.get(name, ""), found) for name, label, found in questions]


def _round_name(round_: Round, *, with_district: bool) -> str:
    parts = [str(round_.season.district)] if with_district else []
    return " · ".join([*parts, round_.get_stage_display(), round_.get_kind_display()])


@guardian_page
@require_GET
def expect(request: GuardianRequest, child_id: UUID, round_id: int) -> HttpResponse:
    """The pre-check of one child and round."""
    child = owned_child(request.guardian, child_id)
    round_ = Round.objects.select_related("season__district__parent", "policy").filter(pk=round_id).first()
    if round_ is None or round_.season.rehearsal:
        raise Http404
    refuse_unless_offered("expect", round_.season.district_id)
    try:
        found = precheck(guardian=request.guardian, child=child, round_=round_)
    except Refusal as refused:
        tell_refusal(request, refused)
        return redirect("enrollment:home")
    closed = is_closed({name: {"outcome": outcome} for name, outcome in found.known.items()})
    context = {
        "found": found,
        "rows": [(AGENCIES[name], outcome) for name, outcome in found.known.items() if name in AGENCIES],
        "standing": round_standing(round_),
        "closed": closed,
        "ways": ways_of(request, request.guardian) if closed else [],
    }
    return render(request, "enrollment/filing/expect.html", context)
