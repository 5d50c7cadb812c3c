"""The pages of imports: what may be brought in, one kind, one table with its checks and its two people."""

from collections.abc import Callable
from functools import partial
from typing import Final
from urllib.parse import quote

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Account
from accounts.pages import StaffRequest, staff_page, tried
from audit.services import record
from foundation import files
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.workbooks import CONTENT_TYPE
from imports import services
from imports.models import Import
from imports.selectors import WAITING, kind_page, own_kinds, own_tables, table_page, table_progress
from imports.sheets import template_of

Step = Callable[[Account, int, str], Import]
STEPS: Final[dict[str, Step]] = {
    "take": lambda who, pk, token: services.import_take(official=who, import_id=pk, token=token),
    "refuse": lambda who, pk, _token: services.import_refuse(official=who, import_id=pk),
    "check-again": lambda who, pk, _token: services.import_check_again(official=who, import_id=pk),
    "ask-undo": lambda who, pk, _token: services.import_undo_ask(official=who, import_id=pk),
    "keep": lambda who, pk, _token: services.import_keep(official=who, import_id=pk),
    "undo": lambda who, pk, token: services.import_undo(official=who, import_id=pk, token=token),
}


@staff_page
@require_safe
def front(request: StaffRequest) -> HttpResponse:
    """The kinds that the person may bring in, and the newest tables."""
    tables = own_tables(request.account)
    waiting = [one for one in tables if one.state in WAITING]
    context = {
        "kinds": own_kinds(request.account),
        "waiting": waiting,
        "tables": [one for one in tables if one not in waiting],
        "me": request.account,
    }
    return render(request, "imports/front.html", context)


@staff_page
@require_http_methods(["GET", "POST"])
def kind_front(request: StaffRequest, kind: str) -> HttpResponse:
    """One kind: its columns, its template, and the form; posting brings a table in."""
    refused: Refusal | None = None
    page = kind_page(request.account, kind)
    if request.method == "POST":
        try:
            made = _bring_in(request, kind)
        except Refused as problem:
            refused = problem
        else:
            return redirect("imports:table", made.pk)
    context = {
        "page": page,
        "me": request.account,
        "refused": refused.message if refused else "",
        "wrong": refused.field if refused else "",
        "chosen": request.POST.get("place", ""),
        "most": page.kind.most_bytes // 1024**2,
    }
    return render(request, "imports/kind.html", context, status=422 if refused else 200)


def _bring_in(request: StaffRequest, kind: str) -> Import:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise Refused(_("Please choose the table first."), code="missing", field="file")
    found, _place = services.place_for(request.account, kind, request.POST.get("place", ""))
    if (upload.size or 0) > found.most_bytes:
        most = found.most_bytes // 1024**2
        raise Refused(_("This file is too large: at most %(most)d MB.") % {"most": most}, code="size", field="file")
    return services.import_upload(
        official=request.account,
        kind=kind,
        place=request.POST.get("place", ""),
        content=upload.read(),
        file_name=upload.name or "",
    )


@staff_page
@require_safe
def template(request: StaffRequest, kind: str) -> HttpResponse:
    """The workbook to be filled in; where a kind's columns depend on the place, ``place`` names it."""
    page = kind_page(request.account, kind)
    asked = request.GET.get("place", "")
    place = next((one for one in page.places if one.key == asked), page.places[0] if page.places else None)
    return _workbook(template_of(page.kind, place), f"{page.kind.title}.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "no-store"
    return answer


@staff_page
@require_safe
def table(request: StaffRequest, import_id: int) -> HttpResponse:
    """One table: where it stands, what it would change, what is wrong, what may be done."""
    return _table(request, import_id)


def _table(request: StaffRequest, import_id: int, refused: Refusal | None = None, step: str = "") -> HttpResponse:
    page = table_page(request.account, import_id)
    bar, phase = table_progress(page.made)
    context = {
        "page": page,
        "progress": bar,
        "phase": phase,
        "refused": refused.message if refused else "",
        "failed": step if refused and refused.field == "token" else "",
    }
    return render(request, "imports/table.html", context, status=422 if refused else 200)


@staff_page
@require_safe
def table_bar(request: StaffRequest, import_id: int) -> HttpResponse:
    """How far the worker is; without work in hand it asks the browser to load the page anew."""
    page = table_page(request.account, import_id)
    if not page.at_work:
        return HttpResponse(headers={"HX-Refresh": "true"})
    bar, phase = table_progress(page.made)
    return render(request, "imports/_progress.html", {"page": page, "progress": bar, "phase": phase})


@staff_page
@require_safe
def returned(request: StaffRequest, import_id: int) -> HttpResponse:
    """The person's own rows, with what is wrong with each and what to do."""
    page = table_page(request.account, import_id)
    if not page.made.returned:
        raise NotAllowed(_("There is no returned sheet of this table."))
    try:
        content = files.load(page.made.returned)
    except FileNotFoundError:
        raise NotAllowed(_("The returned sheet is not kept any more. Bring the table in again.")) from None
    record(
        actor=request.account,
        action="import.returned",
        object_type="import",
        object_id=page.made.pk,
        district=page.made.district_code,
    )
    name = page.made.file_name.rsplit(".", 1)[0]
    return _workbook(content, _("%(name)s - to mend.xlsx") % {"name": name})


@staff_page
@require_POST
def decide(request: StaffRequest, import_id: int, answer: str) -> HttpResponse:
    """One step of a person; a refusal comes back on the same page."""
    if answer not in STEPS:
        raise Http404
    done = {
        "take": _("Taken. The rows are being stored now."),
        "refuse": _("Not taken in. Nothing of the table was stored."),
        "check-again": _("The table is being checked again."),
        "ask-undo": _("Another person can now undo this table."),
        "keep": _("The table stays in."),
        "undo": _("What stood before is being put back."),
    }
    step = partial(STEPS[answer], request.account, import_id, request.POST.get("token", ""))
    refused = tried(request, step, done[answer])
    return _table(request, import_id, refused, answer) if refused else redirect("imports:table", import_id)
