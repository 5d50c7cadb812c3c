"""The page of trust for supervisors, and the anchors for everybody."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.abilities import Ability
from accounts.pages import StaffRequest, staff_page
from accounts.scopes import scope
from audit.models import Anchor, DailyCheck, Entry, Seal
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed
from portal.trust.checks import check_day, words_of

DAYS = 30


@staff_page
@require_http_methods(["GET", "POST"])
def trust(request: StaffRequest) -> HttpResponse:
    """What the checks of the last days found; posting makes today's checks now."""
    if not scope(request.account).any(Ability.AUDIT_VIEW):
        raise NotAllowed(_("You may not do this here."))
    today = clock.today()
    if request.method == "POST":
        made = check_day(today)
        record(actor=request.account, action="trust.check", object_type="trust", object_id=today.isoformat())
        wrong = sum(one.found for one in made)
        said = _("Everything is as it should be.") if not wrong else _("Something was found; it stands below.")
        messages.success(request, said, extra_tags="warn" if wrong else "good")
        return redirect("trust")
    rows = list(DailyCheck.objects.filter(day=today)) or list(DailyCheck.objects.all()[:12])
    day = rows[0].day if rows else None
    context = {
        "checks": [(one, words_of(one.name)) for one in rows if one.day == day],
        "day": day,
        "seals": Seal.objects.count(),
        "last": Seal.objects.order_by("-pk").first(),
        "unsealed": Entry.objects.filter(seal__isnull=True).count(),
        "anchors": Anchor.objects.all()[:DAYS],
    }
    return render(request, "portal/trust/trust.html", context)


@require_GET
def anchors(request: HttpRequest) -> HttpResponse:
    """What the log ended with each day, for whoever wishes to note it."""
    return render(request, "portal/trust/anchors.html", {"anchors": Anchor.objects.all()[:366]})


@require_GET
def anchors_json(_request: HttpRequest) -> HttpResponse:
    rows = Anchor.objects.all()[:366]
    return JsonResponse(
        {"anchors": [{"day": one.day.isoformat(), "seals": one.seals, "digest": one.digest} for one in rows]}
    )
