"""The first page: what is open now, the one thing to do, and the ways to everything else."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enrollment.public.page_views import counted
from enrollment.public.schools.finder_views import address_field
from enrollment.public.schools.selectors import seasons
from enrollment.public.selectors import FrontRound, front
from enrollment.seasons.days.deadlines import Deadline, deadline
from enrollment.seasons.models import Round
from enrollment.seasons.states import RoundState
from foundation import clock


@dataclass(frozen=True, slots=True)
class Card:
    """A round as the page shows it: the countdown while it is open, the days until it opens before."""

    round: Round
    standing: str
    deadline: Deadline | None
    days: int

    @classmethod
    def of(cls, one: FrontRound) -> "Card":
        left = deadline(one.round) if one.standing == RoundState.OPEN else None
        return cls(one.round, one.standing, left, max(0, clock.days_until(one.round.opens_at)))


@require_safe
@counted("landing")
def landing(request: HttpRequest) -> HttpResponse:
    """The open page."""
    found = front()
    context = {
        "front": found,
        "cards": [Card.of(one) for one in found.rounds],
        "field": address_field(),
        "seasons": seasons(),
    }
    return render(request, "enrollment/public/landing.html", context)
