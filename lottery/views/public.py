"""The public pages of draws and results, their downloads, and a family's own line on the roll."""

import gzip
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

import lottery
from accounts.pages import GuardianRequest, guardian_page
from lottery import selectors
from lottery.views.http import language_of

TYPES = {".json": "application/json", ".csv": "text/csv; charset=utf-8"}


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """All rounds whose roll is frozen, with how far they are."""
    return render(request, "lottery/results.html", {"rounds": selectors.public_rounds()})


@require_safe
def round_(request: HttpRequest, round_id: int) -> HttpResponse:
    """One round: commitment, ceremony, cut-offs, certificate, downloads."""
    page = selectors.round_page(round_id, language_of(request))
    if page is None:
        raise Http404
    return render(request, "lottery/round.html", {"page": page, "commitment": page.draw and page.draw.commitment})


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """How anybody checks a draw or an admission without trusting this site."""
    return render(request, "lottery/verify.html")


@require_safe
def download(request: HttpRequest, round_id: int, name: str) -> HttpResponse:
    """A public file exactly as it was published; compressed on the way where the client can read that."""
    found = selectors.public_file(round_id, name)
    if found is None:
        raise Http404
    body = bytes(found.body)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(body if packed else gzip.decompress(body), content_type=TYPES[Path(name).suffix])
    if packed:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = "public, max-age=86400, immutable"
    response["X-Content-SHA256"] = found.sha256
    response["Content-Disposition"] = f'attachment; filename="{round_id}-{name}"'
    return response


@require_safe
def audit_program(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The stand-alone verifier, byte for byte the file whose digest stands in every announcement."""
    source = (Path(lottery.__path__[0]) / "audit.py").read_bytes()
    response = HttpResponse(source, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.py"'
    return response


@guardian_page
@require_GET
def my_ticket(request: GuardianRequest, round_id: int) -> HttpResponse:
    """A family's own line: salt, leaf, proof, tickets."""
    tickets = selectors.my_tickets(request.guardian, round_id)
    response = render(request, "lottery/my_ticket.html", {"tickets": tickets, "round_id": round_id})
    response["Cache-Control"] = "no-store"
    return response


@guardian_page
@require_GET
def my_ticket_json(request: GuardianRequest, round_id: int) -> HttpResponse:
    """The same as a file to keep; it holds the salt, so only the family should have it."""
    tickets = [one.to_json() for one in selectors.my_tickets(request.guardian, round_id)]
    response = JsonResponse({"round": round_id, "applications": tickets}, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = f'attachment; filename="my-ticket-{round_id}.json"'
    return response
