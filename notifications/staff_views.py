"""Pages of staff: what was said by text and what it cost; whether a text that is being typed will be delivered."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import StaffRequest, staff_page
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.tables import as_file
from notifications.figures import Line, allowed, figures, lines_of
from notifications.services import text_check

# of a family: the longest name of a child, and a receipt number
ABOUT = {"child": "某" * 10, "receipt": "26-0000-0000-0"}


def _asked(request: StaffRequest) -> tuple[date, date]:
    """The days that were asked for, this month for none. Raises NotAllowed, Refused."""
    if not allowed(request.account):
        raise NotAllowed(_("You may not do this here."))
    today = clock.today()
    try:
        since = date.fromisoformat(request.GET.get("since", "") or today.replace(day=1).isoformat())
        until = date.fromisoformat(request.GET.get("until", "") or today.isoformat())
    except ValueError:
        raise Refused(_("Please give a day, for example 2026-06-20."), code="day", field="since") from None
    return since, until


@staff_page
@require_safe
def sent(request: StaffRequest) -> HttpResponse:
    """Texts by kind and by day, with their cost."""
    try:
        found, refused = figures(request.account, *_asked(request)), ""
    except Refused as problem:
        today = clock.today()
        found, refused = figures(request.account, today.replace(day=1), today), problem.message
    typed = {name: request.GET.get(name, "") or getattr(found, name).isoformat() for name in ("since", "until")}
    context = {"figures": found, "typed": typed, "refused": refused}
    return render(request, "notifications/figures.html", context, status=422 if refused else 200)


@staff_page
@require_safe
def sent_table(request: StaffRequest) -> HttpResponse:
    """The same as a table, a row for each kind and day. No name and no number of a person is in it."""
    try:
        lines = lines_of(request.account, *_asked(request))
    except Refused as problem:
        return HttpResponse(problem.message, status=422, content_type="text/plain; charset=utf-8")
    record(actor=request.account, action="message.download", object_type="message", object_id=0)
    heads = [
        _("Day"),
        _("Kind of text"),
        _("Handed over"),
        _("Segments"),
        _("Delivered"),
        _("Reached nobody"),
        _("Cost (yuan)"),
    ]
    answer = HttpResponse(as_file([heads, *map(_row, lines)]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="texts.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _row(line: Line) -> list[str]:
    counts = [str(many) for many in (line.texts, line.segments, line.arrived, line.lost)]
    return [line.day.isoformat() if line.day else "", line.kind, *counts, "" if line.cost is None else str(line.cost)]


@staff_page
@require_POST
def check(request: StaffRequest) -> HttpResponse:
    """What carriers would drop of a reason that is being typed, for beside its field; nothing where it passes."""
    params = {**ABOUT, "reason": request.POST.get("reason", "")}
    try:
        text_check(template="not_eligible", params=params, language="zh-hans")
    except Refused as objection:
        return HttpResponse(escape(objection.message))
    return HttpResponse()
