"""The case page: shown on GET, decided on POST; what was typed survives a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.abilities import Ability
from accounts.models import Account
from accounts.pages import hiding
from accounts.scopes import scope
from enrollment.desk.services import case_give, case_hold, case_note, case_take_over, errand_add, errand_finish
from enrollment.documents.materials import NAME_PAGE
from enrollment.documents.places import ITEM
from enrollment.filing import form
from enrollment.filing.asked import questions_of
from enrollment.judging.later.recovery import case_ask_again
from enrollment.review.held import Decision, decision_make
from enrollment.review.names import name_settle
from enrollment.review.queue import Wanted
from enrollment.review.services import item_labels
from enrollment.review.settling import questions, refuse_unreadable, settled, taken
from enrollment.review.staff.around import around
from enrollment.review.staff.case import Case, gather, next_case
from enrollment.review.staff.naming import is_described, names_of, wants_page
from enrollment.seasons.models import Application
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.errors import Refusal, Refused
from foundation.posted import key
from verification.selectors import findings

RETURN_DAYS = 7


LOCAL = "%Y-%m-%dT%H:%M"


@dataclass(slots=True)
class Typed:
    """What the reviewer typed into the forms of the page, and what was refused."""

    decision: str = ""
    reason: str = ""
    items: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    deadline: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    value_errors: Mapping[str, str] = field(default_factory=dict)
    posted: Mapping[str, str] = field(default_factory=dict)
    refused: Refusal | None = None

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
            beside=tuple(request.POST.getlist("beside")),
            deadline=request.POST.get("deadline") or cls.fresh().deadline,
            values=values,
            posted=request.POST.dict(),
        )


def case_page(
    request: HttpRequest, application: Application, reviewer: Account, site_context: Mapping[str, Any], wanted: Wanted
) -> HttpResponse:
    """Show the case and have it for oneself, or decide it and go on to the next one that is wanted."""
    typed = Typed.fresh()
    if request.method == "POST":
        typed = Typed.read(request)
    if request.method == "POST" and typed.decision != SEE:
        try:
            with hiding():
                done = act(application, reviewer, typed)
        except Refused as refused:
            typed.refused = refused
            application.refresh_from_db()
        else:
            messages.success(request, done, extra_tags="good")
            if typed.decision in STAYING:
                return redirect("admin:enrollment_application_change", application.pk)
            return _onward(application, reviewer, wanted)
    case = gather(application, reviewer)
    context = {
        **site_context,
        "title": application.receipt,
        "case": case,
        "typed": typed,
        "reviews": scope(reviewer).any(Ability.APPLICATION_REVIEW),
        "hold": case_hold(reviewer=reviewer, application=application) if case.may_decide else None,
        **_asked(case, typed),
        "names": (names := names_of(case, typed.posted)),
        "name_open": any(one.open for one in names),
        **around(case, reviewer),
    }
    return TemplateResponse(request, "enrollment/review/case.html", context, status=422 if typed.refused else 200)


def _asked(case: Case, typed: Typed) -> dict[str, Any]:
    """What the forms of the page hold: typed before, or what the page proposes."""
    items = [(item.name, _(item.label)) for item in questions_of(case.version.form_id)] + [("choices", _("Schools"))]
    items += item_labels(case.application, [f"{ITEM}{kind}" for kind in _materials(case)]).items()
    asked = questions(case.version, case.known, typed.values, typed.value_errors)
    ticked = typed.items if typed.decision == "return" else doubtful_items(case)
    labels = "、".join(one.label for one in asked)
    return {
        "questions": asked,
        "registers": [one for one in asked if one.register],
        "items": sorted(((name, label, name in ticked) for name, label in items), key=lambda one: not one[2]),
        "proposed": _proposed(case, labels),
    }


def _proposed(case: Case, labels: str) -> dict[str, list[str]]:
    """Reasons to begin with, for each decision: the district's own wordings, then one that names what was open."""
    with translation.override(case.application.guardian.language):
        plain = {
            "approve": _("Checked; all conditions are met."),
            "register": _("Checked; for %(what)s the register counts.") % {"what": labels},
            "return": _("Please check and correct: %(what)s.") % {"what": labels} if labels else "",
            "refuse": "",
            "name": _("As on the page of the household register that you gave."),
        }
    found = case.parts.reasons
    return {name: [*found.get(name, ()), *([text] if text else ())] for name, text in plain.items()}


def doubtful_items(case: Case) -> tuple[str, ...]:
    """The questions of the form about which a register says something else: what a return would ask for."""
    fields = [row["field"] for found in case.known.values() for row in found.differences]
    page = (f"{ITEM}{NAME_PAGE.id}",) if wants_page(case) else ()
    return (*page, *dict.fromkeys(name for name in fields if name in form.BY_NAME))


