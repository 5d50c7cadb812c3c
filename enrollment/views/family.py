"""The guardian's first page, adding a child, and the pages of an application after submission."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment import selectors, services
from enrollment.models import Draft, Round
from enrollment.views.http import GuardianRequest, guardian_page
from enrollment.views.shown import Shown, ShownOption
from foundation.errors import Refused


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    """The open page: what is open now, and the ways in."""
    return render(request, "enrollment/landing.html", {"rounds": selectors.visible_rounds()})


@guardian_page
@require_GET
def home(request: GuardianRequest) -> HttpResponse:
    context = {"children": selectors.children_of(request.guardian), "guardian": request.guardian}
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
            rounds = list(selectors.open_rounds())
            if len(rounds) == 1:
                return _start(request, child.public_id, rounds[0].pk)
            return redirect("enrollment:home")
    fields = _child_fields(typed, refused)
    context = {"fields": fields, "refused": refused if refused and not refused.field else None}
    return render(request, "enrollment/child_add.html", context, status=422 if refused else 200)


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


def _start(request: GuardianRequest, child_id: UUID, round_id: int) -> HttpResponse:
    child = services.drafts.owned_child(request.guardian, child_id)
    round_ = Round.objects.select_related("season__district").filter(pk=round_id).first()
    if round_ is None:
        return redirect("enrollment:home")
    try:
        draft = services.draft_open(guardian=request.guardian, child=child, round_=round_)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("enrollment:home")
    if not draft.prefilled:
        services.draft_prefill(guardian=request.guardian, draft_id=draft.public_id)
    return redirect("enrollment:page", draft.public_id, "guardian")


@guardian_page
@require_POST
def start(request: GuardianRequest, child_id: UUID, round_id: int) -> HttpResponse:
    """Begin (or go on with) an application, with what the agencies know filled in."""
    return _start(request, child_id, round_id)


@guardian_page
@require_GET
def application(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """One application: receipt, where it stands, why, and what can be done now."""
    found = selectors.own_application(request.guardian, application_id)
    language = "en" if request.LANGUAGE_CODE.startswith("en") else "zh"
    context: dict[str, Any] = {
        "application": found,
        "timeline": selectors.timeline(found),
        "judged": selectors.explanation(found),
        "language": language,
        "returned": selectors.open_items(found),
        "offer": getattr(found, "offer", None),
        "can_withdraw": selectors.can(found, "withdraw"),
        "can_appeal": selectors.can(found, "appeal"),
        "can_answer": selectors.can(found, "accept"),
        "draft": Draft.objects.filter(child=found.child, round=found.round).first(),
        "just_filed": request.GET.get("filed") == "1",
    }
    return render(request, "enrollment/application.html", context)


@guardian_page
@require_POST
def act(request: GuardianRequest, application_id: UUID, action: str) -> HttpResponse:
    """Withdraw, appeal, accept or decline; a refusal is shown on the application's page."""
    mine: dict[str, Any] = {"guardian": request.guardian, "application_id": application_id}
    try:
        if action == "withdraw":
            services.application_withdraw(**mine)
        elif action == "appeal":
            services.application_appeal(**mine, reason=request.POST.get("reason", ""))
        else:
            services.offer_answer(**mine, answer=action)
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        messages.error(request, refused.message, extra_tags="bad")
    return redirect("enrollment:application", application_id)
