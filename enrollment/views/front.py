"""The first page: what is open now, the one thing to do, and the ways to everything else."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enrollment.models import Round
from enrollment.selectors.front import FrontRound, front
from enrollment.views.shown import Deadline, deadline
from enrollment.visits import counted
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
        opens = one.round.opens_at.astimezone(clock.SHANGHAI).date()
        left = deadline(one.round) if one.standing == "open" else None
        return cls(one.round, one.standing, left, max(0, (opens - clock.today()).days))


@require_safe
@counted("landing")
def landing(request: HttpRequest) -> HttpResponse:
    """The open page."""
    found = front()
    context = {"front": found, "cards": [Card.of(one) for one in found.rounds]}
    return render(request, "enrollment/landing.html", context)
