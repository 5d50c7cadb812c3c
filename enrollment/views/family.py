"""The guardian's first page, and adding a child."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import GuardianRequest, guardian_page
from enrollment import selectors, services
from enrollment.models import Child, Round
from enrollment.selectors import guardians as people
from enrollment.views.shown import Shown, ShownOption
from foundation.errors import Refused
from schools.models import Stage

SCHOOL_YEAR = (8, 31)  # month and day by which an age counts
USUAL_AGES: dict[str, tuple[int, int]] = {Stage.KINDERGARTEN: (2, 5), Stage.PRIMARY: (5, 10), Stage.JUNIOR: (10, 17)}


@dataclass(frozen=True, slots=True)
class ChildCard:
    """A child with the rounds that fit its age first; the others stay within reach."""

    view: selectors.ChildView
    likely: tuple[Round, ...]
    others: tuple[Round, ...]
    preparing: tuple[Round, ...]  # of this age, open or still to open: the pre-check tells what to have ready


def _suits(child: Child, round_: Round) -> bool:
    """Whether a child of this age usually enters this stage. Only orders the page: the policy alone decides."""
    youngest, oldest = USUAL_AGES[round_.stage]
    age = round_.season.year - child.birth_date.year - ((child.birth_date.month, child.birth_date.day) > SCHOOL_YEAR)
    return youngest <= age <= oldest


def _card(view: selectors.ChildView, planned: list[Round]) -> ChildCard:
    under_way = {application.stage for application in view.applications if application.state != "withdrawn"}
    likely = tuple(r for r in view.rounds if _suits(view.child, r) and not under_way)
    coming = tuple(r for r in planned if _suits(view.child, r) and not under_way)
    return ChildCard(view, likely, tuple(r for r in view.rounds if r not in likely), (*likely, *coming))


@guardian_page
@require_GET
def home(request: GuardianRequest) -> HttpResponse:
    planned = [r for r in selectors.visible_rounds() if selectors.standing(r) == "planned" and not r.season.rehearsal]
    children = [_card(view, planned) for view in selectors.children_of(request.guardian)]
    context = {
        "children": children,
        "guardian": request.guardian,
        "shared": people.shared_children(request.guardian),
        "asked": people.open_requests(request.guardian),
        "waiting": bool(people.invitations_to(request.guardian)),
    }
    return render(request, "enrollment/home.html", context)


@guardian_page
@require_http_methods(["GET", "POST"])
def child_add(request: GuardianRequest) -> HttpResponse:
    """Add a child: name and document; birth date and sex only where the document does not say them."""
    typed = {name: request.POST.get(name, "") for name in ("name", "id_number", "birth_date", "sex")}
    refused: Refused | None = None
    if request.method == "POST":
        try:
            child = services.child_add(guardian=request.guardian, **typed)
        except Refused as problem:
            refused = problem
        else:
            return begin(request, child)
    fields = _child_fields(typed, refused)
    context = {"fields": fields, "refused": refused if refused and not refused.field else None}
    return render(request, "enrollment/child_add.html", context, status=422 if refused else 200)


def begin(request: GuardianRequest, child: Child, *, answers: Mapping[str, str] | None = None) -> HttpResponse:
    """Straight into the one round of the child's age; with several, or none, the first page offers what there is.

    ``answers`` are known already (the guardian's own name and number) and go into the draft.
    """
    rounds = [round_ for round_ in selectors.open_rounds() if _suits(child, round_)]
    if len(rounds) != 1:
        return redirect("enrollment:home")
    return _start(request, child.public_id, rounds[0].pk, answers or {})


def _child_fields(typed: dict[str, str], refused: Refused | None) -> list[Shown]:
    def error(name: str) -> str:
        return refused.message if refused and refused.field == name else ""

    fields = [
        Shown(
            "name", _("Name of the child"), typed["name"], _("As in the household register or passport."), error("name")
        ),
        Shown(
            "id_number",
            _("ID number of the child"),
            typed["id_number"],
            _("18 digits, on the child's page of the household register. A passport or travel permit works too."),
            error("id_number"),
        ),
    ]
    if typed["birth_date"] or typed["sex"] or (refused and refused.field in {"birth_date", "sex"}):
        sexes = (ShownOption("1", _("Boy")), ShownOption("2", _("Girl")))
        fields += [
            Shown("birth_date", _("Date of birth"), typed["birth_date"], "", error("birth_date"), type="date"),
            Shown("sex", _("Sex"), typed["sex"], "", error("sex"), sexes),
        ]
    return fields


def _start(
    request: GuardianRequest, child_id: UUID, round_id: int, answers: Mapping[str, str] = MappingProxyType({})
) -> HttpResponse:
    child = services.drafts.owned_child(request.guardian, child_id)
    round_ = Round.objects.select_related("season__district").filter(pk=round_id).first()
    if round_ is None:
        return redirect("enrollment:home")
    try:
        draft = services.draft_open(guardian=request.guardian, child=child, round_=round_)
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="bad")
        return redirect("enrollment:home")
    if answers:
        services.draft_save(guardian=request.guardian, draft_id=draft.public_id, answers=answers)
        request.guardian.id_number = request.guardian.id_number or answers.get("guardian_id") or None
    if not draft.prefilled:
        services.draft_prefill(guardian=request.guardian, draft_id=draft.public_id)
    return redirect("enrollment:page", draft.public_id, "guardian")


@guardian_page
@require_POST
def start(request: GuardianRequest, child_id: UUID, round_id: int) -> HttpResponse:
    """Begin (or go on with) an application, with what the agencies know filled in."""
    return _start(request, child_id, round_id)
