"""The pages on which an official sets what a round's form asks and says."""

from collections.abc import Callable
from functools import partial
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.pages import StaffRequest, staff_page, tried
from enrollment.own_form import pages, services
from enrollment.own_form.selectors import (
    FormGround,
    changes,
    concerned,
    form_ground,
    materials_of,
    preview_pages,
    rounds_of,
)
from enrollment.own_form.services import Place
from enrollment.seasons.rules.forms import CHANGEABLE
from enrollment.seasons.rules.own_form import INTRO, MATERIAL, MOST_QUESTIONS, THANKS, Content, OwnForm
from foundation.errors import Refusal, Refused
from foundation.wording import content_language


@staff_page
@require_safe
def front(request: StaffRequest, district: str, year: int) -> HttpResponse:
    """The rounds of a season, each with its form."""
    place, rounds = rounds_of(request.account, district, year)
    return render(request, "enrollment/own_form/front.html", {"place": place, "year": year, "rounds": rounds})


@staff_page
@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, district: str, year: int, stage: str, kind: str) -> HttpResponse:
    """Questions and texts of one round; what is saved is a draft."""
    at = (district, year, stage, kind)
    found = form_ground(request.account, *at)
    if request.method == "GET":
        return _edit(request, found, found.body)
    pressed, content = request.POST.get("go", ""), pages.posted(request.POST, found.round)
    if pressed == "add" or pressed.startswith("remove-"):
        return _edit(request, found, _edited(content, pressed), version=request.POST.get("version", ""))
    token = request.POST.get("version", "")
    try:
        services.form_draft_save(official=request.account, at=at, content=content, token=token)
    except Refused as refused:
        return _edit(request, found, content, refused, version=token)
    if pressed == "preview":
        return redirect("enrollment:season-form-preview", *at)
    if pressed == "change":
        return redirect("enrollment:season-form-change", *at)
    messages.success(request, _("The draft is saved. Families do not see it yet."), extra_tags="good")
    return redirect("enrollment:season-form", *at)


def _edited(content: Content, pressed: str) -> Content:
    """The page with a question more or less; nothing is saved by it."""
    rows = list(content["extra"])
    if pressed == "add" and len(rows) < MOST_QUESTIONS:
        rows.append(pages.new_question())
    number = pressed.removeprefix("remove-")
    if number.isdecimal() and int(number) < len(rows):
        del rows[int(number)]
    return {**content, "extra": rows}


def _edit(
    request: StaffRequest, found: FormGround, content: Content, refused: Refusal | None = None, version: str = ""
) -> HttpResponse:
    context = {
        "ground": found,
        "form": pages.form_form(found.round, content, refused.fields if refused else {}),
        "refused": refused.message if refused else "",
        "old": bool(refused and refused.code == "changed"),
        "version": version or found.token,
        "fixed": found.round.state not in CHANGEABLE,
        "full": len(content["extra"]) >= MOST_QUESTIONS,
        **pages.choices(),
    }
    return render(request, "enrollment/own_form/edit.html", context, status=422 if refused else 200)


@staff_page
@require_safe
def preview(request: StaffRequest, district: str, year: int, stage: str, kind: str) -> HttpResponse:
    """The form as a family will see it, to look at only."""
    found = form_ground(request.account, district, year, stage, kind)
    own, language = OwnForm.of(found.body), content_language()
    hints = [(name, own.text(f"{MATERIAL}{key}", language)) for key, name in materials_of(found.round).items()]
    context = {
        "ground": found,
        "pages": preview_pages(found),
        "introduction": own.text(INTRO, language),
        "thanks": own.text(THANKS, language),
        "hints": [one for one in hints if one[1]],
    }
    return render(request, "enrollment/own_form/preview.html", context)


@staff_page
@require_safe
def change(request: StaffRequest, district: str, year: int, stage: str, kind: str) -> HttpResponse:
    """What the draft changes, for whom, and who puts it into force."""
    return _change(request, form_ground(request.account, district, year, stage, kind))


def _change(request: StaffRequest, found: FormGround, refused: Refusal | None = None, action: str = "") -> HttpResponse:
    context = {
        "ground": found,
        "changes": changes(found),
        "concerned": concerned(found.round),
        "own": found.more and found.draft is not None and found.draft.asked_by_id == request.account.pk,
        "refused": refused.message if refused else "",
        "failed": action if refused else "",
        "reason": request.POST.get("reason", "") or (found.draft.reason if found.draft else ""),
    }
    return render(request, "enrollment/own_form/change.html", context, status=422 if refused else 200)


Act = Callable[[StaffRequest, Place, str], object]
ACTIONS: Final[dict[str, Act]] = {
    "ask": lambda request, at, token: services.form_draft_ask(
        official=request.account, at=at, token=token, reason=request.POST.get("reason", "")
    ),
    "back": lambda request, at, token: services.form_draft_back(official=request.account, at=at, token=token),
    "drop": lambda request, at, token: services.form_draft_drop(official=request.account, at=at, token=token),
    "take": lambda request, at, token: services.form_draft_take(
        official=request.account, at=at, token=token, password=request.POST.get("token", "")
    ),
}


@staff_page
@require_POST
def decide(request: StaffRequest, district: str, year: int, stage: str, kind: str, action: str) -> HttpResponse:
    """One step of a draft; a refusal comes back on the same page."""
    at = (district, year, stage, kind)
    found = form_ground(request.account, *at)
    if action not in ACTIONS:
        raise Http404
    done = {
        "ask": _("It can now be put into force."),
        "back": _("The draft can be changed again."),
        "drop": _("The draft is dropped. What stands has not changed."),
        "take": _("In force. Who applies from now on is asked this form."),
    }
    step = partial(ACTIONS[action], request, at, request.POST.get("version", ""))
    if refused := tried(request, step, done[action]):
        return _change(request, found, refused, action)
    where = "enrollment:season-forms" if action in {"take", "drop"} else "enrollment:season-form-change"
    return redirect(where, *(at[:2] if action in {"take", "drop"} else at))
