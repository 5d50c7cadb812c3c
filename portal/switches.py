"""The page on which an official opens and closes doors of the portal in a county."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.pages import StaffRequest, staff_page
from foundation.errors import Refused
from schools.switches import DOORS, Wish, doors, switch_set, switcher

TYPED = ("door", "since", "until", "reason")


@staff_page
@require_http_methods(["GET", "POST"])
def switches(request: StaffRequest, district: str) -> HttpResponse:
    """Every door with its state and history, and the one form that switches."""
    name = switcher(request.account, district)
    if request.method == "GET":
        return _page(request, district, name)
    typed = {one: request.POST.get(one, "").replace("\0", "") for one in TYPED}
    wish = Wish(on=request.POST.get("on") == "yes", **typed)
    try:
        made = switch_set(
            official=request.account, district=district, wish=wish, password=request.POST.get("token", "")
        )
    except Refused as refused:
        return _page(request, district, name, refused)
    words = _("%(door)s: open from %(day)s.") if made.on else _("%(door)s: closed from %(day)s.")
    said = words % {"door": DOORS[made.door].title, "day": made.since.isoformat()}
    messages.success(request, said, extra_tags="good")
    return redirect("switches", district)


def _page(request: StaffRequest, district: str, name: str, refused: Refused | None = None) -> HttpResponse:
    context = {
        "name": name,
        "doors": doors(district),
        "typed": {one: request.POST.get(one, "") or request.GET.get(one, "") for one in (*TYPED, "on")},
        "refused": refused.message if refused else "",
        "failed": refused.field if refused else "",
    }
    return render(request, "portal/switches.html", context, status=422 if refused else 200)
