"""Children whom the run gave no place and nobody has placed since, and until when the bureau finds them a school."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from enrollment.filing.submission.standing import place_due
from enrollment.outcome.services.reminders import ABILITY
from enrollment.seasons.days.calendar import rules_of
from enrollment.seasons.models import Application, ApplicationState, Offer, Season
from foundation import clock
from foundation.errors import NotAllowed

SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Missing:
    """A child without a place; ``by`` is what its family reads, None where the season promises no day."""

    application: Application
    by: datetime | None

    @property
    def overdue(self) -> bool:
        return self.by is not None and clock.deadline_passed(self.by)


@dataclass(frozen=True, slots=True)
class MissingPage:
    """The first of the list, what is due first on top; ``count`` are all of them."""

    children: tuple[Missing, ...]
    count: int

    @property
    def overdue(self) -> int:
        return sum(one.overdue for one in self.children)


def _waiting(official: Account) -> QuerySet[Application]:
    mine = scope(official).rows(Application.objects.all(), ABILITY, district="district_code", school="")
    return mine.filter(state=ApplicationState.WAITING, rehearsal=False)


def _told() -> Subquery:
    """When a child was told that it has no place."""
    return Subquery(Offer.objects.filter(application=OuterRef("pk")).order_by("-pk").values("published_at")[:1])


def without_place_counted(official: Account) -> tuple[int, bool]:
    """How many children in somebody's care have no place, and whether one is overdue; reads no child."""
    rows = _waiting(official).annotate(published_at=_told()).order_by().values_list("round__season")
    counted = list(rows.annotate(many=Count("pk"), oldest=Min("published_at")))
    seasons = Season.objects.in_bulk([season for season, _many, _oldest in counted])
    due = [place_due(oldest, rules_of(seasons[season])) for season, _many, oldest in counted]
    late = any(by is not None and clock.deadline_passed(by) for by in due)
    return sum(many for _season, many, _oldest in counted), late


def without_place(official: Account) -> MissingPage:
    """The children in somebody's care without a place. Raises NotAllowed."""
    if not scope(official).any(ABILITY):
        raise NotAllowed(_("You may not do this here."))
    rows = _waiting(official).annotate(published_at=_told())
    # who has waited longest is due first: all of a season wait the same number of working days
    shown = list(rows.select_related("child", "round__season__district").order_by("published_at", "pk")[:SHOWN])
    rules = {season: rules_of(season) for season in {one.round.season for one in shown}}
    found = [Missing(one, place_due(one.published_at, rules[one.round.season])) for one in shown]
    found.sort(key=lambda one: (one.by is None, one.by or clock.now()))
    return MissingPage(tuple(found), rows.count())
