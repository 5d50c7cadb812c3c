"""The page of the figures of the data items, for every department that owns some, and the same as a table."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.departments import Department
from accounts.pages import StaffRequest, staff_page
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.tables import as_file
from verification.catalogue import owned_by
from verification.figures import WEEK, Asked, Sight, allowed, figures, periods, sights_of, table
from verification.lines import COUNTY
from verification.quotas import uses
from verification.rounds import RoundName, rounds_for
from verification.selectors import VerificationRate

YEARS: Final = (2000, 2100)


def _day(typed: str) -> date:
    """The day that was typed, today for none. Raises Refused."""
    if not typed.strip():
        return clock.today()
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise Refused(_("Please give a day, for example 2026-06-20."), code="day", field="day") from None
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise Refused(_("Please give a day, for example 2026-06-20."), code="day", field="day")
    return day


def asked_of(query: QueryDict, sights: Sequence[Sight], rounds: Sequence[RoundName]) -> Asked:
    """What the form at the top of the page asks for. Raises Refused; NotAllowed for what is not this person's."""
    period = query.get("period", "week")
    round_id, division = query.get("round", ""), query.get("division", "").strip()
    department = query.get("department", "")
    if period not in dict(periods()) or (department and department not in Department.values):
        raise NotAllowed
    if round_id and round_id not in {str(one.id) for one in rounds}:
        raise NotAllowed(_("There is no such round for you."))
    until = _day(query.get("day", ""))
    since = {"day": until, "week": until - timedelta(days=WEEK - 1), "season": until.replace(month=1, day=1)}[period]
    asked = Asked(period, since, until, int(round_id or 0), division, department)
    if not allowed(sights, asked):
        raise NotAllowed(_("There are no figures for you here."))
    return asked


def _sights(request: StaffRequest) -> list[Sight]:
    sights = sights_of(request.account)
    if not sights:
        raise NotAllowed(_("There are no figures for you here."))
    return sights


@staff_page
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """The figures: a sentence, a chart, a table, in this order."""
    sights, rounds = _sights(request), rounds_for(request.account)
    refused = ""
    try:
        asked = asked_of(request.GET, sights, rounds)
    except Refused as problem:
        refused = problem.message
        asked = asked_of(QueryDict(), sights, rounds)
    found = figures(request.account, asked)
    seen = allowed(sights, asked)
    places = {one.district: one.place for one in rounds}
    context: dict[str, Any] = {
        "asked": asked,
        "typed": {"day": request.GET.get("day", "") if refused else asked.until.isoformat()},
        "refused": refused,
        "figures": found,
        "bars": _bars(found.totals, found.columns),
        "uses": uses({(code, agency) for code in _districts(seen, found.rates) for agency in _agencies(seen)}),
        "periods": periods(),
        "rounds": rounds,
        "round_name": next((one.name for one in rounds if one.id == asked.round_id), ""),
        "rates": [(places.get(one.district, one.district), one) for one in found.rates],
        "divisions": [(code, places.get(code, code)) for code in _divisions(sights, found.rates)],
        "departments": _departments(sights),
        "query": request.GET.urlencode() if not refused else "",
    }
    return render(request, "verification/figures.html", context, status=422 if refused else 200)


def _departments(sights: Iterable[Sight]) -> list[tuple[str, str]]:
    """The departments somebody chooses from; of one's own alone there is no choice."""
    mine = _agencies(sights)
    found = [(code, str(Department(code).label)) for code in Department.values if mine & set(owned_by(code))]
    return found if len(found) > 1 else []


def _agencies(sights: Iterable[Sight]) -> set[str]:
    return {agency for one in sights for agency in one.agencies}


def _districts(sights: Iterable[Sight], rates: Iterable[VerificationRate]) -> set[str]:
    """The divisions whose lines are looked at: those somebody reads of, and the districts that were asked for."""
    return {one.division for one in sights if len(one.division) <= COUNTY} | {one.district for one in rates}


def _divisions(sights: Iterable[Sight], rates: Iterable[VerificationRate]) -> list[str]:
    """The divisions somebody chooses from: the own ones, and the districts in them that were asked for."""
    return sorted({one.division for one in sights} | {one.district for one in rates})


def _bars(totals: Sequence[int], columns: Sequence[tuple[date, date]]) -> list[dict[str, Any]]:
    """The requests of each part of the period, for the chart; none where there is only one part."""
    most = max(totals, default=0)
    if len(totals) < 2 or not most:
        return []
    return [
        {"first": first, "last": last, "calls": many, "height": round(100 * many / most, 1)}
        for (first, last), many in zip(columns, totals, strict=True)
    ]


@staff_page
@require_safe
def download(request: StaffRequest) -> HttpResponse:
    """The same figures as a table, a row a day, district, item and round."""
    sights, rounds = _sights(request), rounds_for(request.account)
    try:
        asked = asked_of(request.GET, sights, rounds)
    except Refused as problem:
        return HttpResponse(problem.message, status=422, content_type="text/plain; charset=utf-8")
    details = {"since": asked.since.isoformat(), "until": asked.until.isoformat(), "round": asked.round_id}
    record(
        actor=request.account,
        action="agency.export",
        object_type="agency",
        object_id=asked.department or "all",
        district=asked.division or sights[0].division,
        details=details,
    )
    response = HttpResponse(as_file(table(request.account, asked)), content_type="text/csv; charset=utf-8")
    name = f"figures-{asked.since:%Y%m%d}-{asked.until:%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
