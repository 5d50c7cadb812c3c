"""Pages of who acts for a child: inviting, answering, asking, ending, and who is told."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import GuardianRequest, guardian_page, pressed
from enrollment.forms.fields import FieldOption, FormField
from enrollment.guardians.models import Guardianship, Invitation
from enrollment.guardians.selectors import (
    invitations_to,
    masked_person,
    open_invitations,
    open_requests,
    others_of,
    protected,
)
from enrollment.guardians.services.agreements import (
    Terms,
    districts_of,
    guardian_ask,
    guardian_invite,
    guardianship_end,
    invitation_answer,
    invitation_find,
    invitation_revoke,
    request_answer,
)
from enrollment.guardians.services.consents import consent_text
from enrollment.guardians.services.decision_messages import copy_wish_set, lead_answer, lead_ask, lead_of
from enrollment.seasons.models import ApplicationState
from enrollment.seasons.selectors import owned_child
from foundation.errors import Refusal, Refused
from schools.switches import refuse_unless_offered


@guardian_page
@require_GET
def guardians(request: GuardianRequest, child_id: UUID) -> HttpResponse:
    """Who sees this child, who is invited, who asks; and the ways to add or end."""
    child = owned_child(request.guardian, child_id)
    context = {
        "child": child,
        "others": others_of(child),
        "invitations": open_invitations(child),
        "requests": [row for row in open_requests(request.guardian) if row[0].child_id == child.pk],
        "protection": protected(request.guardian),
        "filed": child.applications.exclude(state=ApplicationState.WITHDRAWN).exists(),
        "ask_text": consent_text("guardian.ask"),
        "invite_text": consent_text("guardian.invite"),
    }
    return render(request, "enrollment/guardians/guardians.html", context)


@guardian_page
@require_http_methods(["GET", "POST"])
def invite(request: GuardianRequest, child_id: UUID) -> HttpResponse:
    """Invite a second guardian or a carer by phone number."""
    child = owned_child(request.guardian, child_id)
    refuse_unless_offered("second_guardian", *districts_of(child))
    typed = {name: request.POST.get(name, "") for name in ("phone", "role", "may_act", "until", "agree")}
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            terms = _terms(typed)
            guardian_invite(guardian=request.guardian, child_id=child_id, phone=typed["phone"], terms=terms)
        except Refused as problem:
            refused = problem
        else:
            text = _("The invitation is sent. The other person signs in with that number and enters the code.")
            messages.success(request, text, extra_tags="good")
            return redirect("enrollment:guardians", child_id)
    context = {
        "child": child,
        "fields": _invite_fields(typed, refused),
        "refused": refused if refused and not refused.field else None,
        "agree_error": refused.message if refused and refused.field == "agree" else "",
        "text": consent_text("guardian.invite"),
    }
    return render(request, "enrollment/guardians/invite.html", context, status=422 if refused else 200)


def _terms(typed: dict[str, str]) -> Terms:
    """What was offered. Raises Refused (until, agree)."""
    until: date | None = None
    if typed["until"]:
        try:
            until = date.fromisoformat(typed["until"])
        except ValueError:
            text = _("Please give the day as year, month, day, for example 2026-08-31.")
            raise Refused(text, code="until", field="until") from None
    if typed["agree"] != "yes":
        raise Refused(_("Please tick that you agree, or go back."), code="agree", field="agree")
    return Terms(role=typed["role"], may_act=typed["may_act"] == "yes", until=until)


def _invite_fields(typed: dict[str, str], refused: Refusal | None) -> list[FormField]:
    def error(name: str) -> str:
        return refused.message if refused and refused.field == name else ""

    roles = (
        FieldOption("parent", _("The other parent or guardian")),
        FieldOption("carer", _("A grandparent or another person who acts for us")),
    )
    acts = (
        FieldOption("no", _("Only see where it stands and what was stated")),
        FieldOption(
            "yes",
            _("See it and act: accept or decline a place; a parent may correct what is asked and withdraw, too"),
        ),
    )
    day = _("Only for a grandparent or another person, for example 2026-08-31.")
    return [
        FormField("role", _("Who is it?"), typed["role"] or "parent", "", error("role"), roles),
        FormField(
            "phone",
            _("Mobile number of this person"),
            typed["phone"],
            _("From abroad with + and the country code. Foreign numbers may take some minutes."),
            error("phone"),
            type="tel",
            mode="tel",
        ),
        FormField("may_act", _("What may they do?"), typed["may_act"] or "no", "", error("may_act"), acts),
        FormField(
            "until",
            _("Last day"),
            typed["until"],
            day,
            error("until"),
            when='{"role": ["carer"]}',
            type="date",
            required=False,
        ),
    ]


@guardian_page
@require_POST
def revoke(request: GuardianRequest, invitation_id: UUID) -> HttpResponse:
    found = Invitation.objects.filter(public_id=invitation_id, inviter=request.guardian).select_related("child").first()
    pressed(
        request,
        lambda: invitation_revoke(guardian=request.guardian, invitation_id=invitation_id),
        _("The invitation is taken back. Its code works no more."),
    )
    return redirect("enrollment:guardians", found.child.public_id) if found else redirect("enrollment:home")


@guardian_page
@require_http_methods(["GET", "POST"])
def end(request: GuardianRequest, guardianship_id: UUID) -> HttpResponse:
    """End an agreement: first what it means, then the step."""
    rows = Guardianship.objects.filter(public_id=guardianship_id).select_related("child__guardian", "guardian")
    found = rows.first()
    mine = found is not None and request.guardian.pk in {found.guardian_id, found.child.guardian_id}
    if request.method == "GET" and found is not None and mine and found.ended_at is None:
        other = found.guardian if found.child.guardian_id == request.guardian.pk else found.child.guardian
        context = {"agreed": found, "who": masked_person(other)}
        return render(request, "enrollment/guardians/end.html", context)
    pressed(
        request,
        lambda: guardianship_end(account=request.guardian, guardianship_id=guardianship_id),
        _("It is ended. Nothing of the application has changed."),
    )
    return redirect("enrollment:home")


@guardian_page
@require_http_methods(["GET", "POST"])
def told(request: GuardianRequest, guardianship_id: UUID) -> HttpResponse:
    """Who leads, that is who gets the messages on decisions; proposing, answering, and a copy for the other one."""
    me = request.guardian
    lead = lead_of(account=me, guardianship_id=guardianship_id)
    if request.method == "GET":
        return render(request, "enrollment/guardians/told.html", {"lead": lead})
    said, asked = request.POST.get("answer", ""), lead.open
    mine: dict[str, Any] = {"account": me, "guardianship_id": guardianship_id}
    if said in {"copy", "no_copy"}:
        pressed(request, lambda: copy_wish_set(**mine, wanted=said == "copy"), _("Your wish is noted."))
    elif said == "propose":
        pressed(
            request,
            lambda: lead_ask(**mine, to_second=not lead.second_leads),
            _("The other guardian is asked. Nothing changes before they agree."),
        )
    elif said in {"yes", "no"} and asked is not None:
        pressed(
            request,
            lambda: lead_answer(account=me, request_id=asked.public_id, accept=said == "yes"),
            _("Your answer is noted."),
        )
    return redirect("enrollment:guardianship-messages", guardianship_id)


@guardian_page
@require_POST
def ask(request: GuardianRequest, child_id: UUID) -> HttpResponse:
    """Ask the guardian who applied to be added; the answer does not tell whether somebody applied."""
    pressed(
        request,
        lambda: guardian_ask(account=request.guardian, child_id=child_id),
        _("If another guardian has applied for this child, they are asked now and answer in the portal."),
    )
    return redirect("enrollment:guardians", child_id)


@guardian_page
@require_POST
def answer_request(request: GuardianRequest, invitation_id: UUID) -> HttpResponse:
    """Let another parent in, or not."""
    found = Invitation.objects.filter(public_id=invitation_id, inviter=request.guardian).select_related("child").first()
    said = request.POST.get("answer", "")
    pressed(
        request,
        lambda: request_answer(
            guardian=request.guardian, invitation_id=invitation_id, accept=said != "no", may_act=said == "act"
        ),
        _("Your answer is noted."),
    )
    return redirect("enrollment:guardians", found.child.public_id) if found else redirect("enrollment:home")


@guardian_page
@require_http_methods(["GET", "POST"])
def invitations(request: GuardianRequest) -> HttpResponse:
    """Enter the code of an invitation; then who invites, for which child, to what - and the answer."""
    typed, error = request.POST.get("code", ""), ""
    found: Invitation | None = None
    if request.method == "POST":
        try:
            found = invitation_find(account=request.guardian, code=typed)
            if request.POST.get("answer"):
                return _answer_invitation(request, found, typed)
        except Refusal as refused:
            error = refused.message
    field = FormField("code", _("Code of the invitation"), typed, _("Eight letters and digits."), error, css="code")
    context = {"field": field, "found": found, "code": typed, "waiting": bool(invitations_to(request.guardian))}
    if found is not None:
        kind = "carer.accept" if found.role == Invitation.Role.CARER else "guardian.accept"
        context |= {
            "text": consent_text(kind),
            "who": masked_person(found.inviter),
            "child": found.child.name[:1],
        }
    return render(request, "enrollment/guardians/invitations.html", context, status=422 if error else 200)


def _answer_invitation(request: GuardianRequest, found: Invitation, code: str) -> HttpResponse:
    accept = request.POST["answer"] == "accept"
    if accept and request.POST.get("agree") != "yes":
        raise Refused(_("Please tick that you agree, or decline."), code="agree", field="agree")
    invitation_answer(account=request.guardian, invitation_id=found.public_id, code=code, accept=accept)
    if not accept:
        messages.success(request, _("You declined. Nothing of the application was shown to you."), extra_tags="good")
        return redirect("enrollment:home")
    return redirect("enrollment:shared", found.child.public_id)
