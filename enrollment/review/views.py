"""Pages of the desk: the queue, cases decided together, errands, second readings, how a district words its reasons."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.abilities import Ability
from accounts.models import Account
from accounts.pages import StaffRequest, staff_page, tried
from accounts.scopes import scope
from accounts.staff_lists import KeysFirst
from audit.services import record_views
from enrollment.desk import services as desk
from enrollment.desk.models import ReasonText, SavedView
from enrollment.desk.selectors import errands_of, reasons_of
from enrollment.review.alike import MOST, WHOSE, alike_approve, previewed
from enrollment.review.held import decision_take_back
from enrollment.review.models import HeldDecision
from enrollment.review.queue import PAGE, Wanted, counts, lines, queue, rounds_near
from enrollment.review.queue import alike as kinds
from enrollment.review.readings import reading_make, readings_for
from enrollment.review.staff.case import next_case
from enrollment.seasons.models import Application
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.states import RoundState
from foundation import clock, posted
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.wording import content_language
from policy import AGENCIES
from schools.models import District, School

LAST_QUEUE = "desk_query"  # in the session: what a reviewer narrowed the queue to, so that the next case is one of it


def _reviewer(request: StaffRequest) -> Account:
    if not scope(request.account).any(Ability.APPLICATION_REVIEW):
        raise NotAllowed(_("Your role decides no applications."))
    return request.account


def _shown(reader: Account, rows: Sequence[Application]) -> None:
    """Write down that a person was shown these applications on a list."""
    places = {str(one.pk): one.district_code for one in rows}
    record_views(actor=reader, action="application.list", object_type="application", places=places)


@staff_page
@require_http_methods(["GET", "POST"])
def queued(request: StaffRequest) -> HttpResponse:
    """The queue; posting keeps the filter as a view of one's own, or deletes one."""
    reviewer = _reviewer(request)
    wanted, refused = Wanted.read(request.GET), ""
    if request.method == "POST":
        try:
            return _view_step(request, reviewer, wanted)
        except Refused as problem:
            refused = problem.message
    narrowed = "" if wanted.q else wanted.query
    if request.session.get(LAST_QUEUE, "") != narrowed:  # the same page again writes nothing
        request.session[LAST_QUEUE] = narrowed
    related = ("child", "review_school", "round__policy", "desk__held_by", "desk__given_to", "round__season__district")
    rows = queue(reviewer, wanted).select_related(*related).defer("round__policy__text", "child__id_number")
    waiting = counts(reviewer)
    page = _Counted(rows, PAGE, many=None if wanted.query else waiting["all"]).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    _shown(reviewer, shown)
    own = list(HeldDecision.objects.filter(_still_mine(), reviewer=reviewer).select_related("application"))
    context = {
        "lines": lines(shown),
        "page": page,
        "wanted": wanted,
        "counts": waiting,
        "filters": _filters(reviewer, wanted),
        "views": SavedView.objects.filter(account=reviewer),
        "held": sum(not one.refused for one in own),
        "given_back": [one for one in own if one.refused],
        "refused": refused,
    }
    return render(request, "enrollment/review/queue.html", context, status=422 if refused else 200)


class _Counted(KeysFirst):
    """Pages of the queue; how many cases there are is counted once where the head of the page says it anyhow."""

    def __init__(self, rows: QuerySet[Application], many_a_page: int, *, many: int | None) -> None:
        super().__init__(rows, many_a_page)
        if many is not None:
            self.__dict__["count"] = many


def _still_mine() -> Q:
    """Decisions that can still be taken back, and those that could not be carried out."""
    return Q(refused="", effective_at__gt=clock.now()) | ~Q(refused="")


def _view_step(request: StaffRequest, reviewer: Account, wanted: Wanted) -> HttpResponse:
    if gone := request.POST.get("delete", ""):
        desk.view_delete(account=reviewer, view_id=posted.number(gone))
    else:
        desk.view_save(account=reviewer, name=request.POST.get("name", ""), query=wanted.query)
    return redirect(f"{reverse('enrollment:desk')}?{wanted.query}")


