"""Find my school: an address to its zone and schools, with the reasons, for everyone."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

import identifiers
from enrollment.selectors import profiles
from enrollment.views.shown import Shown
from enrollment.visits import counted
from foundation import clock
from foundation.wording import refusal

MOST_TYPED = 200  # characters of an address


@require_http_methods(["GET", "HEAD", "POST"])
@counted("find-school")
def find_school(request: HttpRequest) -> HttpResponse:
    """The address is looked up and forgotten. The form posts it, so that it is in no address bar and no log."""
    typed = request.POST if request.method == "POST" else request.GET
    season = profiles.season_at(_said(typed, "season")) or profiles.seasons().first()
    stages = profiles.stages_of(season) if season else []
    stage = _said(typed, "stage") if _said(typed, "stage") in dict(stages) else (stages[0][0] if stages else "")
    address = typed.get("address", "").replace("\0", "")[:MOST_TYPED]
    error, found = "", None
    if season and (address or request.method == "POST"):
        checked = identifiers.check("address", address, today=clock.today())
        if checked.ok:
            found = profiles.find_school(address, season, stage)
        else:
            error = refusal(checked)
    context = {
        "field": Shown("address", _("Address"), address, _("Road and number, or estate and building."), error, rows=2),
        "found": found,
        "season": season,
        "seasons": profiles.seasons(),
        "stages": stages,
        "stage": stage,
        "known": profiles.known(season, stage) if season else None,
    }
    return render(request, "enrollment/find_school.html", context, status=422 if error else 200)


def _said(typed: QueryDict, name: str) -> str:
    return typed.get(name, "")[:20].replace("\0", "")
