"""The documents' page: one card a material, usable without scripts; and the pages themselves, for who may see them."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial, wraps
from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.acting import Acting
from accounts.models import Account
from accounts.pages import GuardianRequest, guardian_page, hiding
from accounts.staff_site import is_verified_staff
from audit.services import record
from enrollment.documents.files.pages import page_picture
from enrollment.documents.materials import MaterialAsked, materials_for, named_materials
from enrollment.documents.models import Document
from enrollment.documents.places import ITEM, OfDraft, Place
from enrollment.documents.selectors import document_for
from enrollment.documents.services import (
    certificate_add,
    document_add,
    document_content,
)
from enrollment.seasons.models import Draft
from enrollment.seasons.rules.forms import form_id_for, form_of
from enrollment.seasons.rules.own_form import MATERIAL
from enrollment.seasons.selectors import filed_application, open_items, own_draft
from foundation.confined import Busy
from foundation.crypto import decrypt, encrypt
from foundation.errors import Refused
from foundation.wording import content_language

SMALL = 320  # pixels, of a thumbnail's longest side


CERTIFICATE = ("number", "issuer", "valid_until")


FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def cards(draft: Draft, items: Iterable[str] | None = None) -> tuple[MaterialAsked, ...]:
    """The materials to show: what the policy asks, or what a reviewer named."""
    if items is None:
        return materials_for(draft)
    return named_materials(draft, [item.removeprefix(ITEM) for item in items if item.startswith(ITEM)])


def _named(draft: Draft) -> list[str] | None:
    """What a reviewer asked for, while a correction is open; None before the first submission."""
    filed = filed_application(draft)
    if filed is None:
        return None
    returned = open_items(filed)
    return list(returned.items) if returned else []


def documents_context(request: GuardianRequest, draft: Draft, items: Iterable[str] | None) -> dict[str, Any]:
    """What the cards need, the slips of the last request included."""
    language = content_language()
    slips: Mapping[str, str] = request.session.pop("documents_slips", {})
    kept = request.session.pop("documents_typed", "")
    typed: Mapping[str, Mapping[str, str]] = json.loads(decrypt(kept)) if kept else {}
    own = form_of(form_id_for(draft))
    shown: list[dict[str, Any]] = [
        {
            "material": material,
            "name": material.name.of(language),
            "why": ("、" if language == "zh" else ", ").join(text.of(language) for text in material.why),
            "hint": own.text(f"{MATERIAL}{material.id}", language),
            "slip": slips.get(material.id, ""),
            "typed": typed.get(material.id, {}),
        }
        for material in cards(draft, items)
    ]
    return {"draft": draft, "cards": shown, "missing": [row for row in shown if not row["material"].there]}


@guardian_page
@require_http_methods(["GET", "POST"])
def page(request: GuardianRequest, draft_id: UUID) -> HttpResponse:
    """The materials that are asked for. Going on without one is possible: it may be brought or added later."""
    draft = own_draft(request.guardian, draft_id)
    if request.method == "POST":
        if keep(request, draft):
            return redirect("enrollment:documents", draft_id)
        return redirect("enrollment:check", draft_id)
    context = documents_context(request, draft, _named(draft))
    if not context["cards"]:
        return redirect("enrollment:check", draft_id)
    return render(request, "enrollment/documents/documents.html", {**context, "back": request.path})


def keep(request: GuardianRequest, draft: Draft) -> bool:
    """Store every chosen file and typed certificate; True when one was refused, with its words kept for the page."""
    slips: dict[str, str] = {}
    typed: dict[str, dict[str, str]] = {}
    mine: dict[str, Any] = {"guardian": request.guardian, "draft_id": draft.public_id}
    for name in request.FILES:
        kind = name.partition(":")[2]
        for sent in request.FILES.getlist(name):
            _try(slips, kind, partial(file_add, request.guardian, OfDraft(draft.public_id, kind), sent))
    for name in request.POST:
        kind = name.removeprefix("number:")
        said: dict[str, Any] = {part: request.POST.get(f"{part}:{kind}", "") for part in CERTIFICATE}
        if kind != name and any(said.values()):
            _try(slips, kind, partial(certificate_add, **mine, kind=kind, **said))
            if kind in slips:
                typed[kind] = said
    if slips:
        request.session["documents_slips"] = slips
        request.session["documents_typed"] = encrypt(json.dumps(typed))
    return bool(slips)


def file_add(guardian: Account, place: Place, sent: "UploadedFile[bytes]") -> Document:
    """Keep one file as a form sends it. Raises NotAllowed, UnfitFile, Refused."""
    return document_add(guardian=guardian, place=place, filename=sent.name or "", received=sent.read())


def _try(slips: dict[str, str], kind: str, act: Callable[[], Document]) -> None:
    try:
        act()
    except Refused as refused:
        slips[kind] = refused.message


@guardian_page
@require_GET
def card(request: GuardianRequest, draft_id: UUID, kind: str) -> HttpResponse:
    """One card alone, for the script that has uploaded a page."""
    draft = own_draft(request.guardian, draft_id)
    context = documents_context(request, draft, _named(draft))
    found = next((row for row in context["cards"] if row["material"].id == kind), None)
    if found is None:
        raise Http404
    return render(request, "enrollment/documents/_card.html", {**context, "row": found})


def _viewed(request: HttpRequest, document_id: UUID, how: str) -> Document:
    """The document, if this person may see it; every view is recorded. Raises Http404."""
    user = request.user
    acting: Acting | None = getattr(request, "acting", None)
    allowed = isinstance(user, Account) and (user.kind == Account.Kind.GUARDIAN or is_verified_staff(request))
    if not allowed or not isinstance(user, Account):
        raise Http404
    with hiding():
        document = document_for(user if acting is None else acting.guardian, document_id)
    record(
        actor=user,
        action=f"document.{how}",
        object_type="document",
        object_id=document.public_id,
        district=document.about.district_code if document.about else "",
    )
    return document


@require_GET
def look(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """A page large, to be turned and zoomed; a PDF page by page. Works without scripts."""
    document = _viewed(request, document_id, "open")
    turned = _number(request, "turn", document.rotation)
    zoom = min(max(_number(request, "zoom", 100), 50), 400)
    at = min(max(_number(request, "page", 1), 1), document.pages)
    context = {
        "document": document,
        "turn": turned % 360,
        "left": (turned + 270) % 360,
        "right": (turned + 90) % 360,
        "zoom": zoom,
        "larger": min(zoom + 50, 400),
        "smaller": max(zoom - 50, 50),
        "at": at,
        "numbers": range(1, document.pages + 1),
    }
    return render(request, "enrollment/documents/look.html", context)


def _number(request: HttpRequest, name: str, otherwise: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else otherwise


def turned(body: bytes, degrees: int, longest: int = 0) -> bytes:
    """A stored picture as a JPEG, turned clockwise; made small only if a longest side is named."""
    from PIL import Image

    with Image.open(BytesIO(body), formats=("JPEG", "PNG")) as image:
        if longest:
            image.draft("RGB", (longest, longest))
        shown = image.convert("RGB")
    if longest:
        shown.thumbnail((longest, longest))
    out = BytesIO()
    shown.rotate(-degrees, expand=True).save(out, "JPEG", quality=85)
    return out.getvalue()


def _picture(document: Document, number: int) -> bytes:
    """A page as a picture. Raises Http404 when it has none: a certificate, or a page that cannot be drawn; Busy."""
    found = page_picture(document, number)
    if found is None:
        raise Http404
    return found


def answer_file(body: bytes, kind: str, name: str, *, attached: bool) -> HttpResponse:
    """A family's document for one person: kept by no cache, and nothing in it is run."""
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'{"attachment" if attached else "inline"}; filename="{name}"'
    response["Content-Security-Policy"] = FILE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _unless_busy(view: Callable[[HttpRequest, UUID], HttpResponse]) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """A page that must be drawn first, while too many are being drawn, is asked for again."""

    @wraps(view)
    def shown(request: HttpRequest, document_id: UUID) -> HttpResponse:
        try:
            return view(request, document_id)
        except Busy as busy:
            return HttpResponse(busy.message, status=503, headers={"Retry-After": "10"}, content_type="text/plain")

    return shown


@require_GET
@_unless_busy
def file(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The page itself: a picture, or the PDF to keep with ?original=1."""
    document = _viewed(request, document_id, "file")
    if request.GET.get("original"):
        ending = "jpg" if document.is_picture else "pdf"
        return answer_file(
            document_content(document), document.content_type, f"{document.public_id}.{ending}", attached=True
        )
    degrees = _number(request, "turn", document.rotation) % 360
    at = min(max(_number(request, "page", 1), 1), document.pages)
    body = _picture(document, at)
    if degrees:
        body = turned(body, degrees // 90 * 90)
    return answer_file(body, "image/jpeg", "page.jpg", attached=False)


@require_GET
@_unless_busy
def small(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """A thumbnail, as the page is turned."""
    document = _viewed(request, document_id, "small")
    body = turned(_picture(document, 1), document.rotation, SMALL)
    return answer_file(body, "image/jpeg", "small.jpg", attached=False)
