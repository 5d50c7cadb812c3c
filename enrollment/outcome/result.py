"""The moment of the result: the school, the child's rank there, or what happens next where there is no place yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.filing.submission.standing import placed_by
from enrollment.seasons.days.calendar import check_in_days
from enrollment.seasons.models import Application, ApplicationState, Round
from enrollment.seasons.states import RoundState
from foundation import clock
from schools.badges import badge_of
from schools.models import School, SchoolBadge

SHOWN_STATES: Final = frozenset(
    {
        ApplicationState.OFFERED,
        ApplicationState.ACCEPTED,
        ApplicationState.ENROLLED,
        ApplicationState.WAITING,
    }
)
BAR: Final = 1000  # the length of the drawn bar


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a child stands in a school's published order: its place, the last one placed, seats and applicants."""

    place: int
    last: int
    seats: int
    applied: int

    @property
    def placed_to(self) -> int:
        """How far the bar is filled: to the last one placed."""
        return BAR * self.last // max(self.applied, self.last)

    @property
    def own_at(self) -> int:
        """Where the child's own mark stands on the bar."""
        return BAR * self.place // max(self.applied, self.last)


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next for a child without a place: who does what, from which day to which; None: no day is fixed."""

    who: str
    what: str
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Result:
    """What the top of an application's page shows once its round is published."""

    school: School | None
    rank: Rank | None
    steps: tuple[Step, ...]
    badge: SchoolBadge | None = None


def result_of(application: Application, explained: Mapping[str, Any] | None) -> Result | None:
    """The result of an application that has one to show; None before publication and after the end."""
    offer = application.offer if application.state in SHOWN_STATES else None
    if offer is None:
        return None
    if application.state == ApplicationState.WAITING:
        return Result(None, None, waiting_steps(application))
    badge = badge_of(offer.school_id) if offer.school_id else None
    return Result(offer.school, rank_of(explained, offer.school_id), (), badge)


def rank_of(explained: Mapping[str, Any] | None, school: str | None) -> Rank | None:
    """The child's rank at the school that placed it by choice; None where no rank decided."""
    for line in (explained or {}).get("choices", ()):
        if line["outcome"] == "placed" and line["school"] == school and line["own"] and line["last"]:
            return Rank(line["own"]["position"], line["last"]["position"], line["seats"], line["applied"])
    return None


def waiting_steps(application: Application) -> tuple[Step, ...]:
    """Who does what for a child without a place, and when, soonest first; what is over is not named."""
    today, round_ = clock.today(), application.round
    bureau, family, school = _("The bureau"), _("You, if you like"), _("The school")
    by = placed_by(application)
    day = clock.day_of(by) if by else None
    steps = [Step(bureau, _("arranges a school nearby and tells you which"), day, day)]
    more = Round.objects.filter(season=round_.season, stage=round_.stage, kind=Round.Kind.SUPPLEMENTARY)
    steps += [
        Step(
            family,
            _("apply in the supplementary round and choose a school"),
            clock.day_of(one.opens_at),
            clock.day_of(one.closes_at),
        )
        for one in more.exclude(pk=round_.pk).filter(state__in=(RoundState.PLANNED, RoundState.OPEN))
    ]
    steps += [Step(school, _("check-in"), first, last) for first, last in check_in_days(round_.season)]
    to_come = (one for one in steps if one.last is None or one.last >= today)
    return tuple(sorted(to_come, key=lambda one: (one.last or today, one.first or today)))


def own_results(guardian: Account) -> list[Application]:
    """The applications of a family that have a result to show, newest first."""
    rows = Application.objects.filter(guardian=guardian, state__in=SHOWN_STATES, offer__isnull=False)
    return list(rows.select_related("child", "round").distinct().order_by("-submitted_at"))
