"""The agencies in the staff site: how they answer, and the switch of each."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.admin_base import ScopedAdmin, viewer
from accounts.staff_site import staff_site
from foundation.errors import Refusal, Refused
from verification import item_services
from verification.catalogue import by_owner
from verification.happenings import ASK_AGAIN, AskAgain
from verification.item_selectors import catalogues, divisions_of
from verification.models import AgencySwitch
from verification.selectors import agency_report


def day_of(text: str) -> date:
    """A day that was picked. Raises Refused."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(_("Please give a day."), code="day", field="day") from None


@admin.register(AgencySwitch, site=staff_site)
class AgencyAdmin(ScopedAdmin):
    """One page: how each agency answers, the catalogue of data items, and their switches."""

    ability = Ability.AGENCY_SWITCH

    def changelist_view(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        tried = None
        if request.method == "POST":
            if not request.POST.get("try"):
                return self._switch(request)
            try:
                tried = item_services.item_try(
                    actor=viewer(request),
                    division=request.POST.get("division", ""),
                    agency=request.POST.get("agency", ""),
                )
            except Refusal as refused:
                messages.error(request, refused.message)
        context = {
            **self.admin_site.each_context(request),
            **(extra_context or {}),
            "title": _("Agencies"),
            "opts": self.opts,
            "tried": tried,
            "owners": by_owner(agency_report()),
            "divisions": catalogues(request.user),
        }
        return TemplateResponse(request, "verification/agencies.html", context)

    def _switch(self, request: HttpRequest) -> HttpResponse:
        agency, actor = request.POST.get("agency", ""), viewer(request)
        mine = divisions_of(actor)
        division = request.POST.get("division", mine[0] if len(mine) == 1 else "")
        note = request.POST.get("note", "").strip()
        try:
            if request.POST.get("day"):
                day = day_of(request.POST["day"])
                ASK_AGAIN.happen(AskAgain(actor, agency, day, division))
                messages.success(request, _("The cases of that day are asked again."))
            elif request.POST.get("drop"):
                item_services.switch_drop(actor=actor, division=division, agency=agency)
            elif (
                item_services.item_switch(
                    actor=actor, division=division, agency=agency, enabled=request.POST.get("enabled") == "1", note=note
                )
                == item_services.ASKED
            ):
                messages.info(request, _("Asked for. It is switched off when a second person agrees."))
        except Refusal as refused:
            messages.error(request, refused.message)
        return redirect("admin:verification_agencyswitch_changelist")
