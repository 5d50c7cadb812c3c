"""The screen in the hall and its live part."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.wording import content_language
from lottery.ceremony.selectors import hall_page, pulse


@require_safe
def hall(request: HttpRequest, round_id: int) -> HttpResponse:
    """The whole screen; it keeps itself up to date."""
    return _hall(request, round_id, "lottery/ceremony/hall.html")


@require_safe
def live(request: HttpRequest, round_id: int) -> HttpResponse:
    """The part that changes; 304 while nothing has."""
    return _hall(request, round_id, "lottery/ceremony/_hall.html")


def _hall(request: HttpRequest, round_id: int, template: str) -> HttpResponse:
    language = content_language()
    found = pulse(round_id, language)
    if found is None:
        raise Http404
    if (
        template == "lottery/ceremony/_hall.html"
        and request.headers.get("If-None-Match", "").removeprefix("W/") == found.etag
    ):
        response = HttpResponse(status=304)
    else:
        response = render(request, template, {"hall": hall_page(found)})
    response["ETag"] = found.etag
    response["Cache-Control"] = "no-cache"
    response["Vary"] = "Accept-Language, Cookie"
    return response
