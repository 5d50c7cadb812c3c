"""The pages of lists: what is in somebody's care, who guides, and a parent's look before anything is filed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.assured import assured_person
from accounts.pages import GuardianRequest, StaffRequest, guardian_page, staff_page
from enrollment.forms.fields import FormField
from enrollment.listed.selectors import ListRow, Look, care_of, kept_with_guides, look_before
from enrollment.listed.services import GuideWords, guide_set
from foundation.errors import NotAllowed, Refusal, Refused


@staff_page
@require_safe
def lists(request: StaffRequest) -> HttpResponse:
    """The lists in the person's care: how many are on each, the newest table, who guides."""
    rows = care_of(request.account)
    if not rows:
        raise NotAllowed(_("You may not do this here."))
    return render(request, "enrollment/listed/lists.html", {"rows": rows})


@staff_page
@require_http_methods(["GET", "POST"])
def guide(request: StaffRequest, district: str, kind: str) -> HttpResponse:
    """Who guides the families of one list."""
    row = _row(request, district, kind)
    refused: Refused | None = None
    if request.method == "POST":
        words = GuideWords(**{name: request.POST.get(name, "") for name in ("office", "person", "phone", "hours")})
        try:
            guide_set(staff=request.account, district=district, kind=kind, words=words)
        except Refused as problem:
            refused = problem
        else:
            messages.success(request, _("Saved. Families of this list read it from now on."), extra_tags="good")
            return redirect("enrollment:lists")
    context = {"row": row, "fields": _fields(request, row, refused), "refused": refused.message if refused else ""}
    return render(request, "enrollment/listed/guide.html", context, status=422 if refused else 200)


def _row(request: StaffRequest, district: str, kind: str) -> ListRow:
    for one in care_of(request.account):
        if (one.place.district, one.kind.name) == (district, kind):
            return one
    raise NotAllowed(_("You may not do this here."))


def _fields(request: StaffRequest, row: ListRow, refused: Refused | None) -> list[FormField]:
    def field(name: str, label: str, *, needed: bool = True, note: str = "") -> FormField:
        typed = request.POST.get(name) if request.method == "POST" else getattr(row.guide, name, "")
        error = refused.message if refused and refused.field == name else ""
        return FormField(name, label, typed or "", note, error, required=needed)

    return [
        field("office", _("Office")),
        field("person", _("Person"), needed=False, note=_("Families read it. Leave it empty to name the office only.")),
        field("phone", _("Telephone"), note=_("With its area code.")),
        field("hours", _("When somebody answers"), needed=False),
    ]


@guardian_page
@require_http_methods(["GET", "POST"])
def look(request: GuardianRequest) -> HttpResponse:
    """On which lists the own children are; posting asks the household register whose they are."""
    assured = assured_person(request.guardian) is not None
    found: Look | None = None
    refused: Refusal | None = None
    if request.method == "POST" and assured:
        try:
            found = look_before(request.guardian)
        except Refusal as problem:
            refused = problem
    context = {"assured": assured, "found": found, "refused": refused, "guides": kept_with_guides()}
    return render(request, "enrollment/listed/look.html", context, status=422 if refused else 200)
