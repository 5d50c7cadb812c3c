"""What the first page says: how the season stands now, round by round."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from enrollment.seasons.models import Round
from enrollment.seasons.selectors import round_standing
from enrollment.seasons.states import RoundState
from schools.models import Stage

UNDER_WAY: Final = "under_way"
# the order of the rounds, and the word for the whole page: a result that is out comes before a later round's opening
MOODS: Final = (RoundState.OPEN, RoundState.PAUSED, RoundState.PUBLISHED, UNDER_WAY, RoundState.PLANNED)


NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class FrontRound:
    """A round with how it stands: one of MOODS."""

    round: Round
    standing: str


@dataclass(frozen=True, slots=True)
class Front:
    """The rounds of every district's newest season, and the one word that decides what the page offers."""

    mood: str
    rounds: tuple[FrontRound, ...]
    results: bool  # some result is published

    @property
    def first(self) -> FrontRound | None:
        return self.rounds[0] if self.rounds else None


def front() -> Front:
    """How things stand for families now; rehearsals and past years are not theirs."""
    rows = Round.objects.filter(season__rehearsal=False).select_related("season__district").defer("policy__text")
    rounds = sorted((FrontRound(row, _standing(row)) for row in _newest(rows)), key=_order)
    found = {one.standing for one in rounds}
    mood = next((mood for mood in MOODS if mood in found), NOTHING)
    return Front(mood, tuple(rounds), RoundState.PUBLISHED in found)


def _newest(rows: Iterable[Round]) -> list[Round]:
    found = list(rows)
    newest: dict[str, int] = {}
    for row in found:
        newest[row.season.district_id] = max(row.season.year, newest.get(row.season.district_id, 0))
    return [row for row in found if row.season.year == newest[row.season.district_id]]


def _standing(round_: Round) -> str:
    if round_.state == RoundState.PUBLISHED:
        return RoundState.PUBLISHED
    now = round_standing(round_)
    return UNDER_WAY if now == RoundState.CLOSED else now


def _order(one: FrontRound) -> tuple[int, object, int]:
    moment = one.round.opens_at if one.standing == RoundState.PLANNED else one.round.closes_at
    return MOODS.index(one.standing), moment, Stage.values.index(one.round.stage)
