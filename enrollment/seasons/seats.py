"""The seats a family can still hope for: the plan, or what other rounds left to a supplementary one."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from enrollment.seasons.models import Round, Season
from enrollment.seasons.states import RoundState
from foundation import clock
from schools.selectors import seat_plan

Left = Callable[[Round], dict[str, int]]
FRESH: Final = 20.0  # seconds; counting a city's places again for every page would be the slowest part of each
_counters: list[Left] = []
_counted: dict[int, tuple[float, dict[str, int]]] = {}


def register(left: Left) -> None:
    """From now on ``left`` counts what nobody holds: the room that gives places, which this room may not import."""
    _counters[:] = [left]


def seats_offered(round_: Round) -> dict[str, int]:
    """Seats by school that a round offers. Of a supplementary one: those left now, at most 20 seconds old."""
    season = round_.season
    plan = seat_plan(season.district_id, season.year, round_.stage)
    if round_.kind != Round.Kind.SUPPLEMENTARY or not _counters:
        return plan
    at, left = _counted.get(round_.pk, (0.0, {}))
    if not left or time.monotonic() - at > FRESH:
        left = _counters[0](round_)
        _counted[round_.pk] = (time.monotonic(), left)
    return {school: left.get(school, 0) for school in plan}


@dataclass(frozen=True, slots=True)
class SeatsLeft:
    """What an open supplementary round still has: seats by school, and until when one may apply for them."""

    by_school: Mapping[str, int]
    closes_at: datetime

    @property
    def total(self) -> int:
        return sum(self.by_school.values())

    @property
    def schools(self) -> int:
        """How many schools have one."""
        return sum(1 for seats in self.by_school.values() if seats)


def seats_left_now(season: Season, stage: str) -> SeatsLeft | None:
    """The seats left while a supplementary round takes applications; None at any other time."""
    later = supplementary_open(season, stage)
    return SeatsLeft(seats_offered(later), later.closes_at) if later else None


def supplementary_open(season: Season, stage: str) -> Round | None:
    """The supplementary round of a season and stage that takes applications now."""
    rounds = Round.objects.filter(season=season, stage=stage, kind=Round.Kind.SUPPLEMENTARY, state=RoundState.OPEN)
    taking = rounds.filter(opens_at__lte=clock.now(), closes_at__gte=clock.running_minute())
    return taking.select_related("season").first()