def _filters(reviewer: Account, wanted: Wanted) -> list[dict[str, Any]]:
    """The choices to narrow the queue by: rounds in reach, and of the round asked for its schools and groups."""
    may = scope(reviewer)
    rounds = rounds_near(reviewer).exclude(state=RoundState.PLANNED)
    found = list(rounds.select_related("season__district", "policy").order_by("-pk")[:50])
    schools = may.rows(
        School.objects.order_by("code"), Ability.APPLICATION_REVIEW, district="district__code", school="code"
    )
    language = content_language()
    groups = {group.id: group.name.of(language) for one in found for group in compiled(one.policy).groups}
    named = [
        (str(one.pk), f"{one.season.district} {one.get_stage_display()} {one.get_kind_display()}") for one in found
    ]
    choices: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("round", _("Round"), named),
        ("school", _("School"), [(one.code, one.name) for one in schools[:400]]),
        ("group", _("Group"), list(groups.items())),
        ("agency", _("Disagrees"), [(name, text.of(language)) for name, text in AGENCIES.items()]),
    ]
    return [
        {"name": name, "label": label, "options": options, "value": getattr(wanted, name)}
        for name, label, options in choices
        if len(options) > 1
    ]


@staff_page
@require_POST
def take_back(request: StaffRequest) -> HttpResponse:
    """Take back what was decided and does not count yet: one case, those of one press, or all of one's own."""
    reviewer = _reviewer(request)
    mine = HeldDecision.objects.filter(reviewer=reviewer)
    one, batch = request.POST.get("application", ""), request.POST.get("batch", "")
    if one:
        mine = mine.filter(pk=posted.key(one))
    elif batch:
        mine = mine.filter(batch=posted.key(batch))
    many = decision_take_back(reviewer=reviewer, application_ids=list(mine.values_list("pk", flat=True)))
    if not many:
        messages.warning(request, _("It counts already and cannot be taken back."), extra_tags="warn")
    else:
        said = ngettext("%(many)s decision is taken back.", "%(many)s decisions are taken back.", many)
        messages.success(request, said % {"many": many}, extra_tags="good")
    if one and many:
        return redirect("admin:enrollment_application_change", one)
    return redirect("enrollment:desk")


