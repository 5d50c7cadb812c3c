from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.admin_base import ScopedAdmin, viewer
from accounts.staff_site import staff_site
from foundation.errors import Refused
from verification import services
from verification.models import AgencySwitch
from verification.selectors import agency_report


@admin.register(AgencySwitch, site=staff_site)
class AgencyAdmin(ScopedAdmin):
    """One page: how each agency answers, and its switch."""

    ability = "agency.switch"

    def changelist_view(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._switch(request)
        context = {
            **self.admin_site.each_context(request),
            **(extra_context or {}),
            "title": _("Agencies"),
            "opts": self.opts,
            "agencies": agency_report(),
        }
        return TemplateResponse(request, "staff/agencies.html", context)

    def _switch(self, request: HttpRequest) -> HttpResponse:
        agency, enabled = request.POST.get("agency", ""), request.POST.get("enabled") == "1"
        try:
            services.agency_switch(
                actor=viewer(request), agency=agency, enabled=enabled, note=request.POST.get("note", "").strip()[:200]
            )
        except Refused as refused:
            messages.error(request, refused.message)
        return redirect("admin:verification_agencyswitch_changelist")
