"""What an official sees of a simulation: per school the demand, the seats, and what the draws brought."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.seasons.models import Round
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.selectors import no_round_in_care
from enrollment.seasons.states import RoundState
from lottery.ceremony.models import Draw
from lottery.engine.admission.entries import SHARED, real
from lottery.whatif.inputs import ROUND_STATES, most_draws, simulated
from lottery.whatif.models import WhatIf
from schools.models import School

LOOKING_ABILITIES = (Ability.ROUND_RUN, Ability.SEASON_EDIT)
USUAL_DRAWS = 300
# Widths of the charts in the units of their drawing.
WIDTH = 1000
COLOURS = 6


@dataclass(frozen=True, slots=True)
class Span:
    """A mean and the values between which nine tenths of the simulated draws lie."""

    mean: float
    low: int
    high: int

    @property
    def certain(self) -> bool:
        """Whether nine tenths of the draws gave one and the same number."""
        return self.low == self.high == self.mean

    @property
    def about(self) -> str:
        """The mean as people say it: whole, unless it is small."""
        return f"{self.mean:.0f}" if self.mean >= 20 or self.mean == int(self.mean) else f"{self.mean:.1f}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle of a chart."""

    x: float
    width: float
    colour: int = 0
    label: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group of applicants at one school; `admitted` is None where there are too few to say anything."""

    name: str
    colour: int
    applied: int
    first: int
    admitted: Span | None
    percent: int | None  # chance that at least one of the group is admitted


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """One school of the run with its two charts."""

    name: str
    shared: bool
    facts: Mapping[str, Any]
    seats: str
    filled: Span
    refused: Span
    coordinated: Span
    left: Span
    last: Span | None
    full_percent: int
    left_percent: int
    groups: tuple[GroupLine, ...]
    choices: tuple[Span, ...]
    demand: tuple[Piece, ...]
    seat_mark: float
    band: Piece | None
    tick: float


@dataclass(frozen=True, slots=True)
class WhatIfPage:
    """The newest simulation of a round, and whether another one may be asked for."""

    round: Round
    newest: WhatIf | None
    done: WhatIf | None
    may_request: bool
    pupils: int
    draws: int
    least: int
    most: int
    overall: Mapping[str, Span]
    schools: tuple[SchoolLine, ...]
    groups: tuple[tuple[int, str], ...]
    unscored: tuple[str, ...]

    @property
    def working(self) -> bool:
        """Whether a simulation is being made."""
        return self.newest is not None and self.newest.state == WhatIf.State.QUEUED

    @property
    def over(self) -> bool:
        """Whether the roll is frozen: from then on nothing is simulated."""
        return self.round.state not in ROUND_STATES and self.round.state != RoundState.PLANNED

    @property
    def error_points(self) -> float:
        """By how many percentage points a shown chance may be off."""
        return round(100 * self.done.result["error"], 1) if self.done else 0

    @property
    def certain_places(self) -> bool:
        """Whether no school refuses anybody in any simulated draw: then the draw decides nothing."""
        return bool(self.schools) and not any(line.full_percent for line in self.schools)


def whatif_page(account: Account, round_id: int, language: str) -> WhatIfPage:
    """Raises NotAllowed outside the account's scope."""
    # not at the top: it stands on numpy, which costs every start 0.1 s and 15 MB
    from lottery.engine.studies.whatif import LEAST_DRAWS

    round_ = Round.objects.select_related("season__district", "policy").filter(pk=round_id).first()
    mine = scope(account)
    may = {one: round_ is not None and mine.may(one, district=round_.season.district_id) for one in LOOKING_ABILITIES}
    if round_ is None or not any(may.values()):
        raise no_round_in_care()
    rows = WhatIf.objects.filter(round=round_).order_by("-pk")
    done = rows.filter(state=WhatIf.State.DONE).first()
    before = round_.state in ROUND_STATES and not Draw.objects.filter(round=round_).exists()
    pupils = simulated(round_) if before else 0
    most = most_draws(pupils)
    result = done.result if done else {}
    colours = _colours(round_, result, language)
    overall = result.get("overall", {})
    return WhatIfPage(
        round=round_,
        newest=rows.first(),
        done=done,
        may_request=before and may[Ability.ROUND_RUN],
        pupils=pupils,
        draws=min(USUAL_DRAWS, most),
        least=LEAST_DRAWS,
        most=most,
        overall={name: Span(**span) for name, span in overall.items() if isinstance(span, dict)},
        schools=_schools(result, colours),
        groups=tuple((colour, name) for colour, name in colours.values()),
        unscored=tuple(School.objects.filter(pk__in=result.get("unscored", ())).values_list("name", flat=True)),
    )