@staff_page
@require_GET
def following(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """On to the next case of the narrowed queue, which is looked for when somebody wants it."""
    reviewer = _reviewer(request)
    found = next_case(application_id, reviewer, next_wanted(request))
    if found is None:
        messages.success(request, _("No other case of this list waits for you."), extra_tags="good")
        return redirect("enrollment:desk")
    return redirect("admin:enrollment_application_change", found)


@staff_page
@require_GET
def alike(request: StaffRequest) -> HttpResponse:
    """The kinds of open cases."""
    return render(request, "enrollment/review/alike.html", {"kinds": kinds(_reviewer(request))})


@staff_page
@require_http_methods(["GET", "POST"])
def alike_decide(request: StaffRequest) -> HttpResponse:
    """The cases of one kind with what would follow; posting approves those that are picked."""
    reviewer = _reviewer(request)
    wanted = Wanted.read(request.GET)
    whose = request.POST.get("whose") or request.GET.get("whose") or WHOSE[0]
    reason, refused = request.POST.get("reason", ""), ""
    picked = posted.keys(request.POST.getlist("picked"))
    left: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            done, left = alike_approve(
                reviewer=reviewer, wanted=wanted, application_ids=picked, whose=whose, reason=reason
            )
        except Refused as problem:
            refused = problem.message
        else:
            said = ngettext("%(many)s case is approved.", "%(many)s cases are approved.", len(done))
            messages.success(request, said % {"many": len(done)}, extra_tags="good")
            if not left:
                return redirect("enrollment:desk-alike")
    try:
        rows = previewed(reviewer, wanted, whose)
    except Refused as problem:
        rows, refused = [], problem.message
    _shown(reviewer, [one.application for one in rows])
    kind = next((one for one in kinds(reviewer) if one.query == wanted.query), None)
    reasons = reasons_of(rows[0].application)["approve"] if rows else []
    context = {
        "kind": kind,
        "rows": rows,
        "whose": whose,
        "reason": reason or (reasons[0] if reasons else ""),
        "picked": {str(one) for one in picked},
        "left": left,
        "most": MOST,
        "refused": refused,
        "query": wanted.query,
    }
    return render(request, "enrollment/review/alike_decide.html", context, status=422 if refused else 200)


@staff_page
@require_http_methods(["GET", "POST"])
def errands(request: StaffRequest) -> HttpResponse:
    """What is still to do about cases, by the day; posting says what came of one."""
    reviewer, at, result = _reviewer(request), request.POST.get("errand", ""), request.POST.get("result", "")
    refused: Refusal | None = None
    if request.method == "POST":
        finish = partial(desk.errand_finish, reviewer=reviewer, errand_id=posted.key(at), result=result)
        refused = tried(request, finish, _("Noted."))
        if refused is None:
            return redirect("enrollment:desk-errands")
    rows = list(errands_of(reviewer)[:200])
    _shown(reviewer, [one.application for one in rows])
    said = refused.message if refused else ""
    context = {"errands": rows, "today": clock.today(), "refused": said, "at": at, "typed": request.POST}
    return render(request, "enrollment/review/errands.html", context, status=422 if refused else 200)


@staff_page
@require_http_methods(["GET", "POST"])
def readings(request: StaffRequest) -> HttpResponse:
    """Decisions of colleagues that chance picked; posting says whether one would have decided alike."""
    reader, at = _reviewer(request), request.POST.get("application", "")
    refused: Refusal | None = None
    if request.method == "POST":
        make = partial(
            reading_make,
            reader=reader,
            application_id=posted.key(at),
            agrees={"yes": True, "no": False}.get(request.POST.get("agrees", "")),
            note=request.POST.get("reading_note", ""),
        )
        refused = tried(request, make, _("Noted."))
        if refused is None:
            return redirect("enrollment:desk-readings")
    rows = list(readings_for(reader).select_related("application__child", "decided_by")[:50])
    _shown(reader, [one.application for one in rows])
    said = refused.message if refused else ""
    context = {"readings": rows, "refused": said, "at": at, "typed": request.POST}
    return render(request, "enrollment/review/readings.html", context, status=422 if refused else 200)


@staff_page
@require_http_methods(["GET", "POST"])
def reasons(request: StaffRequest) -> HttpResponse:
    """How reasons are worded in the districts of one's care; officials add wordings and end them."""
    account = request.account
    may = scope(account)
    places = may.rows(District.objects.filter(seasons__isnull=False).distinct(), Ability.SEASON_EDIT, district="code")
    if not may.any(Ability.SEASON_EDIT):
        raise NotAllowed(_("You may not do this here."))
    refused: Refusal | None = None
    if request.method == "POST":
        refused = tried(request, lambda: _reason_step(request, list(places)), _("Saved."))
        if refused is None:
            return redirect("enrollment:desk-reasons")
    rows = ReasonText.objects.filter(district__in=places, ended_at__isnull=True).select_related("district", "made_by")
    context = {
        "reasons": rows,
        "places": places,
        "decisions": ReasonText.Decision.choices,
        "typed": request.POST,
        "refused": refused.message if refused else "",
    }
    return render(request, "enrollment/review/reasons.html", context, status=422 if refused else 200)


def _reason_step(request: StaffRequest, places: list[District]) -> None:
    if gone := request.POST.get("end", ""):
        desk.reason_end(official=request.account, reason_id=posted.number(gone))
        return
    place = next((one for one in places if one.code == request.POST.get("district")), None)
    if place is None:
        raise Refused(_("Please pick a district."), code="district", field="district")
    desk.reason_add(
        official=request.account,
        district=place,
        decision=request.POST.get("decision", ""),
        zh=request.POST.get("zh", ""),
        en=request.POST.get("en", ""),
    )


def next_wanted(request: HttpRequest) -> Wanted:
    """What the reviewer narrowed the queue to last, so that the next case is one of it."""
    return Wanted.read(QueryDict(str(request.session.get(LAST_QUEUE, ""))).dict())
