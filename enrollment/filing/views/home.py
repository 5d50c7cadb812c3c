"""The guardian's first page, and adding a child."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

import identifiers
from accounts.assured import assured_person
from accounts.pages import GuardianRequest, guardian_page, tell_refusal
from enrollment.filing.drafts import services as drafts
from enrollment.filing.drafts.services import draft_open, draft_prefill, prefill_wanted
from enrollment.filing.selectors import ChildView, children_of
from enrollment.forms.fields import FieldOption, FormField
from enrollment.guardians.confirming import ways_of
from enrollment.guardians.selectors import invitations_to, open_requests, shared_children
from enrollment.seasons.models import ApplicationState, Child, Round
from enrollment.seasons.selectors import open_rounds, owned_child, round_standing, visible_rounds
from enrollment.seasons.states import RoundState
from foundation.errors import Refusal
from schools.models import Stage

SCHOOL_YEAR = (8, 31)  # month and day by which an age counts


USUAL_AGES: dict[str, tuple[int, int]] = {Stage.KINDERGARTEN: (2, 5), Stage.PRIMARY: (5, 10), Stage.JUNIOR: (10, 17)}


@dataclass(frozen=True, slots=True)
class ChildCard:
    """A child with the rounds that fit its age first; the others stay within reach."""

    view: ChildView
    likely: tuple[Round, ...]
    others: tuple[Round, ...]
    preparing: tuple[Round, ...]  # of this age, open or still to open: the pre-check tells what to have ready


def _suits(child: Child, round_: Round) -> bool:
    """Whether a child of this age usually enters this stage. Only orders the page: the policy alone decides."""
    youngest, oldest = USUAL_AGES[round_.stage]
    age = round_.season.year - child.birth_date.year - ((child.birth_date.month, child.birth_date.day) > SCHOOL_YEAR)
    return youngest <= age <= oldest


def _card(view: ChildView, planned: list[Round]) -> ChildCard:
    under_way = {
        application.stage for application in view.applications if application.state != ApplicationState.WITHDRAWN
    }
    likely = tuple(r for r in view.rounds if _suits(view.child, r) and not under_way)
    coming = tuple(r for r in planned if _suits(view.child, r) and not under_way)
    return ChildCard(view, likely, tuple(r for r in view.rounds if r not in likely), (*likely, *coming))


@guardian_page
@require_GET
def home(request: GuardianRequest) -> HttpResponse:
    planned = [r for r in visible_rounds() if round_standing(r) == RoundState.PLANNED and not r.season.rehearsal]
    children = [_card(view, planned) for view in children_of(request.guardian)]
    context = {
        "children": children,
        "guardian": request.guardian,
        "shared": shared_children(request.guardian),
        "asked": open_requests(request.guardian),
        "waiting": bool(invitations_to(request.guardian)),
    }
    return render(request, "enrollment/filing/home.html", context)


@guardian_page
@require_http_methods(["GET", "POST"])
def child_add(request: GuardianRequest) -> HttpResponse:
    """Add a child: name and document; birth date and sex only where the document does not say them, and what a
    character looks like only where the name has one that cannot be typed.
    """
    asked = ("name", "name_character", "id_number", "birth_date", "sex")
    typed = {name: request.POST.get(name, "") for name in asked}
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            child = drafts.child_add(guardian=request.guardian, **typed)
        except Refusal as problem:
            refused = problem
        else:
            return begin(request, child)
    fields = _child_fields(typed, refused)
    context = {
        "fields": fields,
        "refused": refused if refused and not refused.field else None,
        "assured": assured_person(request.guardian) is not None,
        "ways": ways_of(request, request.guardian),
    }
    return render(request, "enrollment/filing/child_add.html", context, status=422 if refused else 200)


def begin(request: GuardianRequest, child: Child) -> HttpResponse:
    """Straight into the one round of the child's age; with several, or none, the first page offers what there is."""
    rounds = [round_ for round_ in open_rounds() if _suits(child, round_)]
    if len(rounds) != 1:
        return redirect("enrollment:home")
    return _start(request, child.public_id, rounds[0].pk)


def _child_fields(typed: dict[str, str], refused: Refusal | None) -> list[FormField]:
    def error(name: str) -> str:
        return refused.fields.get(name, "") if refused else ""

    where = _("As in the household register or passport. If a character cannot be typed, put ? in its place.")
    fields = [
        FormField("name", _("Name of the child"), typed["name"], where, error("name")),
        *_character_field(typed, error("name_character")),
        FormField(
            "id_number",
            _("ID number of the child"),
            typed["id_number"],
            _(
                "18 digits, on the child's page of the household register. A passport or travel permit works too; a "
                "child without any number applies by the number of its birth certificate."
            ),
            error("id_number"),
        ),
    ]
    asked = refused.field if refused else ""
    if typed["birth_date"] or asked == "birth_date":
        born = FormField("birth_date", _("Date of birth"), typed["birth_date"], "", error("birth_date"), type="date")
        fields.append(born)
    if (
        typed["birth_date"] or typed["sex"] or asked in {"birth_date", "sex"}
    ):  # a permanent resident's card says the day
        sexes = (FieldOption("1", _("Boy")), FieldOption("2", _("Girl")))
        fields.append(FormField("sex", _("Sex"), typed["sex"], "", error("sex"), sexes))
    return fields


def _character_field(typed: dict[str, str], error: str) -> list[FormField]:
    """What a character of the name looks like: asked once something in the name stands for one."""
    found = identifiers.stands_for(typed["name"])
    if found is None:
        return []
    label = _("The character of the name that cannot be typed")
    help_ = _("What it looks like and how it is read, for example 左石右羡. You will be asked for a photo of the page.")
    return [FormField("name_character", label, typed["name_character"] or found.words, help_, error)]


def _start(request: GuardianRequest, child_id: UUID, round_id: int) -> HttpResponse:
    child = owned_child(request.guardian, child_id)
    round_ = Round.objects.select_related("season__district").filter(pk=round_id).first()
    if round_ is None:
        return redirect("enrollment:home")
    try:
        draft = draft_open(guardian=request.guardian, child=child, round_=round_)
    except Refusal as refused:
        tell_refusal(request, refused)
        return redirect("enrollment:home")
    if prefill_wanted(request.guardian, draft):
        draft_prefill(guardian=request.guardian, draft_id=draft.public_id)
    return redirect("enrollment:page", draft.public_id, "guardian")


@guardian_page
@require_POST
def start(request: GuardianRequest, child_id: UUID, round_id: int) -> HttpResponse:
    """Begin (or go on with) an application, with what the agencies know filled in."""
    return _start(request, child_id, round_id)
