"""Confirm who you are: the ways beside each other, and the face check from its consent to what came of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.assured import assured_person
from accounts.face.consent import AGREE, consent_points
from accounts.face.model import FaceFailed
from accounts.face.services import face_consents_end
from accounts.pages import GuardianRequest, guardian_page
from enrollment.forms.fields import FormField
from enrollment.guardians.confirming import (
    FaceWish,
    Offer,
    face_check_begin,
    face_check_finish,
    is_shared,
    offer_or_refuse,
    ways_of,
)
from foundation.errors import NotAllowed, NotOffered, Refusal

SESSION = "face"


@guardian_page
@require_GET
def identity(request: GuardianRequest) -> HttpResponse:
    """Why it helps to be known, and the ways to it; or that it is done."""
    context = {"assured": assured_person(request.guardian) is not None, "ways": ways_of(request, request.guardian)}
    return render(request, "enrollment/account/identity.html", context)


@guardian_page
@require_http_methods(["GET", "POST"])
def face(request: GuardianRequest) -> HttpResponse:
    """The consent to a face check, on a page of its own; the other ways stand beside its button."""
    if assured_person(request.guardian) is not None:
        return redirect("enrollment:identity")
    offer = offer_or_refuse(request.guardian, shared=is_shared(request))
    if request.method == "GET":
        return _consent(request, offer)
    wish = FaceWish(
        request.POST.get("name", "").replace("\0", ""),
        request.POST.get("id_number", "").replace("\0", ""),
        request.POST.get("agree") == "yes",
    )
    try:
        begun = face_check_begin(account=request.guardian, wish=wish, shared=is_shared(request))
    except (NotAllowed, NotOffered):
        raise
    except Refusal as refused:
        return _consent(request, offer, wish, refused)
    request.session[SESSION] = begun.stored()
    return redirect("enrollment:face-leave")


def _consent(
    request: GuardianRequest, offer: Offer, wish: FaceWish | None = None, refused: Refusal | None = None
) -> HttpResponse:
    me, kept = request.guardian, request.session.get(SESSION) or {}
    # after a check that came to nothing, what was typed for it stands there again
    typed = wish or FaceWish(kept.get("name", "") or me.name, kept.get("id_number", "") or me.id_number or "", False)
    errors = refused.fields if refused else {}
    fields = [
        FormField(
            "name",
            _("Your name"),
            typed.name,
            _("As on your identity card."),
            errors.get("name", ""),
            autocomplete="name",
        ),
        FormField("id_number", _("Your ID number"), typed.id_number, "", errors.get("id_number", "")),
    ]
    context = {
        "fields": fields,
        "points": consent_points(offer.service),
        "agree": AGREE,
        "agree_error": errors.get("agree", ""),
        "others": [one for one in ways_of(request, me) if one.kind != "face"],
        "refused": refused if refused and not errors else None,
    }
    return render(request, "enrollment/account/face.html", context, status=422 if refused else 200)


@guardian_page
@require_GET
def face_leave(request: GuardianRequest) -> HttpResponse:
    """The last page before the service's own: a link, so that leaving is a step of the person's."""
    begun = request.session.get(SESSION)
    if not begun or not begun.get("page"):
        return redirect("enrollment:identity")
    service = offer_or_refuse(request.guardian, shared=is_shared(request)).service
    context = {
        "address": begun["page"],
        "name": service.said("name", request.LANGUAGE_CODE),
        "operator": service.said("operator", request.LANGUAGE_CODE),
    }
    return render(request, "enrollment/account/face_leave.html", context)


@guardian_page
@require_GET
def face_back(request: GuardianRequest) -> HttpResponse:
    """From the service's page. What the browser says is only which check it was."""
    return _finished(request, request.GET.get("reference", ""))


@guardian_page
@require_POST
def face_ask(request: GuardianRequest) -> HttpResponse:
    """Ask the service once more about the check of this session, after it was silent."""
    return _finished(request, (request.session.get(SESSION) or {}).get("reference", ""))


def _finished(request: GuardianRequest, reference: str) -> HttpResponse:
    stored = request.session.get(SESSION)
    try:
        face_check_finish(account=request.guardian, stored=stored, reference=reference)
    except FaceFailed as failed:
        return _confirmed_nobody(request, reference, failed)
    del request.session[SESSION]
    messages.success(request, _("You are confirmed. The registers can help you now."), extra_tags="good")
    return redirect("enrollment:identity")


def _confirmed_nobody(request: GuardianRequest, reference: str, failed: FaceFailed) -> HttpResponse:
    """Why, and every way that is open. A check that is still under way is kept, one that has ended is used up; what was
    typed for it stays for another try.
    """
    stored = request.session.get(SESSION) or {}
    this_one = bool(reference) and stored.get("reference") == reference
    if this_one and not failed.may_ask_again:
        request.session[SESSION] = {**stored, "reference": "", "page": ""}
    context = {
        "problem": failed,
        "under_way": this_one and failed.may_ask_again,
        "page": stored.get("page", "") if failed.code == "unfinished" else "",
        "ways": ways_of(request, request.guardian),
    }
    return render(request, "enrollment/account/face_failed.html", context, status=422)


@guardian_page
@require_POST
def face_withdraw(request: GuardianRequest) -> HttpResponse:
    """Take back what was agreed to of face checks."""
    face_consents_end(account=request.guardian)
    request.session.pop(SESSION, None)
    text = _("Your consent to the face check is taken back. No check is made from now on.")
    messages.success(request, text, extra_tags="good")
    return redirect("enrollment:account")
