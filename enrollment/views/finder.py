"""Find my school: an address to its zone and schools, with the reasons, for everyone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

import identifiers
from enrollment.models import Season
from enrollment.views.shown import Shown
from foundation import clock
from foundation.wording import refusal, say
from schools.matching import MESSAGES
from schools.models import Stage
from schools.selectors import schools_by_code, zone_of


@require_GET
def find_school(request: HttpRequest) -> HttpResponse:
    """Nothing is stored: the address is looked up and forgotten."""
    address = request.GET.get("address", "")[:200]
    stage = request.GET.get("stage", Stage.PRIMARY)
    season = Season.objects.select_related("district").order_by("-year").first()
    error, found, steps, schools = "", None, [], []
    if address and season is not None and stage in Stage.values:
        checked = identifiers.check("address", address, today=clock.today())
        if checked.ok:
            found = zone_of(address, district=season.district_id, year=season.year, stage=stage)
            steps = [say(MESSAGES[step.code], step.params) for step in found.steps]
            schools = list(schools_by_code(found.schools).values())
        else:
            error = refusal(checked)
    field = Shown("address", _("Address"), address, _("Road and number, or estate and building."), error)
    context = {
        "field": field,
        "found": found,
        "steps": steps,
        "schools": schools,
        "stages": Stage.choices,
        "stage": stage,
    }
    return render(request, "enrollment/find_school.html", context)
