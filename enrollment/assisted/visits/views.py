"""The clerk's desk: a visit begins, the family consents, the family's pages open; papers, receipt, counts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

import identifiers
from accounts.abilities import Ability
from accounts.pages import GuardianRequest, StaffRequest, guardian_page, pressed, staff_page
from accounts.polls import asks_again, over
from accounts.scopes import scope
from enrollment.assisted.carried import VISIT
from enrollment.assisted.models import AssistConsent, AssistVisit
from enrollment.assisted.visits import selectors
from enrollment.assisted.visits.services import (
    COVERS,
    TEXT,
    Named,
    consent_by_code,
    consent_by_paper,
    consent_code_send,
    trained,
    visit_end,
    visit_object,
    visit_start,
)
from enrollment.assisted.visits.takeover import account_claim, claim_code_make
from enrollment.documents.materials import materials_for
from enrollment.forms.fields import FieldOption, FormField
from enrollment.seasons.models import Draft
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.posted import sent_key
from foundation.wording import content_language

ABILITY = Ability.APPLICATION_ASSIST


ASKED = ("district", "channel", "place", "name", "id_number", "phone")


@staff_page
@require_http_methods(["GET", "POST"])
def desk(request: StaffRequest) -> HttpResponse:
    """Begin a visit: who sits there, by which document, with which phone."""
    districts = list(selectors.districts_of(request.account, ABILITY))
    if not districts:
        raise NotAllowed(_("You may not do this here."))
    typed = {name: request.POST.get(name, "") for name in ASKED}
    typed["district"] = typed["district"] or districts[0].code
    typed["channel"] = typed["channel"] or "counter"
    typed["place"] = typed["place"] or request.session.get("place", "")
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            visit = visit_start(operator=request.account, named=Named(**typed))
        except Refused as problem:
            refused = problem
        else:
            request.session["place"] = typed["place"]
            return redirect("enrollment:assist-consent", visit.public_id)
    context = {
        "fields": _desk_fields(typed, refused, districts),
        "refused": refused.message if refused and refused.field not in ASKED else "",
        "visits": selectors.desk_visits(request.account),
        "trained": trained(request.account),
        "papers": len(selectors.papers_waiting(request.account)),
    }
    return render(request, "enrollment/assisted/desk.html", context, status=422 if refused else 200)


def _desk_fields(typed: dict[str, str], refused: Refusal | None, districts: Sequence[object]) -> list[FormField]:
    def error(name: str) -> str:
        return refused.message if refused and refused.field == name else ""

    where = tuple(FieldOption(str(one.pk), str(one)) for one in districts)  # type: ignore[attr-defined]
    channels = tuple(FieldOption(value, str(label)) for value, label in AssistVisit.Channel.choices)
    return [
        *([FormField("district", _("County"), typed["district"], options=where)] if len(where) > 1 else []),
        FormField("channel", _("Where you are"), typed["channel"], options=channels),
        FormField("place", _("Name of the place"), typed["place"], _("The family reads it in its account.")),
        FormField("name", _("Guardian's name"), typed["name"], _("As on the identity document."), error("name")),
        FormField(
            "id_number", _("Guardian's ID number"), typed["id_number"], _("Look at the document."), error("id_number")
        ),
        FormField(
            "phone",
            _("Guardian's own mobile number"),
            typed["phone"],
            _("Leave it empty if there is none. Never use your own number."),
            error("phone"),
            required=False,
            type="tel",
            mode="tel",
        ),
    ]


@staff_page
@require_http_methods(["GET", "POST"])
def consent(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The family's consent: the words, what is ticked, and a code to the phone or the signed paper."""
    visit = selectors.own_visit(request.account, visit_id)
    waits = selectors.waits_for_look(visit)
    if visit.opened_at is not None:
        if "HX-Request" in request.headers:  # the page waited for a second person's look
            return HttpResponse(headers={"HX-Redirect": reverse("enrollment:assist-visit", args=[visit_id])})
        return redirect("enrollment:assist-visit", visit_id)
    if not waits and asks_again(request):  # the second person said no, or the visit ended meanwhile
        said = (selectors.end_words(visit.end_reason), selectors.look_note(visit))
        return over(request, " ".join(words for words in said if words))
    refused: Refusal | None = None
    covers = request.POST.getlist("covers") if request.method == "POST" else list(COVERS)
    way = request.POST.get("way", "")
    if request.method == "POST":
        try:
            opened = _take_consent(request, visit_id, way, covers)
        except Refused as problem:
            refused = problem
            visit.refresh_from_db()
        else:
            if opened is None:
                messages.success(request, _("The code is on its way. It is valid for 10 minutes."), extra_tags="good")
            if not opened:
                return redirect("enrollment:assist-consent", visit_id)
            request.session[VISIT] = str(visit_id)
            return redirect("enrollment:assist-visit", visit_id)
    context = {
        "visit": visit,
        "over": selectors.end_words(visit.end_reason),
        "why": selectors.look_note(visit),
        "waits": waits,
        "text": TEXT,
        "covers": [(name, words, name in covers) for name, words in COVERS.items()],
        "phone": identifiers.mask("mobile", visit.guardian.phone) if visit.guardian.phone else "",
        "code": FormField("code", _("Code from the guardian's phone"), mode="numeric", css="code"),
        "refused": refused.message if refused else "",
        "sent": visit.code_until is not None,
    }
    return render(request, "enrollment/assisted/consent.html", context, status=422 if refused else 200)


