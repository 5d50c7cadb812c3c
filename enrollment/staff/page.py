"""The case page: shown on GET, decided on POST; what was typed survives a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment import form, services
from enrollment.models import Application
from enrollment.services.documents_place import ITEM
from enrollment.services.review import item_label
from enrollment.staff.case import Case, gather, next_case
from enrollment.staff.settle import questions, refuse_unreadable, settled
from foundation import clock
from foundation.errors import NotAllowed, Refused
from verification.selectors import findings

RETURN_DAYS = 7
LOCAL = "%Y-%m-%dT%H:%M"


@dataclass(slots=True)
class Typed:
    """What the reviewer typed into the three forms, and what was refused."""

    decision: str = ""
    reason: str = ""
    items: tuple[str, ...] = ()
    deadline: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    value_errors: Mapping[str, str] = field(default_factory=dict)
    refused: Refused | None = None

    @classmethod
    def fresh(cls) -> "Typed":
        end = (clock.now() + timedelta(days=RETURN_DAYS)).replace(hour=17, minute=0)
        return cls(deadline=end.strftime(LOCAL))

    @classmethod
    def read(cls, request: HttpRequest) -> "Typed":
        prefix = "fact:"
        values = {name.removeprefix(prefix): str(value) for name, value in request.POST.items() if name[:5] == prefix}
        return cls(
            decision=request.POST.get("decision", ""),
            reason=request.POST.get("reason", ""),
            items=tuple(request.POST.getlist("items")),
            deadline=request.POST.get("deadline") or cls.fresh().deadline,
            values=values,
        )


def case_page(
    request: HttpRequest, application: Application, reviewer: Account, site_context: Mapping[str, Any]
) -> HttpResponse:
    """Show the case, or decide it and go on to the next one."""
    typed = Typed.fresh()
    if request.method == "POST":
        typed = Typed.read(request)
        try:
            done = decide(application, reviewer, typed)
        except NotAllowed as hidden:
            raise Http404 from hidden
        except Refused as refused:
            typed.refused = refused
            application.refresh_from_db()
        else:
            messages.success(request, done)
            return _onward(application, reviewer)
    case = gather(application, reviewer)
    context = {**site_context, "title": application.receipt, "case": case, "typed": typed, **_asked(case, typed)}
    return TemplateResponse(request, "staff/case.html", context, status=422 if typed.refused else 200)


def _asked(case: Case, typed: Typed) -> dict[str, Any]:
    items = [(item.name, _(item.label)) for item in form.FIELDS] + [("choices", _("Schools"))]
    items += [(f"{ITEM}{kind}", item_label(case.application, f"{ITEM}{kind}")) for kind in _papers(case)]
    return {
        "questions": questions(case.version, case.known, typed.values, typed.value_errors),
        "items": [(name, label, name in typed.items) for name, label in items],
    }


def _papers(case: Case) -> list[str]:
    """The kinds of paper that can be asked for: those of the child's group, and those given."""
    judged = case.version.evaluation or {}
    kinds = [str(row["id"]) for row in judged.get("materials", ())] + [p.document.kind for p in case.documents]
    return list(dict.fromkeys(kinds))


def decide(application: Application, reviewer: Account, typed: Typed) -> str:
    """Carry out one decision; the sentence that confirms it. Raises NotAllowed, Refused."""
    whom: dict[str, Any] = {"reviewer": reviewer, "application_id": application.pk, "reason": typed.reason}
    if typed.decision == "approve":
        services.review_approve(**whom, settled=_values(application, typed))
        return _("%(receipt)s is approved.") % {"receipt": application.receipt}
    if typed.decision == "return":
        services.review_return(**whom, items=typed.items, deadline=_deadline(typed.deadline))
        return _("%(receipt)s is returned for correction.") % {"receipt": application.receipt}
    if typed.decision == "refuse":
        services.review_refuse(**whom)
        return _("%(receipt)s is decided: not eligible.") % {"receipt": application.receipt}
    raise Refused(_("Please pick a decision."), code="decision")


def _values(application: Application, typed: Typed) -> dict[str, object]:
    version = application.versions.select_related("policy", "application").get(number=application.version)
    values, typed.value_errors = settled(questions(version, findings(version.pk), typed.values), typed.values)
    refuse_unreadable(typed.value_errors)
    return dict(values)


def _deadline(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        raise Refused(_("Please give the deadline as a date and time."), code="deadline", field="deadline") from None


def _onward(application: Application, reviewer: Account) -> HttpResponse:
    following = next_case(application, reviewer)
    if following is None:
        return redirect("admin:enrollment_application_changelist")
    return redirect("admin:enrollment_application_change", following)