def _colours(round_: Round, result: Mapping[str, Any], language: str) -> dict[str, tuple[int, str]]:
    """(colour, name) of every group that applies anywhere, in the policy's order; undecided children last."""
    used = {code for row in result.get("schools", {}).values() for code in row["groups"]}
    named = {group.id: group.name.of(language) for group in compiled(round_.policy).groups}
    order = [*(code for code in named if code in used), *sorted(used - named.keys())]
    return {code: (at % COLOURS, named.get(code) or _("not decided yet")) for at, code in enumerate(order)}


def _schools(result: Mapping[str, Any], colours: Mapping[str, tuple[int, str]]) -> tuple[SchoolLine, ...]:
    """Where most are refused comes first; a school without seats and applicants has nothing to tell."""
    rows = {code: row for code, row in result.get("schools", {}).items() if row["applied"] or row["seats"]}
    names = dict(School.objects.filter(pk__in={real(code) for code in rows}).values_list("code", "name"))
    widest = max((max(row["first_choice"], row["seats"]) for row in rows.values()), default=1) or 1
    order = sorted(rows, key=lambda code: (-rows[code]["refused"]["mean"], -rows[code]["overflow"], code))
    return tuple(_line(code, rows[code], names.get(str(real(code)), code), colours, widest) for code in order)


def _line(
    code: str, row: Mapping[str, Any], name: str, colours: Mapping[str, tuple[int, str]], widest: float
) -> SchoolLine:
    last = Span(**row["last"]) if row["last"] else None
    scale = WIDTH / max(1, row["applied"])
    contested = last is not None and row["full_chance"] > 0
    return SchoolLine(
        name=name,
        shared=code.endswith(SHARED),
        facts=row,
        seats=f"{row['seats']:g}",
        filled=Span(**row["filled"]),
        refused=Span(**row["refused"]),
        coordinated=Span(**row["coordinated"]),
        left=Span(**row["left"]),
        last=last if contested else None,
        full_percent=_percent(row["full_chance"]),
        left_percent=_percent(row["left_chance"]),
        groups=tuple(_groups(row, colours)),
        choices=tuple(Span(**span) for span in row["choices"]),
        demand=tuple(_demand(row, colours, WIDTH / widest)),
        seat_mark=round(row["seats"] * WIDTH / widest, 1),
        band=Piece(round((last.low - 1) * scale, 1), round(max(1, last.high - last.low + 1) * scale, 1))
        if contested and last
        else None,
        tick=round(last.mean * scale, 1) if contested and last else 0,
    )


def _percent(share: float) -> int:
    """Whole percents; what happens seldom is never shown as never, nor what happens mostly as always."""
    whole = round(100 * share)
    return max(1, whole) if 0 < share < 0.5 else min(99, whole) if 0.5 <= share < 1 else whole


def _groups(row: Mapping[str, Any], colours: Mapping[str, tuple[int, str]]) -> Iterator[GroupLine]:
    for code, (colour, name) in colours.items():
        one = row["groups"].get(code)
        if one is not None:
            admitted = Span(**one["admitted"]) if "admitted" in one else None
            percent = _percent(one["chance"]) if "chance" in one else None
            yield GroupLine(name, colour, one["applied"], one["first"], admitted, percent)


def _demand(row: Mapping[str, Any], colours: Mapping[str, tuple[int, str]], scale: float) -> Iterator[Piece]:
    """First choices stacked by group."""
    at = 0
    for code, (colour, name) in colours.items():
        first = row["groups"].get(code, {}).get("first", 0)
        if first:
            yield Piece(round(at * scale, 1), round(first * scale, 1), colour, name, first)
            at += first
