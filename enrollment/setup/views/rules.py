"""The rules of a district: their versions, a new one, and one version beside another in plain words."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.pages import StaffRequest, staff_page
from enrollment.seasons.lists.services import lists_kept
from enrollment.seasons.lists.words import LIST_WORDS
from enrollment.seasons.models import PolicyVersion
from enrollment.seasons.rules.policies import compiled
from enrollment.setup.models import RuleComparison
from enrollment.setup.selectors import Ground, ground
from enrollment.setup.services.rules import MOST_BYTES, lists_declare, rules_compare, rules_upload
from foundation.errors import NotAllowed, Refused
from foundation.wording import content_language
from policy import PolicyError
from policy.plain import changes, described, lines_of


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake of an uploaded text, with the line it is in."""

    line: int
    text: str
    words: str


@staff_page
@require_http_methods(["GET", "POST"])
def rules(request: StaffRequest, district: str, year: int) -> HttpResponse:
    """Every version, and the form that brings in a new one."""
    found = ground(request.account, district, year)
    if request.method == "GET":
        return _rules(request, found)
    if request.POST.get("what") == "lists":
        return _declare(request, found)
    upload = request.FILES.get("file")
    content = upload.read(MOST_BYTES + 1) if isinstance(upload, UploadedFile) else b""
    code = request.POST.get("code", "").strip()
    try:
        made = rules_upload(official=request.account, district=district, year=year, code=code, content=content)
    except PolicyError as wrong:
        return _rules(request, found, wrong=_mistakes(wrong, content.decode("utf-8-sig", "replace")))
    except Refused as refused:
        return _rules(request, found, refused=refused)
    messages.success(request, _("Stored. A round goes by it once it is chosen there."), extra_tags="good")
    return redirect("enrollment:season-rule", district, year, made.code, made.number)


def _declare(request: StaffRequest, found: Ground) -> HttpResponse:
    kinds, at = request.POST.getlist("lists"), (found.place.code, found.year)
    try:
        lists_declare(official=request.account, district=at[0], year=at[1], kinds=kinds)
    except Refused as refused:
        return _rules(request, found, refused=refused)
    messages.success(request, _("The lists are on record: rules may look at them."), extra_tags="good")
    return redirect("enrollment:season-rules", *at)


def _mistakes(wrong: PolicyError, text: str) -> list[Mistake]:
    lines, zh = text.splitlines(), content_language() == "zh"
    return [
        Mistake(
            one.line,
            lines[one.line - 1][:200] if 1 <= one.line <= len(lines) else "",
            one.message_zh if zh and one.message_zh else one.message,
        )
        for one in wrong.errors
    ]


def _rules(
    request: StaffRequest, found: Ground, refused: Refused | None = None, wrong: list[Mistake] | None = None
) -> HttpResponse:
    rows = PolicyVersion.objects.filter(district=found.place.code).defer("text").order_by("code", "-number")
    kept = lists_kept([found.place.code])[found.place.code]
    context = {
        "ground": found,
        "versions": rows.prefetch_related("rounds__season"),
        "refused": refused.message if refused else "",
        "failed": refused.field if refused else "",
        "wrong": wrong or [],
        "code": request.POST.get("code", ""),
        "lists": [(kind, LIST_WORDS[kind], kind in kept) for kind in LIST_WORDS],
    }
    return render(request, "enrollment/setup/rules.html", context, status=422 if refused or wrong else 200)


@staff_page
@require_http_methods(["GET", "POST"])
def version(request: StaffRequest, district: str, year: int, code: str, number: int) -> HttpResponse:
    """One version in plain words beside another; posting asks a worker what changes for whom."""
    found = ground(request.account, district, year)
    rows = list(PolicyVersion.objects.filter(district=district).order_by("code", "-number"))
    this = next((one for one in rows if (one.code, one.number) == (code, number)), None)
    if this is None:
        raise NotAllowed(_("There are no such rules in your care."))
    others = [one for one in rows if one != this]
    other = _other(this, others, request.GET.get("with", "") or request.POST.get("with", ""))
    if request.method == "POST" and other is not None:
        rules_compare(official=request.account, district=district, year=year, before=other.pk, after=this.pk)
        messages.success(request, _("A worker compares them now. Look again in a moment."), extra_tags="good")
        return redirect(f"{request.path}?with={other.pk}")
    plain = described(compiled(this))
    added, removed = changes(described(compiled(other)), plain) if other else ((), ())
    made = RuleComparison.objects.filter(before=other, after=this).order_by("-pk").first() if other else None
    context = {
        "ground": found,
        "version": this,
        "policy": compiled(this),
        "lines": lines_of(plain),
        "other": other,
        "others": others,
        "added": added,
        "removed": removed,
        "made": made,
    }
    return render(request, "enrollment/setup/rule.html", context)


def _other(this: PolicyVersion, others: list[PolicyVersion], asked: str) -> PolicyVersion | None:
    """The version to compare with: the one asked for, else the one before it of the same scheme."""
    chosen = next((one for one in others if str(one.pk) == asked), None)
    earlier = [one for one in others if one.code == this.code and one.number < this.number]
    return chosen or (earlier[0] if earlier else None)
