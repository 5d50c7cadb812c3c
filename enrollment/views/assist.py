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
from accounts.pages import GuardianRequest, StaffRequest, guardian_page, staff_page
from accounts.polls import asks_again, over
from accounts.scopes import scope
from enrollment import services
from enrollment.materials import materials_for
from enrollment.models import AssistConsent, AssistVisit, Draft
from enrollment.selectors import assist as selectors
from enrollment.services.assist import COVERS, TEXT, Named, trained
from enrollment.views.shown import Shown, ShownOption
from enrollment.views.visiting import VISIT
from foundation.errors import NotAllowed, Refused
from foundation.wording import tongue

ABILITY = "application.assist"
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
    refused: Refused | None = None
    if request.method == "POST":
        try:
            visit = services.visit_start(operator=request.account, named=Named(**typed))
        except NotAllowed:
            raise
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
    return render(request, "assist/desk.html", context, status=422 if refused else 200)


def _desk_fields(typed: dict[str, str], refused: Refused | None, districts: Sequence[object]) -> list[Shown]:
    def error(name: str) -> str:
        return refused.message if refused and refused.field == name else ""

    where = tuple(ShownOption(str(one.pk), str(one)) for one in districts)  # type: ignore[attr-defined]
    channels = tuple(ShownOption(value, str(label)) for value, label in AssistVisit.Channel.choices)
    return [
        *([Shown("district", _("County"), typed["district"], options=where)] if len(where) > 1 else []),
        Shown("channel", _("Where you are"), typed["channel"], options=channels),
        Shown("place", _("Name of the place"), typed["place"], _("The family reads it in its account.")),
        Shown("name", _("Guardian's name"), typed["name"], _("As on the identity document."), error("name")),
        Shown(
            "id_number", _("Guardian's ID number"), typed["id_number"], _("Look at the document."), error("id_number")
        ),
        Shown(
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
    refused: Refused | None = None
    covers = request.POST.getlist("covers") if request.method == "POST" else list(COVERS)
    way = request.POST.get("way", "")
    if request.method == "POST":
        try:
            opened = _consented(request, visit_id, way, covers)
        except NotAllowed:
            raise
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
        "code": Shown("code", _("Code from the guardian's phone"), mode="numeric", css="code"),
        "refused": refused.message if refused else "",
        "sent": visit.code_until is not None,
    }
    return render(request, "assist/consent.html", context, status=422 if refused else 200)


def _consented(request: StaffRequest, visit_id: UUID, way: str, covers: Sequence[str]) -> bool | None:
    """Send the code (None), keep the paper (False) or open the visit (True). Raises NotAllowed, Refused."""
    whose: dict[str, Any] = {"operator": request.account, "visit_id": visit_id}
    if way == "send":
        services.consent_code_send(**whose)
        return None
    if way == "code":
        services.consent_by_code(**whose, code=request.POST.get("code", ""), covers=covers)
        return True
    if way == "paper":
        sent = request.FILES.get("scan")
        services.consent_by_paper(**whose, scan=sent.read() if sent else b"", covers=covers)
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
        "papers": [(draft, materials_for(draft)) for draft in rows],
        "filed": selectors.filed_in(found),
        "no_phone": not found.guardian.phone,
        "claim_code": request.session.pop("claim_code", "") if request.session.get("claim_of") == str(visit_id) else "",
        "english": tongue() == "en",
    }
    return render(request, "assist/visit.html", context)


@staff_page
@require_POST
def claim_code(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """A code for a family without a phone, shown once, for the paper."""
    try:
        request.session["claim_code"] = services.claim_code_make(operator=request.account, visit_id=visit_id)
        request.session["claim_of"] = str(visit_id)
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="bad")
    return redirect("enrollment:assist-visit", visit_id)


@staff_page
@require_POST
def end(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """End the visit; the family's pages are shut at once."""
    services.visit_end(operator=request.account, visit_id=visit_id)
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
        "manages": scope(request.account).any("assist.manage"),
    }
    return render(request, "assist/report.html", context)


@guardian_page
@require_http_methods(["GET", "POST"])
def my_visits(request: GuardianRequest) -> HttpResponse:
    """Everybody who acted for this family; an objection ends an open visit at once."""
    refused, typed = "", request.POST.get("reason", "")
    if request.method == "POST":
        try:
            visit_id = UUID(request.POST.get("visit", ""))
            services.visit_object(guardian=request.guardian, visit_id=visit_id, reason=typed)
        except NotAllowed:
            raise
        except ValueError as problem:
            refused = problem.message if isinstance(problem, Refused) else _("Please press the button again.")
        else:
            messages.success(request, _("Your objection is with the office. A person calls you."), extra_tags="good")
            return redirect("enrollment:my-visits")
    context = {"visits": selectors.visits_to(request.guardian), "refused": refused, "typed": typed}
    return render(request, "assist/my_visits.html", context, status=422 if refused else 200)


@guardian_page
@require_http_methods(["GET", "POST"])
def take_over(request: GuardianRequest) -> HttpResponse:
    """With the paper of a visit, a family that had no phone then takes its account over."""
    typed = {name: request.POST.get(name, "") for name in ("number", "code")}
    refused: Refused | None = None
    if request.method == "POST":
        try:
            account = services.account_claim(account=request.guardian, **typed)
        except NotAllowed:
            raise
        except Refused as problem:
            refused = problem
        else:
            login(request, account, backend="django.contrib.auth.backends.ModelBackend")
            return redirect("enrollment:home")
    wrong = {refused.field: refused.message} if refused else {}
    fields = [
        Shown(
            "number",
            _("Number of the visit"),
            typed["number"],
            _("On the paper, such as 26-7K3M9Q."),
            wrong.get("number", ""),
        ),
        Shown("code", _("Code on the paper"), typed["code"], "", wrong.get("code", "")),
    ]
    return render(request, "assist/take_over.html", {"fields": fields}, status=422 if refused else 200)
