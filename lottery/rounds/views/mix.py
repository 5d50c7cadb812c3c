"""The page that says who applies, and where children outnumber the seats."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.pages import StaffRequest, staff_page
from foundation.wording import content_language
from lottery.rounds.selectors.mix import mix_of


@staff_page
@require_safe
def mix(request: StaffRequest, round_id: int) -> HttpResponse:
    """Groups, households of here and from elsewhere, seats and children by zone and by first choice."""
    return render(request, "lottery/rounds/mix.html", {"mix": mix_of(request.account, round_id, content_language())})
