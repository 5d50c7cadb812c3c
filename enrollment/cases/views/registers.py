"""The problem register with its turnaround, and the register of what data lack; each as a table to keep, too."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.abilities import Ability
from accounts.departments import Department
from accounts.pages import StaffRequest, staff_page, tried
from accounts.scopes import scope
from audit.services import record
from enrollment.cases import register
from enrollment.cases.models import DataGap, JointCase
from enrollment.cases.register import Wanted
from enrollment.cases.services.gaps import gap_change, gap_report
from enrollment.cases.services.steps import ABILITY
from enrollment.cases.views.reviewing import wrong
from enrollment.cases.words import title_of
from enrollment.forms.fields import FieldOption, FormField
from foundation.errors import NotAllowed, Refusal, Refused
from schools.models import District
from verification.models import Agency

A_PAGE: Final = 50
CSV: Final = "text/csv; charset=utf-8"


@staff_page
@require_safe
def problems(request: StaffRequest) -> HttpResponse:
    """All cases by kind, department and state, and how long answers take; each case to whoever decides on it."""
    wanted = Wanted.read(request.GET)
    _refuse_strangers(request)
    decides = scope(request.account).any(Ability.APPLICATION_REVIEW)
    rows = register.rows_of(request.account, wanted) if decides else JointCase.objects.none()
    page = Paginator(rows.prefetch_related("enquiries"), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "wanted": wanted,
        "totals": register.totals(request.account, wanted),
        "decides": decides,
        "turnaround": register.turnaround(request.account, wanted),
        "lines": [(line, title_of(line.case)) for line in register.lines_of(page.object_list)],
        "page": page,
        "kinds": JointCase.Kind.choices,
        "departments": Department.choices,
        "states": [(register.NOT_ENDED, _("Not ended")), (register.LATE, _("Late")), *JointCase.State.choices],
        "query": "&".join(f"{name}={getattr(wanted, name)}" for name in ("kind", "department", "state")),
    }
    return render(request, "enrollment/cases/register.html", context)


@staff_page
@require_safe
def problems_csv(request: StaffRequest) -> HttpResponse:
    """The register as a table."""
    content = register.register_csv(request.account, Wanted.read(request.GET))
    _kept(request, "joint_case.download", "joint_case")
    return _file(content, "cases.csv")


def _kept(request: StaffRequest, action: str, what: str) -> None:
    record(actor=request.account, action=action, object_type=what, object_id=0)


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=CSV)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _refuse_strangers(request: StaffRequest) -> None:
    if not scope(request.account).any(Ability.APPLICATION_VIEW):
        raise NotAllowed(_("You may not do this here."))


@staff_page
@require_http_methods(["GET", "POST"])
def gaps(request: StaffRequest) -> HttpResponse:
    """What departments do not hold or deliver; posting enters a gap by hand."""
    _refuse_strangers(request)
    refused: Refusal | None = None
    if request.method == "POST":
        refused = tried(
            request,
            lambda: gap_report(
                official=request.account,
                district=request.POST.get("district", ""),
                department=request.POST.get("department", ""),
                item=request.POST.get("item", ""),
                what=request.POST.get("what", ""),
            ),
            _("The gap is in the register."),
        )
        if refused is None:
            return redirect("enrollment:data-gaps")
    return _gaps(request, refused)


def _gaps(request: StaffRequest, refused: Refusal | None = None, changed: str = "") -> HttpResponse:
    districts = District.objects.filter(parent__parent__isnull=False).order_by("code")
    mine = list(scope(request.account).rows(districts, ABILITY, district="code"))
    new = refused if not changed else None
    context = {
        "gaps": [
            {
                "row": gap,
                "item": Agency(gap.item).label if gap.item else "",
                "department": Department(gap.department).label,
            }
            for gap in register.gaps_seen(request.account)
        ],
        "districts": mine,
        "form": _gap_form(request, new) if mine else None,
        "states": DataGap.State.choices,
        "changed": changed,
        "refused": refused.message if refused else "",
    }
    return render(request, "enrollment/cases/gaps.html", context, status=422 if refused else 200)


def _gap_form(request: StaffRequest, refused: Refusal | None) -> dict[str, Any]:
    departments = tuple(FieldOption(value, str(label)) for value, label in Department.choices)
    return {
        "district": request.POST.get("district", ""),
        "department": FormField(
            "department",
            _("Department"),
            request.POST.get("department", ""),
            "",
            wrong(refused, "department"),
            departments,
        ),
        "item": request.POST.get("item", ""),
        "items": Agency.choices,
        "what": FormField(
            "what",
            _("What is missing"),
            request.POST.get("what", ""),
            _("In a sentence, and nothing about a family: the register is read across cases."),
            wrong(refused, "what"),
            rows=2,
        ),
    }


@staff_page
@require_POST
def gap(request: StaffRequest, gap_id: UUID) -> HttpResponse:
    """Say how far a gap is."""
    typed = request.POST.get("planned_on", "").strip()
    try:
        try:
            planned = date.fromisoformat(typed) if typed else None
        except ValueError:
            raise Refused(_("Please give the day as a date."), code="planned", field="planned_on") from None
        gap_change(official=request.account, gap_id=gap_id, state=request.POST.get("state", ""), planned_on=planned)
    except Refused as problem:
        return _gaps(request, problem, str(gap_id))
    messages.success(request, _("The gap is changed."), extra_tags="good")
    return redirect("enrollment:data-gaps")


@staff_page
@require_safe
def gaps_csv(request: StaffRequest) -> HttpResponse:
    """The register of gaps as a table."""
    _refuse_strangers(request)
    _kept(request, "data_gap.download", "data_gap")
    return _file(register.gaps_csv(request.account), "data-gaps.csv")
