"""The screen in the hall, its live part, and the minutes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lottery import selectors
from lottery.views.http import language_of


@require_safe
def hall(request: HttpRequest, round_id: int) -> HttpResponse:
    """The whole screen; it keeps itself up to date."""
    return _hall(request, round_id, "lottery/hall.html")


@require_safe
def live(request: HttpRequest, round_id: int) -> HttpResponse:
    """The part that changes; 304 while nothing has."""
    return _hall(request, round_id, "lottery/_hall.html")


def _hall(request: HttpRequest, round_id: int, template: str) -> HttpResponse:
    language = language_of(request)
    found = selectors.pulse(round_id, language)
    if found is None:
        raise Http404
    if template == "lottery/_hall.html" and request.headers.get("If-None-Match", "").removeprefix("W/") == found.etag:
        response = HttpResponse(status=304)
    else:
        response = render(request, template, {"hall": selectors.hall_page(found)})
    response["ETag"] = found.etag
    response["Cache-Control"] = "no-cache"
    response["Vary"] = "Accept-Language, Cookie"
    return response


@require_safe
def minutes(request: HttpRequest, round_id: int) -> HttpResponse:  # noqa: ARG001 - a view
    """The certified minutes, exactly as they were made."""
    found = selectors.public_file(round_id, "minutes.pdf")
    if found is None:
        raise Http404
    response = HttpResponse(b"".join(found.content()), content_type="application/pdf")
    response["Cache-Control"] = "public, max-age=86400, immutable"
    response["X-Content-SHA256"] = found.sha256
    response["Content-Disposition"] = f'inline; filename="{round_id}-minutes.pdf"'
    return response
