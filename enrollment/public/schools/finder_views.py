"""Find my school: an address to its zone and schools, with the reasons, for everyone."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import identifiers
from enrollment.filing.school_map import Place, map_data
from enrollment.forms.fields import FormField
from enrollment.public.page_views import counted
from enrollment.public.schools import selectors as profiles
from enrollment.public.schools.places import number_ranges, suggestions
from enrollment.seasons.models import Season
from foundation import clock
from foundation.wording import refusal
from schools.selectors import offered_schools

MOST_TYPED = 200  # characters of an address
KEPT_SECONDS = 86_400  # the address of a map changes with the map


def address_field(address: str = "", error: str = "") -> FormField:
    """The one question of the search, wherever it stands."""
    return FormField("address", _("Where do you live?"), address, _("Estate, or road with number"), error)


@require_http_methods(["GET", "HEAD", "POST"])
@counted("find-school")
def find_school(request: HttpRequest) -> HttpResponse:
    """The address is looked up and forgotten. The form posts it, so that it is in no address bar and no log."""
    typed = request.POST if request.method == "POST" else request.GET
    season, stage = _asked(typed)
    address = (typed.get("pick") or typed.get("address", "")).replace("\0", "")[:MOST_TYPED]
    error, found = "", None
    if season and (address or request.method == "POST"):
        checked = identifiers.check("address", address, today=clock.today())
        if checked.ok or number_ranges(address, season, stage):  # a road alone is short, and answered with its numbers
            found = profiles.find_school(address, season, stage)
        else:
            error = refusal(checked)
    context = {
        "field": address_field(address, error),
        "found": found,
        "map": found.map if found else profiles.district_map(season, stage) if season else None,
        "season": season,
        "seasons": profiles.seasons(),
        "stages": profiles.stages_of(season) if season else [],
        "stage": stage,
        "known": profiles.known(season, stage) if season else None,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return render(request, "enrollment/public/find_school.html", context, status=status)


@require_POST
def suggest(request: HttpRequest) -> HttpResponse:
    """Places that the zones name, while somebody types. Posted, so that no log holds it; kept nowhere."""
    season, stage = _asked(request.POST)
    address = request.POST.get("address", "").replace("\0", "")[:MOST_TYPED]
    found = suggestions(address, season, stage) if season else ()
    response = render(request, "enrollment/public/_suggestions.html", {"suggestions": found})
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def public_map(request: HttpRequest, place: str, stage: str) -> HttpResponse:  # noqa: ARG001
    """The district as GeoJSON, for the map that can be moved: public data, kept by caches."""
    season = profiles.season_at(place)
    if season is None or stage not in dict(profiles.stages_of(season)):
        raise Http404
    schools = offered_schools(season.district_id, season.year, stage)
    content = map_data(Place.of(season, stage), schools).content
    response = HttpResponse(content, content_type="application/geo+json")
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


def _asked(typed: QueryDict) -> tuple[Season | None, str]:
    """The season and stage that a form names, or the newest and its usual one."""
    season = profiles.season_at(_said(typed, "season")) or profiles.seasons().first()
    return season, profiles.stage_asked(profiles.stages_of(season), _said(typed, "stage")) if season else ""


def _said(typed: QueryDict, name: str) -> str:
    return typed.get(name, "")[:20].replace("\0", "")
