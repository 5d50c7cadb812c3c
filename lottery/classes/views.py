"""Pages of class assignments: the school's and officials' own, the public one, and a family's."""

import gzip
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

import lottery
from accounts.pages import GuardianRequest, StaffRequest, guardian_page, staff_page, taken
from foundation.errors import Refusal, Refused
from foundation.posted import number
from foundation.tables import as_text, read_table
from foundation.wording import content_language
from lottery.classes import selectors
from lottery.classes.models import ClassRun
from lottery.classes.services import (
    Prepared,
    class_commit,
    class_confirm,
    class_nonces_enter,
    class_plan,
    class_plan_late,
    class_prepare,
    class_prepare_begin,
    class_value_enter,
    sibling_wish_set,
)
from lottery.classes.states import ClassEvent
from lottery.engine.classes.lists import MOST_LINES
from lottery.engine.classes.transcript import announcement_digest

MOST_UPLOAD = 2_000_000
PAGE = 50
PLAN_FIELDS = ("classes", "size", "witnesses", "balls", "public_value", "teachers", "measures")
KEPT = (*PLAN_FIELDS, "numbers", "value")


@staff_page
@require_safe
def schools(request: StaffRequest) -> HttpResponse:
    """The schools whose classes this person plans or confirms."""
    return render(request, "lottery/classes/schools.html", {"lines": selectors.class_schools(request.account)})


@staff_page
@require_POST
def plan(request: StaffRequest) -> HttpResponse:
    """Begin the assignment of one school and stage."""
    try:
        run = class_plan(
            staff=request.account,
            school_code=request.POST.get("school", ""),
            season_id=number(request.POST.get("season", "")),
            stage=request.POST.get("stage", ""),
        )
    except Refused as refused:
        lines = selectors.class_schools(request.account)
        return render(request, "lottery/classes/schools.html", {"lines": lines, "refused": refused.message}, status=422)
    return redirect("lottery:classes-run", run.pk)


@staff_page
@require_safe
def run_(request: StaffRequest, run_id: int) -> HttpResponse:
    """One assignment: where it stands, what comes next."""
    return _page(request, run_id)


def _page(request: StaffRequest, run_id: int, refused: Refusal | None = None, action: str = "") -> HttpResponse:
    page = selectors.class_page(request.account, run_id, content_language())
    typed = {name: request.POST.get(name, "") for name in KEPT} if refused else _stored(page)
    nonces = request.POST.getlist("nonce") if refused and action == "nonces" else []
    context = {
        "page": page,
        "next_step": next_step(page),
        "refused": refused.message if refused else "",
        "wrong": refused.field if refused else "",
        "failed": action,
        "typed": typed,
        "witnesses": [
            (name, given, nonces[at] if at < len(nonces) else "") for at, (name, given) in enumerate(page.witnesses)
        ],
    }
    return render(request, "lottery/classes/run.html", context, status=422 if refused else 200)


def _stored(page: selectors.ClassPage) -> dict[str, str]:
    run, sources = page.run, page.run.sources
    default = _("The SSE Composite Index (000001) at the close of the first trading day after this announcement")
    return {
        "classes": str(run.classes),
        "size": str(run.size),
        "witnesses": "\n".join(sources.get("witnesses", ())),
        "balls": sources.get("balls", ""),
        "public_value": sources.get("public_value", default),
        "teachers": run.typed.get("teachers", ""),
        "measures": run.typed.get("measures", ""),
        "numbers": "",
        "value": run.public_value,
    }


def next_step(page: selectors.ClassPage) -> str:
    """What comes next, and who does it."""
    if page.run.state == ClassRun.State.PLANNED and not page.run.sources:
        return _("The school fills in the plan. Nothing is public yet.")
    if page.run.state == ClassRun.State.WITNESSED and not page.step:
        return _("When the public value is published, the school enters it.")
    if page.run.state == ClassRun.State.DRAWN and page.run.number:
        return _("Two different people confirm the publication, one of them not of the school.")
    return {
        ClassRun.State.PLANNED: _(
            "The school announces the assignment: the roll is frozen, and the plan cannot be changed any more."
        ),
        ClassRun.State.COMMITTED: _(
            "In the hall each witness gives a text and the balls are drawn; the school enters both."
        ),
        ClassRun.State.WITNESSED: _("Two different people confirm the draw, one of them not of the school."),
        ClassRun.State.DRAWN: _("The classes are sealed. Two different people confirm the draw of the teachers."),
        ClassRun.State.TEACHERS_DRAWN: _(
            "Classes and teachers are sealed. Two different people confirm the publication."
        ),
        ClassRun.State.PUBLISHED: _("Published. Every family reads its own child's class on its own page."),
    }[ClassRun.State(page.run.state)]


def _typed_list(request: StaffRequest, name: str) -> str:
    """The uploaded table as text if there is one, else what stands in the field."""
    upload = request.FILES.get(f"{name}_file")
    if not isinstance(upload, UploadedFile):
        return request.POST.get(name, "")
    if (upload.size or 0) > MOST_UPLOAD:
        raise Refused(_("This file is too large. A list of teachers needs a few kilobytes."), code="file", field=name)
    try:
        return as_text(read_table(upload.read(), rows=MOST_LINES))
    except Refusal as refused:
        raise Refused(refused.message, code=refused.code, field=name) from None