def _materials(case: Case) -> list[str]:
    """The materials that can be asked for: those of the child's group, and those given."""
    judged = case.version.evaluation or {}
    kinds = [str(row["id"]) for row in judged.get("materials", ())] + [p.document.kind for p in case.documents]
    kinds += [NAME_PAGE.id] if is_described(case) else []
    return list(dict.fromkeys(kinds))


def act(application: Application, reviewer: Account, typed: Typed) -> str:
    """Carry out what was pressed; the sentence that confirms it. Raises NotAllowed, Refused."""
    whom: dict[str, Any] = {"reviewer": reviewer, "application_id": application.pk}
    receipt = {"receipt": application.receipt}
    if typed.decision in DONE:
        held = decision_make(**whom, decision=_decision(application, typed))
        if held is None:
            return str(DONE[typed.decision]) % receipt
        at = {"at": clock.written(held.effective_at)[-5:]}
        return f"{DONE[typed.decision] % receipt} " + _("It counts from %(at)s; until then you can take it back.") % at
    if typed.decision == "again":
        case_ask_again(**whom)
        return _("%(receipt)s: the agencies are asked again.") % receipt
    if typed.decision == "take_over":
        case_take_over(**whom)
        return _("You have the case now.")
    if typed.decision in BESIDE:
        BESIDE[typed.decision](whom, typed.posted)
        if typed.decision == "name":
            return _("The name is settled, and the family is told.")
        return _("Noted.")
    raise Refused(_("Please pick a decision."), code="decision")


DONE: Final[Mapping[str, Promise]] = {
    ApplicationEvent.APPROVE: lazy("%(receipt)s is approved."),
    "register": lazy("%(receipt)s is approved."),
    ApplicationEvent.RETURN: lazy("%(receipt)s is returned for correction."),
    ApplicationEvent.REFUSE: lazy("%(receipt)s is decided: not eligible."),
}


def _decision(application: Application, typed: Typed) -> Decision:
    if typed.decision == ApplicationEvent.RETURN:
        return Decision(ApplicationEvent.RETURN, typed.reason, items=typed.items, deadline=typed.deadline)
    if typed.decision == ApplicationEvent.REFUSE:
        return Decision(ApplicationEvent.REFUSE, typed.reason)
    return Decision(ApplicationEvent.APPROVE, typed.reason, settled=_values(application, typed), beside=typed.beside)


def _note(whom: dict[str, Any], posted: Mapping[str, str]) -> None:
    case_note(**whom, text=posted.get("note", ""))


def _give(whom: dict[str, Any], posted: Mapping[str, str]) -> None:
    case_give(**whom, username=posted.get("username", "").strip())


def _errand(whom: dict[str, Any], posted: Mapping[str, str]) -> None:
    errand_add(
        **whom,
        kind=posted.get("errand_kind", ""),
        what=posted.get("errand_what", ""),
        due_on=parse_date(posted.get("errand_due", "")[:10] or "-"),
        username=posted.get("errand_for", "").strip(),
    )


def _errand_done(whom: dict[str, Any], posted: Mapping[str, str]) -> None:
    errand_finish(reviewer=whom["reviewer"], errand_id=key(posted.get("errand", "")), result=posted.get("result", ""))


def _name(whom: dict[str, Any], posted: Mapping[str, str]) -> None:
    given = posted.get("name_given", "")
    if posted.get("name_seen", "") != given:  # nobody settles a character without having seen it large
        raise Refused(_("Look at the character first, then settle the name."), code="seen", field="name_given")
    name_settle(**whom, whose=posted.get("whose", ""), given=given, reason=posted.get("name_reason", ""))


SEE: Final = "name_see"  # shows the character large; nothing is decided
BESIDE: Final = {"name": _name, "note": _note, "give": _give, "errand": _errand, "errand_done": _errand_done}
STAYING: Final = frozenset({"again", "take_over", *BESIDE})  # after these the page stays with the case


def _values(application: Application, typed: Typed) -> dict[str, object]:
    version = application.versions.select_related("policy", "application").get(number=application.version)
    asked = questions(version, findings(version.pk), typed.values)
    given = taken(asked, "register") if typed.decision == "register" else typed.values
    values, typed.value_errors = settled(asked, given)
    refuse_unreadable(typed.value_errors)
    return dict(values)


def _onward(application: Application, reviewer: Account, wanted: Wanted) -> HttpResponse:
    following = next_case(application.pk, reviewer, wanted)
    if following is None:
        return redirect("enrollment:desk")
    return redirect("admin:enrollment_application_change", following)
