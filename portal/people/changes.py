"""What is under way: the second administrator, the link, taking it back."""

from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import StaffChange
from accounts.pages import StaffRequest, staff_page
from accounts.people import selectors
from accounts.people.appointing import change_confirm, change_withdraw, link_make, terms_of
from accounts.people.ranks import confirmers
from foundation.errors import Refused
from portal.people.pages import over
from portal.people.places import Names, terms_words
from portal.people.shown import page, qr, said


def _page(request: StaffRequest, change: StaffChange, *, token: str = "", refused: str = "") -> HttpResponse:
    roles = terms_of(change)
    besides = [change.proposed_by_id, *([change.account_id] if change.account_id else [])]
    waiting = change.state == StaffChange.State.WAITING
    context = {
        "change": change,
        "roles": terms_words(roles, Names()),
        "over": over(change),
        "mine": change.proposed_by_id == request.account.pk,
        "seconds": confirmers(roles, besides=besides) if waiting else (),
    }
    if token:
        link = f"{settings.SITE_URL.rstrip('/')}{reverse('people:join', args=[token])}"
        words = _("Your way in to the enrollment portal, valid once and for seven days: %(link)s") % {"link": link}
        text = f"sms:{change.phone}?body={quote(words)}"
        context |= {"link": link, "drawn": qr(link), "text": text}
    return page(request, "change", context, refused=refused)


@staff_page
@require_GET
def change(request: StaffRequest, change_id: UUID) -> HttpResponse:
    """An invitation, a reset or a high role that is under way."""
    return _page(request, selectors.change_here(request.account, change_id))


@staff_page
@require_POST
def confirm(request: StaffRequest, change_id: UUID) -> HttpResponse:
    """The second administrator."""
    try:
        made = change_confirm(actor=request.account, change_id=change_id, token=request.POST.get("token", ""))
    except Refused as problem:
        return _page(request, selectors.change_here(request.account, change_id), refused=problem.message)
    said(request, _("Confirmed."))
    return redirect("people:change", made.public_id)


@staff_page
@require_POST
def link(request: StaffRequest, change_id: UUID) -> HttpResponse:
    """Make the link and show it, this once."""
    try:
        found, token = link_make(actor=request.account, change_id=change_id)
    except Refused as problem:
        return _page(request, selectors.change_here(request.account, change_id), refused=problem.message)
    return _page(request, found, token=token)


@staff_page
@require_POST
def withdraw(request: StaffRequest, change_id: UUID) -> HttpResponse:
    """Take it back."""
    try:
        change_withdraw(actor=request.account, change_id=change_id)
    except Refused as problem:
        return _page(request, selectors.change_here(request.account, change_id), refused=problem.message)
    said(request, _("Taken back. The link opens nothing any more."))
    return redirect("people:list")
