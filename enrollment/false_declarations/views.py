"""Pages of a case of false declaration: the officials' list and case, and the family's own page."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from accounts.pages import GuardianRequest, StaffRequest, guardian_page, staff_page, tried
from accounts.scopes import scope
from enrollment.false_declarations import services
from enrollment.false_declarations.models import DeclarationCase
from enrollment.false_declarations.selectors import ABILITY, case_for, cases, family_case
from enrollment.false_declarations.states import DeclarationStep
from enrollment.filing.submission.services import normal_receipt
from enrollment.seasons.models import Application
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.posted import moment

EVENTS: Final[Mapping[str, Promise]] = {
    DeclarationStep.OPEN: lazy("Notice given"),
    DeclarationStep.ANSWER: lazy("The family's statement"),
    DeclarationStep.SET_HEARING: lazy("Hearing set"),
    DeclarationStep.FIND: lazy("Established"),
    DeclarationStep.CLEAR: lazy("Not established"),
    DeclarationStep.APPEAL: lazy("Appeal"),
    DeclarationStep.FINISH: lazy("Final: no appeal in time"),
    DeclarationStep.CONFIRM: lazy("Final: appeal dismissed"),
    DeclarationStep.ANNUL: lazy("Appeal upheld: not established"),
}


def _lines(case: DeclarationCase) -> list[tuple[Any, str]]:
    return [(one, str(EVENTS[one.event])) for one in case.events.select_related("actor")]


@staff_page
@require_http_methods(["GET", "POST"])
def listed(request: StaffRequest) -> HttpResponse:
    """The cases of one's care; posting opens one by the receipt number."""
    if not scope(request.account).any(ABILITY):
        raise NotAllowed(_("You may not do this here."))
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            return redirect("enrollment:declaration", _open(request).public_id)
        except Refusal as problem:
            refused = problem
    typed = {name: request.POST.get(name, "") for name in ("receipt", "what")}
    context = {"cases": cases(request.account), "refused": refused.message if refused else "", "typed": typed}
    return render(request, "enrollment/false_declarations/list.html", context, status=422 if refused else 200)


def _open(request: StaffRequest) -> DeclarationCase:
    receipt = normal_receipt(request.POST.get("receipt", ""))
    application = Application.objects.filter(receipt=receipt).first()
    if application is None:
        raise Refused(_("There is no application with this receipt number in your care."), field="receipt")
    what = request.POST.get("what", "")
    return services.case_open(reviewer=request.account, application_id=application.pk, what=what)


def _hearing(request: StaffRequest, case_id: UUID) -> None:
    at = moment(request.POST.get("at", ""))
    if at is None:
        raise Refused(_("Please give the hearing as a date and time."), code="at", field="at")
    where = request.POST.get("where", "")
    services.case_hearing(reviewer=request.account, case_id=case_id, at=at, where=where)


def _with_reason(service: Callable[..., DeclarationCase], **more: bool) -> Callable[[StaffRequest, UUID], None]:
    def act(request: StaffRequest, case_id: UUID) -> None:
        service(reviewer=request.account, case_id=case_id, reason=request.POST.get("reason", ""), **more)

    return act


def _finish(request: StaffRequest, case_id: UUID) -> None:
    services.case_finish(reviewer=request.account, case_id=case_id)


STEPS: dict[str, Callable[[StaffRequest, UUID], None]] = {
    "hearing": _hearing,
    "find": _with_reason(services.case_find),
    "clear": _with_reason(services.case_clear),
    "confirm": _with_reason(services.case_decide, upheld=False),
    "annul": _with_reason(services.case_decide, upheld=True),
    "finish": _finish,
}


def _step(request: StaffRequest, case_id: UUID) -> None:
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Refused(_("Please pick a decision."), code="decision")
    step(request, case_id)


@staff_page
@require_http_methods(["GET", "POST"])
def case(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """One case with its steps, and the step that comes next."""
    found = case_for(request.account, case_id)
    refused: Refusal | None = None
    if request.method == "POST":
        refused = tried(request, lambda: _step(request, case_id), _("Done; the family has a message."))
        if refused is None:
            return redirect("enrollment:declaration", case_id)
    context = {
        "case": found,
        "lines": _lines(found),
        "refused": refused.message if refused else "",
        "typed": {name: request.POST.get(name, "") for name in ("at", "where", "reason")},
    }
    return render(request, "enrollment/false_declarations/case.html", context, status=422 if refused else 200)


@guardian_page
@require_http_methods(["GET", "POST"])
def own(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """What a family is told, its statement and its appeal."""
    found = family_case(request.guardian, application_id)
    refused: Refusal | None = None
    text = request.POST.get("text", "")
    if request.method == "POST":
        try:
            if found.state == DeclarationCase.State.FOUND:
                services.case_appeal(guardian=request.guardian, case_id=found.public_id, reason=text)
            else:
                services.case_answer(guardian=request.guardian, case_id=found.public_id, text=text)
        except Refusal as problem:
            refused = problem
        else:
            messages.success(request, _("We have it. Nothing is decided without it."), extra_tags="good")
            return redirect("enrollment:own-declaration", application_id)
    context = {"case": found, "lines": _lines(found), "refused": refused.message if refused else "", "text": text}
    return render(request, "enrollment/false_declarations/own.html", context, status=422 if refused else 200)
