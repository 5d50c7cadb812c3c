"""Schools for everybody: the list, and a neutral profile of each."""

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from enrollment.selectors import profiles
from enrollment.visits import counted

MOST_WORDS = 50  # characters to look for


@require_safe
@counted("schools")
def schools(request: HttpRequest) -> HttpResponse:
    """The schools of a season and stage by name."""
    season = profiles.season_at(request.GET.get("season", "")) or profiles.seasons().first()
    stages = profiles.stages_of(season) if season else []
    stage = request.GET.get("stage", "")
    stage = stage if stage in dict(stages) else (stages[0][0] if stages else "")
    words = request.GET.get("words", "")[:MOST_WORDS].replace("\0", "")
    context = {
        "season": season,
        "seasons": profiles.seasons(),
        "stages": stages,
        "stage": stage,
        "words": words,
        "schools": profiles.school_list(season, stage, words) if season else [],
    }
    return render(request, "public/schools.html", context)


@require_safe
@counted("school")
def school(request: HttpRequest, code: str) -> HttpResponse:
    """One school, to read, to call and to print."""
    found = profiles.profile(code)
    if found is None:
        raise Http404
    url = settings.SITE_URL + reverse("enrollment:school", args=[code])
    drawing = segno.make(url, error="m").svg_data_uri(border=2, dark="#1d2b2a", light="#fff")
    return render(request, "public/school.html", {"profile": found, "qr": str(drawing), "url": url})