def _take_consent(request: StaffRequest, visit_id: UUID, way: str, covers: Sequence[str]) -> bool | None:
    """Send the code (None), keep the paper (False) or open the visit (True). Raises NotAllowed, Refused."""
    whose: dict[str, Any] = {"operator": request.account, "visit_id": visit_id}
    if way == "send":
        consent_code_send(**whose)
        return None
    if way == "code":
        consent_by_code(**whose, code=request.POST.get("code", ""), covers=covers)
        return True
    if way == "paper":
        sent = request.FILES.get("scan")
        consent_by_paper(**whose, scan=sent.read() if sent else b"", covers=covers)
        return False
    raise Refused(_("Please press one of the buttons."), code="way")


@staff_page
@require_GET
def visit(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The visit's own page: what to bring (once), what was filed, and a paper with it to take home."""
    found = selectors.own_visit(request.account, visit_id)
    if found.opened_at is None:
        return redirect("enrollment:assist-consent", visit_id)
    is_open = found.ended_at is None
    if is_open and request.session.get(VISIT) != str(visit_id):  # opened by a second person's look at the paper
        request.session[VISIT] = str(visit_id)
    drafts = Draft.objects.filter(child__guardian=found.guardian, round__season__district=found.district)
    rows = drafts.select_related("child", "round__season__district__parent", "round__policy") if is_open else ()
    context = {
        "visit": found,
        "is_open": is_open,
        "ended": selectors.end_words(found.end_reason),
        "asked": [(draft, materials_for(draft)) for draft in rows],
        "filed": selectors.filed_in(found),
        "no_phone": not found.guardian.phone,
        "claim_code": request.session.pop("claim_code", "") if request.session.get("claim_of") == str(visit_id) else "",
        "english": content_language() == "en",
    }
    return render(request, "enrollment/assisted/visit.html", context)


@staff_page
@require_POST
def claim_code(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """A code for a family without a phone, shown once, for the paper."""

    def step() -> None:
        request.session["claim_code"] = claim_code_make(operator=request.account, visit_id=visit_id)
        request.session["claim_of"] = str(visit_id)

    pressed(request, step, None)
    return redirect("enrollment:assist-visit", visit_id)


@staff_page
@require_POST
def end(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """End the visit; the family's pages are shut at once."""
    visit_end(operator=request.account, visit_id=visit_id)
    request.session.pop(VISIT, None)
    return redirect("enrollment:assist-visit", visit_id)


@staff_page
@require_GET
def report(request: StaffRequest) -> HttpResponse:
    """How many visits, for how many applications, and how many families came once only."""
    counted = selectors.report(request.account)
    context = {
        "report": counted,
        "ways": [(label, counted.ways.get(way, 0)) for way, label in AssistConsent.Way.choices],
        "manages": scope(request.account).any(Ability.ASSIST_MANAGE),
    }
    return render(request, "enrollment/assisted/report.html", context)


@guardian_page
@require_http_methods(["GET", "POST"])
def my_visits(request: GuardianRequest) -> HttpResponse:
    """Everybody who acted for this family; an objection ends an open visit at once."""
    refused, typed = "", request.POST.get("reason", "")
    if request.method == "POST":
        try:
            visit_id = sent_key(request.POST.get("visit", ""))
            visit_object(guardian=request.guardian, visit_id=visit_id, reason=typed)
        except Refused as problem:
            refused = problem.message
        else:
            messages.success(request, _("Your objection is with the office. A person calls you."), extra_tags="good")
            return redirect("enrollment:my-visits")
    context = {"visits": selectors.visits_to(request.guardian), "refused": refused, "typed": typed}
    return render(request, "enrollment/assisted/my_visits.html", context, status=422 if refused else 200)


@guardian_page
@require_http_methods(["GET", "POST"])
def take_over(request: GuardianRequest) -> HttpResponse:
    """With the paper of a visit, a family that had no phone then takes its account over."""
    typed = {name: request.POST.get(name, "") for name in ("number", "code")}
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            account = account_claim(account=request.guardian, **typed)
        except Refused as problem:
            refused = problem
        else:
            login(request, account, backend="django.contrib.auth.backends.ModelBackend")
            return redirect("enrollment:home")
    wrong = {refused.field: refused.message} if refused else {}
    fields = [
        FormField(
            "number",
            _("Number of the visit"),
            typed["number"],
            _("On the slip, such as 26-7K3M9Q."),
            wrong.get("number", ""),
        ),
        FormField("code", _("Code on the slip"), typed["code"], "", wrong.get("code", "")),
    ]
    return render(request, "enrollment/assisted/take_over.html", {"fields": fields}, status=422 if refused else 200)
