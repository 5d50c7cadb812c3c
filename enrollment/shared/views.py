"""Pages of a second guardian or carer: where an application stands, what was stated, and the steps that are agreed."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import GuardianRequest, guardian_page, pressed
from enrollment.filing.routes import routes_for
from enrollment.filing.schools import school_options
from enrollment.filing.submission.services import InvalidAnswers, application_withdraw, repeated
from enrollment.forms.fields import FormField, error_text, form_field
from enrollment.forms.posted import answers, schools
from enrollment.forms.questions import Field, FieldError
from enrollment.guardians import masking
from enrollment.guardians.binding.selectors import bindings_for
from enrollment.guardians.binding.services import binding_answer
from enrollment.guardians.selectors import covers_statements, guardianship_of, masked_person
from enrollment.guardians.services.consents import consent_text
from enrollment.outcome.services.offers import attendance_say, offer_answer
from enrollment.seasons.days.deadlines import remaining
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.selectors import no_such_application
from enrollment.seasons.states import ApplicationEvent
from enrollment.shared import selectors as seen
from enrollment.shared.selectors import Correction
from enrollment.shared.services import Corrected, shared_correct, shared_letter
from foundation.errors import NotAllowed, Refused


@guardian_page
@require_GET
def shared(request: GuardianRequest, child_id: UUID) -> HttpResponse:
    """What a second guardian or carer sees of a child: what is listed there, nothing else."""
    agreed = guardianship_of(request.guardian, child_id)
    context = {
        "agreed": agreed,
        "child": agreed.child,
        "applications": seen.shared_applications(agreed),
        "who": masked_person(agreed.child.guardian),
        "stated": covers_statements(agreed),
        "bindings": bindings_for(agreed),
        "binding_text": consent_text("siblings.together"),
    }
    return render(request, "enrollment/shared/shared.html", context)


@guardian_page
@require_POST
def together(request: GuardianRequest, child_id: UUID, application_id: UUID) -> HttpResponse:
    """A second guardian agrees that twins stay together, or not."""
    agreed = guardianship_of(request.guardian, child_id)
    if not agreed.child.applications.filter(pk=application_id).exists():
        raise no_such_application()
    said = request.POST.get("answer", "")
    if said not in {"yes", "no"}:
        messages.error(request, _("Please press one of the two buttons."), extra_tags="bad")
        return redirect("enrollment:shared", child_id)
    pressed(
        request,
        lambda: binding_answer(guardian=request.guardian, application_id=application_id, together=said == "yes"),
        _("Your answer is noted. You can change it until the round closes."),
    )
    return redirect("enrollment:shared", child_id)


@guardian_page
@require_http_methods(["GET", "POST"])
def shared_act(request: GuardianRequest, child_id: UUID, application_id: UUID, action: str) -> HttpResponse:
    """Accept, decline or withdraw as agreed: first what it means, then the step."""
    agreed = guardianship_of(request.guardian, child_id)
    rows = seen.shared_applications(agreed)
    found = next((one for one in rows if str(one.id) == str(application_id)), None)
    allowed = found is not None and (found.may_withdraw if action == ApplicationEvent.WITHDRAW else found.may_accept)
    if found is None or not allowed:
        messages.error(request, _("This is not possible now, or not agreed with the guardian."), extra_tags="bad")
        return redirect("enrollment:shared", child_id)
    if request.method == "GET":
        context = {"child": agreed.child, "application": found, "action": action}
        return render(request, "enrollment/shared/act.html", context)
    mine: dict[str, Any] = {"guardian": request.guardian, "application_id": application_id}
    pressed(
        request,
        lambda: (
            application_withdraw(**mine) if action == ApplicationEvent.WITHDRAW else offer_answer(**mine, answer=action)
        ),
        _("Done. The other guardian sees that it was you."),
    )
    return redirect("enrollment:shared", child_id)


@guardian_page
@require_GET
def letter(request: GuardianRequest, child_id: UUID, application_id: UUID, language: str) -> HttpResponse:
    """The letter, which names the child and the school and no guardian."""
    agreed = guardianship_of(request.guardian, child_id)
    found = next((one for one in seen.shared_applications(agreed) if str(one.id) == str(application_id)), None)
    if found is None or not found.has_letter:
        messages.error(request, _("There is no letter to see here now."), extra_tags="warn")
        return redirect("enrollment:shared", child_id)
    number, body = shared_letter(viewer=request.guardian, application_id=application_id, language=language)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="letter-{number}-{language}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


@guardian_page
@require_GET
def statements(request: GuardianRequest, child_id: UUID, application_id: UUID) -> HttpResponse:
    """What was stated in the newest version, field by field as the table of masking decides."""
    agreed = guardianship_of(request.guardian, child_id)
    found = seen.statements(agreed, application_id)
    context = {
        "agreed": agreed,
        "child": agreed.child,
        "found": found,
        "who": masked_person(agreed.child.guardian),
    }
    response = render(request, "enrollment/shared/statements.html", context)
    response["Cache-Control"] = "no-store"
    return response


@guardian_page
@require_POST
def attendance(request: GuardianRequest, child_id: UUID, application_id: UUID) -> HttpResponse:
    """Say that the child comes on check-in day, or not, as agreed with the guardian who applied."""
    agreed = guardianship_of(request.guardian, child_id)
    seen.shared_application(agreed, application_id)
    coming = request.POST.get("coming") == "yes"
    pressed(
        request,
        lambda: attendance_say(guardian=request.guardian, application_id=application_id, coming=coming),
        _("Done. The other guardian sees that it was you."),
    )
    return redirect("enrollment:shared", child_id)


@guardian_page
@require_http_methods(["GET", "POST"])
def correct(request: GuardianRequest, child_id: UUID, application_id: UUID) -> HttpResponse:
    """Answer the items a reviewer named, as a second guardian. What is not sent is stored nowhere."""
    agreed = guardianship_of(request.guardian, child_id)
    asked = seen.correction(agreed, application_id)
    if asked is None and request.method == "POST" and _sent_already(request):
        return _sent(request, child_id)
    if asked is None:
        messages.error(request, _("This is not possible now, or not agreed with the guardian."), extra_tags="bad")
        return redirect("enrollment:shared", child_id)
    typed = _typed(request.POST, asked) if request.method == "POST" else {}
    refused, problems = "", {}
    if request.method == "POST":
        try:
            _send(request, asked, typed)
        except InvalidAnswers as invalid:
            refused, problems = invalid.message, dict(invalid.errors)
        except Refused as refusal:
            refused = refusal.message
        else:
            return _sent(request, child_id)
    context = {
        "child": agreed.child,
        "application": asked.application,
        "returned": asked.returned,
        "left": remaining(asked.returned.deadline),
        "questions": [_question(field, asked, typed, problems) for field in asked.fields],
        "refused": refused,
        "client_token": request.POST.get("client_token") or str(uuid.uuid4()),
        **(_choices(asked, typed, problems) if asked.choices is not None else {}),
    }
    response = render(request, "enrollment/shared/correct.html", context, status=422 if refused else 200)
    response["Cache-Control"] = "no-store"
    return response


def _sent(request: GuardianRequest, child_id: UUID) -> HttpResponse:
    text = _("The correction is sent. The other guardian sees that it was you.")
    messages.success(request, text, extra_tags="good")
    return redirect("enrollment:shared", child_id)


def _sent_already(request: GuardianRequest) -> bool:
    """Whether the same button was pressed before: the second press of a double tap comes when nothing is open."""
    try:
        return repeated(request.guardian, UUID(request.POST.get("client_token", ""))) is not None
    except (ValueError, NotAllowed):
        return False


def _typed(posted: QueryDict, asked: Correction) -> dict[str, str]:
    """The answers that were given; a shortened one that is left empty stays as it was filed."""
    given = answers(posted, asked.fields)
    typed = {name: value for name, value in given.items() if value.strip() or not asked.short.get(name)}
    if asked.choices is not None:
        typed[masking.CHOICES] = schools(posted)
    return typed


def _send(request: GuardianRequest, asked: Correction, typed: Mapping[str, str]) -> None:
    """Raises NotAllowed, InvalidAnswers, Refused."""
    try:
        corrected = Corrected(int(request.POST.get("returned", "")), typed, UUID(request.POST.get("client_token", "")))
    except ValueError:
        raise Refused(_("Please press the button again."), code="token") from None
    shared_correct(guardian=request.guardian, application_id=asked.application.pk, corrected=corrected)


def _question(
    field: Field, asked: Correction, typed: Mapping[str, str], problems: Mapping[str, FieldError]
) -> FormField:
    """A question with what was filed, as far as it may be shown; of a shortened answer only what is left of it."""
    question = form_field(field, {**asked.answers, **typed}, problems)
    filed = asked.short.get(field.name)
    if not filed:
        return question
    help_text = _("So far: %(filed)s. Leave it empty if that is right.") % {"filed": filed}
    return replace(question, help=help_text, required=False)


def _choices(asked: Correction, typed: Mapping[str, str], problems: Mapping[str, FieldError]) -> dict[str, Any]:
    """The schools to choose from, without what leads to the home: zone, distances, map."""
    policy, options = compiled(asked.application.round.policy), school_options(asked.draft, None)
    filed = ",".join(asked.choices or ())
    chosen = [code for code in typed.get(masking.CHOICES, filed).split(",") if code]
    problem = problems.get(masking.CHOICES)
    return {
        "choices_open": True,
        "options": options,
        "ranks": [
            {"number": number, "chosen": chosen[number - 1] if number <= len(chosen) else ""}
            for number in range(1, min(policy.choices, len(options)) + 1)
        ],
        "choices_error": error_text(problem) if problem else "",
        "sequential": policy.mechanism == "sequential",
        "routes": routes_for(asked.application.round, options, None),
        "first_year": not any(option.last_year for option in options),
    }
