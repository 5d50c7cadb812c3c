"""The checklist, the page of rounds and dates, and the change that a second person takes."""

from collections.abc import Callable
from functools import partial
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.pages import StaffRequest, staff_page, tried
from enrollment.seasons.models import Round
from enrollment.setup.bodies import MOST_ROUNDS, Body, posted, with_lines
from enrollment.setup.forms import KINDS, STAGES, dates_form
from enrollment.setup.selectors import Ground, checklist, ground, preview, seasons_in_care, versions
from enrollment.setup.services import drafts
from foundation.errors import Refusal, Refused
from schools.models import Stage

EMPTY: Final = {"policy": "", "opens_at": "", "closes_at": "", "results_at": "", "check_on": "", "reminders": ""}


@staff_page
@require_safe
def front(request: StaffRequest) -> HttpResponse:
    """The seasons that the person may set up."""
    return render(request, "enrollment/setup/front.html", {"seasons": seasons_in_care(request.account)})


@staff_page
@require_safe
def steps(request: StaffRequest, district: str, year: int) -> HttpResponse:
    """The steps of a season, each with what it lacks and where it is done."""
    return render(request, "enrollment/setup/steps.html", {"page": checklist(request.account, district, year)})


@staff_page
@require_http_methods(["GET", "POST"])
def dates(request: StaffRequest, district: str, year: int) -> HttpResponse:
    """Rounds and calendar on one page; what is saved is a draft."""
    found = ground(request.account, district, year)
    if request.method == "GET":
        return _dates(request, found, found.body)
    body = _edited(request)
    token = request.POST.get("version", "")
    try:
        drafts.season_draft_save(official=request.account, district=district, year=year, body=body, token=token)
    except Refused as refused:
        return _dates(request, found, body, refused)
    if request.POST.get("go") == "preview":
        return redirect("enrollment:season-change", district, year)
    messages.success(request, _("The draft is saved. Nothing of it is public yet."), extra_tags="good")
    return redirect("enrollment:season-dates", district, year)


def _edited(request: StaffRequest) -> Body:
    """What the form says, with a round more or less where a button says so."""
    body, pressed = posted(request.POST), request.POST.get("go", "")
    if pressed == "add" and len(body["rounds"]) < MOST_ROUNDS:
        stage, kind = request.POST.get("new_stage", ""), request.POST.get("new_kind", "")
        if stage in Stage.values and kind in Round.Kind.values:
            body["rounds"].append({"stage": stage, "kind": kind, **EMPTY, "answer_days": "7", "seat_days": "3"})
    if pressed.startswith("remove-") and pressed[7:].isdecimal() and int(pressed[7:]) < len(body["rounds"]):
        del body["rounds"][int(pressed[7:])]
    return body


def _dates(request: StaffRequest, found: Ground, body: Body, refused: Refusal | None = None) -> HttpResponse:
    states = {(one.stage, one.kind): one.state for one in found.season.rounds.all()} if found.season else {}
    policies = [(key, str(one)) for key, one in versions(found.place.code).items()]
    wrong = refused.fields if refused else {}
    context = {
        "ground": found,
        "form": dates_form(with_lines(body), states, policies, wrong),
        "stages": STAGES,
        "kinds": KINDS,
        "refused": refused.message if refused else "",
        "old": bool(refused and refused.code == "changed"),
        "version": request.POST.get("version", "") if refused else found.token,
    }
    return render(request, "enrollment/setup/dates.html", context, status=422 if refused else 200)


@staff_page
@require_safe
def change(request: StaffRequest, district: str, year: int) -> HttpResponse:
    """What the draft would change, for whom, and who has to say yes."""
    return _change(request, ground(request.account, district, year))


def _change(request: StaffRequest, found: Ground, refused: Refusal | None = None, action: str = "") -> HttpResponse:
    context = {
        "ground": found,
        "preview": preview(found),
        "own": found.draft is not None and found.draft.asked_by_id == request.account.pk,
        "refused": refused.message if refused else "",
        "failed": action if refused else "",
        "reason": request.POST.get("reason", "") or (found.draft.reason if found.draft else ""),
    }
    return render(request, "enrollment/setup/change.html", context, status=422 if refused else 200)


Act = Callable[[StaffRequest, str, int, str], object]
ACTIONS: Final[dict[str, Act]] = {
    "ask": lambda request, district, year, token: drafts.season_draft_ask(
        official=request.account, district=district, year=year, token=token, reason=request.POST.get("reason", "")
    ),
    "back": lambda request, district, year, token: drafts.season_draft_back(
        official=request.account, district=district, year=year, token=token
    ),
    "drop": lambda request, district, year, token: drafts.season_draft_drop(
        official=request.account, district=district, year=year, token=token
    ),
    "take": lambda request, district, year, token: drafts.season_draft_take(
        official=request.account,
        district=district,
        year=year,
        token=token,
        password=request.POST.get("token", ""),
    ),
}


@staff_page
@require_POST
def decide(request: StaffRequest, district: str, year: int, action: str) -> HttpResponse:
    """One step of a draft; a refusal comes back on the same page."""
    found = ground(request.account, district, year)
    if action not in ACTIONS:
        raise Http404
    done = {
        "ask": _("Another person can now put this into force."),
        "back": _("The draft can be changed again."),
        "drop": _("The draft is dropped. What stands has not changed."),
        "take": _("In force. The public calendar shows the new dates."),
    }
    step = partial(ACTIONS[action], request, district, year, request.POST.get("version", ""))
    if refused := tried(request, step, done[action]):
        return _change(request, found, refused, action)
    where = "enrollment:season-steps" if action in {"take", "drop"} else "enrollment:season-change"
    return redirect(where, district, year)