def _prepare(request: StaffRequest, run_id: int) -> str:
    class_prepare_begin(staff=request.account, run_id=run_id)
    given = {name: request.POST.get(name, "") for name in PLAN_FIELDS}
    for name in ("teachers", "measures"):
        given[name] = _typed_list(request, name)
        if given[name] != request.POST.get(name, ""):  # what was uploaded is shown, should a line be refused
            changed = request.POST.copy()
            changed[name] = given[name]
            request.POST = changed  # type: ignore[assignment]
    class_prepare(staff=request.account, run_id=run_id, prepared=Prepared(**given))
    return _("The plan is saved. Nothing is public yet.")


def _commit(request: StaffRequest, run_id: int) -> str:
    class_commit(staff=request.account, run_id=run_id)
    return _("The roll is frozen and announced.")


def _nonces(request: StaffRequest, run_id: int) -> str:
    class_nonces_enter(
        staff=request.account,
        run_id=run_id,
        nonces=request.POST.getlist("nonce"),
        balls=request.POST.get("numbers", ""),
    )
    return _("Entered and public. It cannot be changed any more.")


def _value(request: StaffRequest, run_id: int) -> str:
    class_value_enter(staff=request.account, run_id=run_id, value=request.POST.get("value", ""))
    return _("The public value is entered. Two people can confirm the draw now.")


def _confirm(step: ClassEvent) -> Callable[[StaffRequest, int], str]:
    def confirm(request: StaffRequest, run_id: int) -> str:
        token = request.POST.get("token", "")
        before = class_confirm(official=request.account, run_id=run_id, step=step, token=token)
        made = {
            ClassEvent.DRAW: before.state != ClassRun.State.WITNESSED,
            ClassEvent.DRAW_TEACHERS: before.state != ClassRun.State.DRAWN,
            ClassEvent.PUBLISH: before.state == ClassRun.State.PUBLISHED,
        }[step]
        return _("Done and recorded.") if made else _("Confirmed. A second, different person must confirm now.")

    return confirm


def _late(request: StaffRequest, run_id: int) -> str:
    class_plan_late(staff=request.account, run_id=run_id)
    return _("The draw of the late arrivals is planned. Nobody who has a class is moved.")


ACTIONS: dict[str, Callable[[StaffRequest, int], str]] = {
    "prepare": _prepare,
    "commit": _commit,
    "nonces": _nonces,
    "value": _value,
    "draw": _confirm(ClassEvent.DRAW),
    "draw-teachers": _confirm(ClassEvent.DRAW_TEACHERS),
    "publish": _confirm(ClassEvent.PUBLISH),
    "late": _late,
}


@staff_page
@require_POST
def act(request: StaffRequest, run_id: int, action: str) -> HttpResponse:
    """One step; a refusal comes back on the same page with what was typed."""
    refused = taken(request, ACTIONS, action, run_id)
    if refused:
        return _page(request, run_id, refused, action)
    if action == "late":
        return redirect("lottery:classes")
    return redirect("lottery:classes-run", run_id)


@staff_page
@require_safe
def full_file(request: StaffRequest, run_id: int) -> HttpResponse:
    """The full file, for notary and discipline inspector only."""
    response = HttpResponse(selectors.class_full_file(request.account, run_id), content_type="application/json")
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = f'attachment; filename="{run_id}-classes-full.json"'
    return response


@require_safe
def public_all(request: HttpRequest) -> HttpResponse:
    """All announced assignments, in pages."""
    page = Paginator(selectors.public_runs(), PAGE).get_page(request.GET.get("page"))
    return render(request, "lottery/classes/all.html", {"runs": page})


@require_safe
def public(request: HttpRequest, run_id: int) -> HttpResponse:
    """What everybody may know of an announced assignment."""
    run = selectors.public_run(run_id)
    if run is None:
        raise Http404
    context = {
        "run": run,
        "entropy": run.announcement["entropy"],
        "digest": announcement_digest(run.announcement),
        "nonces": zip(run.announcement["entropy"]["witnesses"], run.nonces, strict=False),
        "files": run.files.defer("body").order_by("pk"),
    }
    return render(request, "lottery/classes/public.html", context)


@require_safe
def download(request: HttpRequest, run_id: int, name: str) -> HttpResponse:  # noqa: ARG001 - a view
    """A public file exactly as it was published."""
    found = selectors.public_class_file(run_id, name)
    if found is None:
        raise Http404
    response = HttpResponse(gzip.decompress(bytes(found.body)), content_type="application/json")
    response["Cache-Control"] = "public, max-age=86400, immutable"
    response["X-Content-SHA256"] = found.sha256
    response["Content-Disposition"] = f'attachment; filename="{run_id}-{name}"'
    return response


@require_safe
def audit_program(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The stand-alone verifier of class assignments."""
    source = (Path(lottery.__path__[0]) / "class_audit.py").read_bytes()
    response = HttpResponse(source, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="class_audit.py"'
    return response


@guardian_page
@require_GET
def mine(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """A family's own child: its class once it is published, the wish for siblings until the roll is announced."""
    return _mine(request, application_id)


def _mine(request: GuardianRequest, application_id: UUID, refused: Refusal | None = None) -> HttpResponse:
    page = selectors.my_class(request.guardian, application_id, content_language())
    context = {"page": page, "refused": refused.message if refused else ""}
    response = render(request, "lottery/classes/mine.html", context, status=422 if refused else 200)
    response["Cache-Control"] = "no-store"
    return response


@guardian_page
@require_POST
def wish(request: GuardianRequest, application_id: UUID) -> HttpResponse:
    """Keep the family's wish for its siblings."""
    try:
        sibling_wish_set(guardian=request.guardian, application_id=application_id, wish=request.POST.get("wish", ""))
    except Refused as refused:
        return _mine(request, application_id, refused)
    messages.success(request, _("Your wish is kept. You can change it until the roll is announced."), extra_tags="good")
    return redirect("lottery:my-class", application_id)
