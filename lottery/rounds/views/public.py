"""The public pages of draws and results, and their downloads."""

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Account
from enrollment.outcome.result import own_results
from enrollment.seasons.models import Application
from foundation.wording import content_language
from lottery.admission.selectors import public_rounds
from lottery.ceremony.selectors import public_file
from lottery.rounds.selectors.public import round_page

TYPES = {".json": "application/json", ".csv": "text/csv; charset=utf-8"}


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """All rounds whose roll is frozen, with how far they are."""
    return render(request, "lottery/rounds/results.html", {"rounds": public_rounds(), "mine": mine(request)})


@require_safe
def round_(request: HttpRequest, round_id: int) -> HttpResponse:
    """One round: commitment, ceremony, cut-offs, certificate, downloads."""
    page = round_page(round_id, content_language())
    if page is None:
        raise Http404
    context = {
        "page": page,
        "commitment": page.draw and page.draw.commitment,
        "mine": [one for one in mine(request) if one.round_id == round_id],
    }
    return render(request, "lottery/rounds/public.html", context)


def mine(request: HttpRequest) -> list[Application]:
    """The published results of who is signed in; nobody else's are on these pages."""
    user = request.user
    return own_results(user) if isinstance(user, Account) and not user.is_staff else []


@require_safe
def download(request: HttpRequest, round_id: int, name: str) -> HttpResponseBase:
    """A public file exactly as it was published; compressed on the way where the client can read that."""
    found = public_file(round_id, name)
    if found is None:
        raise Http404
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    pieces = found.packed() if packed else found.content()
    kind = TYPES[Path(name).suffix]
    response: HttpResponseBase
    if found.parts.exists():
        response = StreamingHttpResponse(pieces, content_type=kind)
    else:
        response = HttpResponse(b"".join(pieces), content_type=kind)
    if packed:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = "public, max-age=86400, immutable"
    response["X-Content-SHA256"] = found.sha256
    response["Content-Disposition"] = f'attachment; filename="{round_id}-{name}"'
    return response
