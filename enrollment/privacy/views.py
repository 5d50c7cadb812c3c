"""A person's own data: a copy, deletion, and the answers given so far. Both ask for a fresh code first."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import GuardianRequest, guardian_page, tell_refusal
from enrollment.account import asking
from enrollment.forms.fields import FormField
from enrollment.privacy.models import DataRequest
from enrollment.privacy.services import copy_make, deletion_make, kept, masked_own_phone, step_up
from foundation import clock
from foundation.errors import Refusal, Refused


@guardian_page
@require_GET
def my_data(request: GuardianRequest) -> HttpResponse:
    """What can be asked for, and what was answered."""
    return _page(request)


def _page(request: GuardianRequest, refused: Refusal | None = None, wanted: str = "") -> HttpResponse:
    def field(action: str) -> FormField:
        return FormField(
            f"code_{action}",
            _("Code from the message"),
            help=_("Six digits, sent to %(phone)s.") % {"phone": masked_own_phone(request.guardian)},
            error=refused.message if refused and wanted == action else "",
            mode="numeric",
            css="code",
            autocomplete="one-time-code",
        )

    context = {
        "requests": DataRequest.objects.filter(account=request.guardian).order_by("-pk"),
        "sent": bool(request.session.get("data_code")),
        "phone": masked_own_phone(request.guardian),
        "copy_field": field("copy"),
        "delete_field": field("delete"),
        "kept": kept(request.guardian),
        "wanted": wanted,
    }
    response = render(request, "enrollment/privacy/my_data.html", context, status=422 if refused else 200)
    response["Cache-Control"] = "no-store"
    return response


@guardian_page
@require_POST
def code_send(request: GuardianRequest) -> HttpResponse:
    """A fresh code to the person's own number."""
    try:
        asking.code_send(request, request.guardian.phone or "")
    except Refusal as refused:
        if refused.code not in asking.ON_ITS_WAY:
            tell_refusal(request, refused)
            return redirect("enrollment:my-data")
        messages.error(request, refused.message, extra_tags="warn")  # a code is on its way already
    request.session["data_code"] = True
    return redirect("enrollment:my-data")


@guardian_page
@require_POST
def copy(request: GuardianRequest) -> HttpResponse:
    """The zip, after a right code."""
    try:
        step_up(guardian=request.guardian, code=request.POST.get("code_copy", ""))
    except Refused as refused:
        return _page(request, refused, "copy")
    request.session.pop("data_code", None)
    try:
        body = copy_make(guardian=request.guardian)
    except Refusal as refused:  # a letter that does not come out as it was issued: a person must look at it
        tell_refusal(request, refused)
        return redirect("enrollment:my-data")
    response = HttpResponse(body, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="my-data-{clock.today().isoformat()}.zip"'
    response["Cache-Control"] = "no-store"
    return response


@guardian_page
@require_POST
def delete(request: GuardianRequest) -> HttpResponse:
    """Deletion of what can be deleted, after a right code; the answer stands on the page."""
    try:
        step_up(guardian=request.guardian, code=request.POST.get("code_delete", ""))
    except Refused as refused:
        return _page(request, refused, "delete")
    request.session.pop("data_code", None)
    deletion_make(guardian=request.guardian)
    messages.success(request, _("Done. The answer stands below."), extra_tags="good")
    return redirect("enrollment:my-data")
