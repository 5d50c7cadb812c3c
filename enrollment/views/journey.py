"""Before the form: what a family can expect, and the children the household register knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

import identifiers
from accounts.pages import GuardianRequest, guardian_page
from enrollment import selectors, services
from enrollment.eligibility import HOMES, HOUSEHOLDS, Likely, Quick, likely
from enrollment.models import Round
from enrollment.policies import compiled
from enrollment.views.family import begin
from enrollment.views.shown import Shown, ShownOption
from foundation import clock
from foundation.errors import Refused
from policy import AGENCIES, Group, Text
from schools.models import Stage


def _rounds() -> list[Round]:
    """The rounds a family can still prepare for, the main ones first: one that is over explains nothing new."""
    useful = [r for r in selectors.visible_rounds() if selectors.standing(r) != "closed" and not r.season.rehearsal]
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
    return render(request, "enrollment/eligibility.html", context, status=422 if errors else 200)


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
    papers: tuple[str, ...]
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
        papers=tuple(_words(material.name) for material in said.materials),
        reason=_words(said.reason),
        later=next((r for r in same if r.kind == Round.Kind.SUPPLEMENTARY), None),
        supplementary=_words(extra),
    )


def _rule(group: Group | None) -> Text | None:
    return group.rule if group else None


def _words(text: Text | None) -> str:
    return text.of(get_language() or "zh-hans") if text else ""


def _fields(typed: Mapping[str, str], errors: Mapping[str, str], rounds: list[Round]) -> list[Shown]:
    several = len({r.season.district_id for r in rounds}) > 1
    options = tuple(ShownOption(str(r.pk), _round_name(r, with_district=several)) for r in rounds)
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
            tuple(ShownOption(*i) for i in households.items()),
        ),
        ("home", _("Where does the family live?"), tuple(ShownOption(*i) for i in homes.items())),
    )
    return [Shown(name, label, typed[name], "", errors.get(name, ""), found) for name, label, found in questions]


def _round_name(round_: Round, *, with_district: bool) -> str:
    parts = [str(round_.season.district)] if with_district else []
    return " · ".join([*parts, round_.get_stage_display(), round_.get_kind_display()])


@guardian_page
@require_http_methods(["GET", "POST"])
def register(request: GuardianRequest) -> HttpResponse:
    """Pick a child of one's own household instead of typing it. Nothing is told unless name and number match."""
    guardian = request.guardian
    typed = {
        "guardian_name": request.POST.get("guardian_name", "") or guardian.name,
        "guardian_id": request.POST.get("guardian_id", "") or (guardian.id_number or ""),
    }
    sent = request.method == "POST" or (guardian.assurance >= SURE and bool(guardian.id_number))
    found, refused = None, None
    if sent:
        try:
            found = services.register_children(guardian=guardian, **typed)
            if request.POST.get("child"):
                return _picked(request, typed, found)
        except Refused as problem:
            refused = problem
    context = {
        "fields": _who(typed, refused),
        "typed": typed,
        "found": found,
        "children": [
            {"index": child.index, "name": child.name, "number": identifiers.mask("id", child.id_number)}
            for child in (found.children if found else ())
        ],
        "refused": refused if refused and not refused.field else None,
    }
    return render(request, "enrollment/child_register.html", context, status=422 if refused else 200)


SURE = 2  # accounts.models.Assurance.VERIFIED: a government sign-in vouches for name and number


def _picked(
    request: GuardianRequest, typed: Mapping[str, str], found: "services.drafts.RegisterAnswer"
) -> HttpResponse:
    child = next((one for one in found.children if one.index == request.POST["child"]), None)
    if child is None:
        messages.error(request, _("Please pick one of the answers."), extra_tags="bad")
        return redirect("enrollment:register")
    added = services.child_add(guardian=request.guardian, name=child.name, id_number=child.id_number)
    return begin(request, added, answers=typed)


def _who(typed: Mapping[str, str], refused: Refused | None) -> list[Shown]:
    def error(name: str) -> str:
        return refused.message if refused and refused.field == name else ""

    return [
        Shown("guardian_name", _("Your name"), typed["guardian_name"], "", error("guardian_name"), autocomplete="name"),
        Shown(
            "guardian_id",
            _("Your ID number"),
            typed["guardian_id"],
            _("As printed on your identity document."),
            error("guardian_id"),
        ),
    ]
