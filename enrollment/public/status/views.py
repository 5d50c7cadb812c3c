"""The status page: how the site is. It answers in words when the database does not."""

from http import HTTPStatus

from django.core.cache import cache
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views.decorators.http import require_safe

from enrollment.public.page_views import counted
from enrollment.public.status.selectors import Status, status
from foundation.wording import content_language

FRESH_SECONDS = 30


@require_safe
@counted("status")
def page(request: HttpRequest) -> HttpResponse:
    """Figures of at most half a minute ago; nothing about any person."""
    try:
        response = render(request, "enrollment/public/status.html", {"status": _fresh()})
    except Error:
        return down()
    response["Cache-Control"] = f"max-age={FRESH_SECONDS}"
    return response


def down() -> HttpResponse:
    """What everybody reads while the database is away."""
    # no context processors: they would ask the database too
    text = get_template("enrollment/public/status_down.html").render({}, None)
    response = HttpResponse(text, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = "60"
    response["Cache-Control"] = "no-store"
    return response


def _fresh() -> Status:
    key = f"status:{content_language()}"
    found: Status | None = cache.get(key)
    if found is None:
        found = status()
        cache.set(key, found, FRESH_SECONDS)
    return found
