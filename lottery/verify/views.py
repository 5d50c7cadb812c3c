"""How anybody checks: the offline program, the verifier in the browser, a family's own line on the roll."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, override
from django.views.decorators.http import require_GET, require_safe

import lottery
from accounts.pages import GuardianRequest, guardian_page
from foundation.posted import number
from lottery.verify.selectors import drawn_rounds, my_tickets
from lottery.verify.texts import check_texts

SCRIPTS = ("js/verify_hash.js", "js/verify_core.js", "js/verify_page.js")
STYLES = ("css/portal.css", "css/verify.css")


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """How anybody checks a draw or an admission without trusting this site."""
    return render(request, "lottery/verify/verify.html")


@require_safe
def audit_program(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The stand-alone verifier, byte for byte the file whose digest stands in every announcement."""
    source = (Path(lottery.__path__[0]) / "audit.py").read_bytes()
    response = HttpResponse(source, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.py"'
    return response


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """The verifier in the browser; `?round=` names the round whose files are offered first."""
    context = {
        "rounds": drawn_rounds(),
        "chosen": number(request.GET.get("round", "")) or None,
        "texts": check_texts(),
        "saved_digest": hashlib.sha256(saved_checker(get_language() or "zh-hans")).hexdigest(),
    }
    return render(request, "lottery/verify/check.html", context)


@require_safe
def check_saved(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The same verifier as one file to keep: scripts and styles inside, no connection allowed."""
    language = get_language() or "zh-hans"
    response = HttpResponse(saved_checker(language), content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="check-a-draw-{language}.html"'
    response["Vary"] = "Accept-Language, Cookie"
    return response


def _joined(names: tuple[str, ...]) -> str:
    found = [finders.find(name) for name in names]
    return "\n".join(Path(str(path)).read_text(encoding="utf-8") for path in found)


def _source(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


@lru_cache(maxsize=4)
def saved_checker(language: str) -> bytes:
    """The saved checker in one language: made of this installation's files alone, so its digest can be compared."""
    script, style = _joined(SCRIPTS), _joined(STYLES)
    policy = f"default-src 'none'; script-src {_source(script)}; style-src {_source(style)}"
    with override(language):  # the code of a catalogue, which "zh" is not
        context = {
            # These are files of this installation, inserted as they are; the policy above lets nothing else run.
            "script": mark_safe(script),  # noqa: S308
            "style": mark_safe(style),  # noqa: S308
            "policy": mark_safe(policy),  # noqa: S308
            "texts": check_texts(),
        }
        return render_to_string("lottery/verify/check_saved.html", context).encode()


@guardian_page
@require_GET
def my_ticket(request: GuardianRequest, round_id: int) -> HttpResponse:
    """A family's own line: salt, leaf, proof, tickets."""
    tickets = my_tickets(request.guardian, round_id)
    response = render(request, "lottery/verify/my_ticket.html", {"tickets": tickets, "round_id": round_id})
    response["Cache-Control"] = "no-store"
    return response


@guardian_page
@require_GET
def my_ticket_json(request: GuardianRequest, round_id: int) -> HttpResponse:
    """The same as a file to keep; it holds the salt, so only the family should have it."""
    tickets = [one.to_json() for one in my_tickets(request.guardian, round_id)]
    response = JsonResponse({"round": round_id, "applications": tickets}, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = f'attachment; filename="my-ticket-{round_id}.json"'
    return response
