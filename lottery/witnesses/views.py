"""The page of witnesses, on their own phones: commit, reveal, sign, certify; supervisors look on. And the minutes."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.pages import StaffRequest, staff_page, taken
from foundation.errors import Refusal, Refused
from foundation.posted import number
from lottery.ceremony.models import Draw
from lottery.ceremony.selectors import public_file
from lottery.ceremony.services import nonce_commit, nonce_reveal
from lottery.witnesses.selectors import witness_page
from lottery.witnesses.services import ceremony_certify, sign_reply, step_sign

KEPT = ("commitment", "value", "note", "certificate_number", "text", "sign")  # a one-time password does not come back


@staff_page
@require_safe
def witness(request: StaffRequest, round_id: int) -> HttpResponse:
    """The one thing this person does now, and everything that was done."""
    return page(request, round_id)


@staff_page
@require_safe
def live(request: StaffRequest, round_id: int) -> HttpResponse:
    """Everybody's part and the log, asked for every few seconds."""
    found = witness_page(request.account, round_id)
    moved = request.GET.get("at", found.state) != found.state
    return render(request, "lottery/witnesses/_live.html", {"page": found, "moved": moved})


def page(request: StaffRequest, round_id: int, refused: Refusal | None = None, action: str = "") -> HttpResponse:
    """The whole page; after a refusal with the reason and what was typed."""
    context = {
        "page": witness_page(request.account, round_id),
        "refused": refused.message if refused else "",
        "failed": action,
        "typed": {name: request.POST.get(name, "") for name in KEPT},
    }
    return render(request, "lottery/witnesses/witness.html", context, status=422 if refused else 200)


def draw_id(round_id: int) -> int:
    """The draw of a round; raises Refused before the roll is frozen."""
    found = Draw.objects.filter(round_id=round_id).values_list("pk", flat=True).first()
    if found is None:
        raise Refused(_("The roll of this round is not frozen yet."), code="illegal_step")
    return found


def commit(request: StaffRequest, round_id: int) -> str:
    """Publish a commitment."""
    mark = request.POST.get("commitment", "")
    nonce_commit(witness=request.account, draw_id=draw_id(round_id), commitment=mark)
    return _("Your commitment is published. Keep your secret: you need it to reveal.")


def reveal(request: StaffRequest, round_id: int) -> str:
    """Reveal the secret."""
    value = request.POST.get("value", "")
    nonce_reveal(witness=request.account, draw_id=draw_id(round_id), value=value)
    return _("Revealed: it is what you committed to.")


def sign(request: StaffRequest, round_id: int) -> str:
    """Sign a step or object to it."""
    decision = request.POST.get("decision", "")
    step_sign(
        witness=request.account,
        draw_id=draw_id(round_id),
        step=request.POST.get("step", ""),
        decision=decision,
        note=request.POST.get("note", ""),
    )
    return _("Signed.") if decision == "sign" else _("Your objection is on the record. The bureau has to answer it.")


def certify(request: StaffRequest, round_id: int) -> str:
    """The notary's certificate."""
    ceremony_certify(
        notary=request.account,
        draw_id=draw_id(round_id),
        token=request.POST.get("token", ""),
        certificate_number=request.POST.get("certificate_number", ""),
        note=request.POST.get("note", ""),
    )
    return _("Certified. The minutes are public.")


def reply(request: StaffRequest, round_id: int) -> str:  # noqa: ARG001 - one shape for all actions
    """The bureau's answer to an objection."""
    sign_id = number(request.POST.get("sign", ""))
    if not sign_id:
        raise Refused(_("Choose the objection you answer."), code="sign", field="sign")
    sign_reply(official=request.account, sign_id=sign_id, text=request.POST.get("text", ""))
    return _("Your answer is on the record.")


ACTIONS: dict[str, Callable[[StaffRequest, int], str]] = {
    "commit": commit,
    "reveal": reveal,
    "sign": sign,
    "certify": certify,
    "reply": reply,
}


@staff_page
@require_POST
def act(request: StaffRequest, round_id: int, action: str) -> HttpResponse:
    """One step of a witness; a refusal comes back on the same page with what was typed."""
    refused = taken(request, ACTIONS, action, round_id)
    return page(request, round_id, refused, action) if refused else redirect("lottery:witness", round_id)


@require_safe
def minutes(request: HttpRequest, round_id: int) -> HttpResponse:  # noqa: ARG001 - a view
    """The certified minutes, exactly as they were made."""
    found = public_file(round_id, "minutes.pdf")
    if found is None:
        raise Http404
    response = HttpResponse(b"".join(found.content()), content_type="application/pdf")
    response["Cache-Control"] = "public, max-age=86400, immutable"
    response["X-Content-SHA256"] = found.sha256
    response["Content-Disposition"] = f'inline; filename="{round_id}-minutes.pdf"'
    return response
