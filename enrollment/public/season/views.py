"""Pages for everybody about the season: calendar and policies."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from enrollment.public.page_views import counted
from enrollment.public.season.selectors import (
    SeasonView,
    calendar_file,
    calendar_of,
    key_of,
    policy_page,
    public_policies,
    public_seasons,
)


@require_safe
@counted("calendar")
def calendar(request: HttpRequest) -> HttpResponse:
    """Every phase of every season, what is over, what runs, what comes."""
    seasons = [(season, SeasonView.of(calendar_of(season))) for season in public_seasons()]
    return render(request, "enrollment/public/calendar.html", {"seasons": seasons})


@require_safe
def calendar_ics(request: HttpRequest) -> HttpResponse:
    """The same for a telephone's calendar."""
    text = calendar_file(public_seasons(), request.get_host())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="enrollment.ics"'
    return response


@require_safe
@counted("policies")
def policies(request: HttpRequest) -> HttpResponse:
    """The policies rounds are run by, newest version of each first."""
    newest: dict[tuple[str, str], object] = {}
    for version in public_policies():
        newest.setdefault((version.district_id, version.code), policy_page(*key_of(version)))
    return render(request, "enrollment/public/policies.html", {"pages": list(newest.values())})


@require_safe
@counted("policy")
def policy(request: HttpRequest, district: str, code: str, number: int) -> HttpResponse:
    """One version in plain words."""
    page = policy_page(district, code, number)
    if page is None:
        raise Http404
    return render(request, "enrollment/public/policy.html", {"page": page})


@require_safe
def policy_text(request: HttpRequest, district: str, code: str, number: int) -> HttpResponse:  # noqa: ARG001 - a view
    """The very text that judges; the digest of the version is over its canonical form (policy.digest)."""
    page = policy_page(district, code, number)
    if page is None:
        raise Http404
    response = HttpResponse(page.version.text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{district}-{code}-v{number}.yaml"'
    return response


@require_safe
def policy_newest(request: HttpRequest, district: str, code: str) -> HttpResponse:  # noqa: ARG001 - a view
    """A lasting address of the version in force."""
    newest = public_policies().filter(district_id=district, code=code).first()
    if newest is None:
        raise Http404
    return redirect("enrollment:policy", district, code, newest.number)
