"""Schools for everybody: the list, and a neutral profile of each."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.abilities import Ability
from accounts.pages import StaffRequest, staff_page
from accounts.scopes import scope
from accounts.staff_site import is_verified_staff
from enrollment.public.page_views import counted
from enrollment.public.schools.selectors import profile, school_list, season_at, seasons, stage_asked, stages_of
from enrollment.seasons.seats import seats_left_now
from schools.badges import badge_of
from schools.services import profile_check

ABILITY = Ability.SEASON_EDIT
MOST_WORDS = 50  # characters to look for


@require_safe
@counted("schools")
def schools(request: HttpRequest) -> HttpResponse:
    """The schools of a season and stage by name."""
    season = season_at(request.GET.get("season", "")) or seasons().first()
    stages = stages_of(season) if season else []
    stage = stage_asked(stages, request.GET.get("stage", "")) if season else ""
    words = request.GET.get("words", "")[:MOST_WORDS].replace("\0", "")
    context = {
        "season": season,
        "seasons": seasons(),
        "stages": stages,
        "stage": stage,
        "words": words,
        "schools": school_list(season, stage, words) if season else [],
        "left": seats_left_now(season, stage) if season else None,
    }
    return render(request, "enrollment/public/schools.html", context)


@require_safe
@counted("school")
def school(request: HttpRequest, code: str) -> HttpResponse:
    """One school, to read, to call and to print."""
    import segno  # not at the top: only these pages draw a code

    found = profile(code)
    if found is None:
        raise Http404
    url = settings.SITE_URL + reverse("enrollment:school", args=[code])
    drawing = segno.make(url, error="m").svg_data_uri(border=2, dark="#1d2b2a", light="#fff")
    may_check = is_verified_staff(request) and scope(request.user).may(ABILITY, district=found.school.district_id)
    context = {"profile": found, "qr": str(drawing), "url": url, "may_check": may_check, "badge": badge_of(code)}
    return render(request, "enrollment/public/school.html", context)


@staff_page
@require_POST
def check(request: StaffRequest, code: str) -> HttpResponse:
    """Somebody of the bureau has compared the profile with what is true."""
    profile_check(official=request.account, code=code)
    messages.success(request, _("The page says now that the bureau checked it, and on which day."), extra_tags="good")
    return redirect("enrollment:school", code)
