"""An official protects a guardian's address by order of a court or authority."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.pages import StaffRequest, staff_page
from enrollment.forms.fields import FormField
from enrollment.guardians.selectors import protection_case
from enrollment.guardians.services.agreements import protection_order
from foundation.errors import Refused


@staff_page
@require_http_methods(["GET", "POST"])
def order(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Set or end the protection; the file number of the order is kept."""
    application, since = protection_case(request.account, application_id)
    typed, error = request.POST.get("reference", ""), ""
    if request.method == "POST":
        on = request.POST.get("on") != "no"
        try:
            protection_order(official=request.account, application_id=application_id, reference=typed, on=on)
        except Refused as refused:
            error = refused.message
        else:
            text = _("The address of this guardian is protected now.") if on else _("The protection has ended.")
            messages.success(request, text, extra_tags="good")
            return redirect("enrollment:protection-order", application_id)
    field = FormField("reference", _("File number of the order"), typed, "", error)
    context = {"application": application, "since": since, "field": field}
    return render(request, "enrollment/guardians/protection.html", context, status=422 if error else 200)
