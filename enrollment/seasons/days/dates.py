"""Whether the dates of a season fit together, and which of them may still change (pure).

A mistake names its place as the form does ("rounds.0.closes_at"), so that it is said where it was typed. Days are
compared in Beijing time: moments come in with that zone.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Final

from enrollment.seasons.states import RoundState

MOST_DAYS: Final = 60
DRAW, CHECK_IN = "draw", "checkin"
OF_THE_YEAR: Final = ("opens_at", "closes_at", "results_at")
ANSWERS: Final = ("answer_days", "seat_days")


@dataclass(frozen=True, slots=True)
class RoundDates:
    """One round as it is planned; None where nothing is fixed yet."""

    stage: str
    kind: str
    opens_at: datetime | None
    closes_at: datetime | None
    results_at: datetime | None
    check_on: date | None = None
    answer_days: int = 7
    seat_days: int = 3

    @property
    def name(self) -> tuple[str, str]:
        return self.stage, self.kind


@dataclass(frozen=True, slots=True)
class Span:
    """One line of the calendar."""

    key: str
    starts: date | None
    ends: date | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """A contradiction: where it was typed, which one, and the moment it collides with."""

    place: str
    code: str
    against: date | datetime | int | None = None


def contradictions(
    year: int, rounds: Sequence[RoundDates], calendar: Sequence[Span], *, now: datetime, new: Collection[int] = ()
) -> tuple[Wrong, ...]:
    """All contradictions, each at its field; ``new`` are the rounds that may not begin in the past, by number."""
    found = [*_twice(rounds)]
    for number, one in enumerate(rounds):
        found += _within(f"rounds.{number}", year, one)
        if number in new:
            found += _past(f"rounds.{number}", one, now)
        found += _overlap(number, one, rounds)
    found += _lines(year, rounds, calendar)
    return tuple(found)


def _twice(rounds: Sequence[RoundDates]) -> Iterator[Wrong]:
    seen: set[tuple[str, str]] = set()
    for number, one in enumerate(rounds):
        if one.name in seen:
            yield Wrong(f"rounds.{number}.kind", "twice")
        seen.add(one.name)


def _within(place: str, year: int, one: RoundDates) -> Iterator[Wrong]:
    for name in OF_THE_YEAR:
        moment = getattr(one, name)
        if moment is not None and moment.year != year:
            yield Wrong(f"{place}.{name}", "other_year", year)
    if one.opens_at and one.closes_at and one.closes_at <= one.opens_at:
        yield Wrong(f"{place}.closes_at", "closes_first", one.opens_at)
    if one.closes_at and one.results_at and one.results_at <= one.closes_at:
        yield Wrong(f"{place}.results_at", "results_first", one.closes_at)
    if one.check_on and one.results_at and one.check_on > one.results_at.date():
        yield Wrong(f"{place}.check_on", "check_late", one.results_at)
    for name in ANSWERS:
        if not 1 <= getattr(one, name) <= MOST_DAYS:
            yield Wrong(f"{place}.{name}", "days", MOST_DAYS)


def _past(place: str, one: RoundDates, now: datetime) -> Iterator[Wrong]:
    minute = now.replace(second=0, microsecond=0)
    for name in OF_THE_YEAR:
        moment = getattr(one, name)
        if moment is not None and moment < minute:
            yield Wrong(f"{place}.{name}", "past", minute)


def _overlap(number: int, one: RoundDates, rounds: Sequence[RoundDates]) -> Iterator[Wrong]:
    """A supplementary round gives what the others left: it opens when their results are out."""
    if one.kind != "supplementary" or one.opens_at is None:
        return
    results = [
        other.results_at
        for at, other in enumerate(rounds)
        if at != number and other.stage == one.stage and other.kind != one.kind and other.results_at
    ]
    if results and one.opens_at < max(results):
        yield Wrong(f"rounds.{number}.opens_at", "overlap", max(results))


def _lines(year: int, rounds: Sequence[RoundDates], calendar: Sequence[Span]) -> Iterator[Wrong]:
    for number, line in enumerate(calendar):
        place = f"calendar.{number}"
        for name in ("starts", "ends"):
            day = getattr(line, name)
            if day is not None and day.year != year:
                yield Wrong(f"{place}.{name}", "other_year", year)
        if line.starts and line.ends and line.ends < line.starts:
            yield Wrong(f"{place}.ends", "ends_first", line.starts)
        if line.starts and line.key == DRAW:
            yield from _around_draw(place, line.starts, rounds)
        if line.starts and line.key == CHECK_IN:
            yield from _before_check_in(place, line.starts, rounds)


def _around_draw(place: str, starts: date, rounds: Sequence[RoundDates]) -> Iterator[Wrong]:
    drawn = [(number, one) for number, one in enumerate(rounds) if one.kind != "supplementary"]
    closes = [one.closes_at for _number, one in drawn if one.closes_at]
    if closes and starts <= max(closes).date():
        yield Wrong(f"{place}.starts", "draw_first", max(closes))
    for number, one in drawn:
        if one.results_at and one.results_at.date() < starts:
            yield Wrong(f"rounds.{number}.results_at", "results_before_draw", starts)


def _before_check_in(place: str, starts: date, rounds: Sequence[RoundDates]) -> Iterator[Wrong]:
    last = [one.results_at.date() + timedelta(days=one.answer_days) for one in rounds if one.results_at]
    if last and starts < max(last):
        yield Wrong(f"{place}.starts", "check_in_early", max(last))


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a round is, as far as its dates depend on it."""

    state: str
    judged: int = 0  # applications that were judged


BEGUN: Final = (RoundState.OPEN, RoundState.PAUSED, RoundState.CLOSED)
DECIDED: Final = (RoundState.FROZEN, RoundState.DRAWN, RoundState.ADMITTED)
FREE: Final[dict[str, frozenset[str]]] = {
    RoundState.PLANNED: frozenset(field.name for field in fields(RoundDates)) - {"stage", "kind"},
    **dict.fromkeys(BEGUN, frozenset({"closes_at", "results_at", "check_on", *ANSWERS})),
    **dict.fromkeys(DECIDED, frozenset({"results_at", *ANSWERS})),
    RoundState.PUBLISHED: frozenset({"seat_days"}),
}


def changed(before: RoundDates, after: RoundDates) -> tuple[str, ...]:
    """The names of the fields that differ."""
    return tuple(one.name for one in fields(RoundDates) if getattr(before, one.name) != getattr(after, one.name))


def refusals(
    number: int, before: RoundDates, after: RoundDates, standing: Standing, *, now: datetime
) -> tuple[Wrong, ...]:
    """Why a round that stands may not get these dates, at its fields; () if it may."""
    found: list[Wrong] = []
    for name in changed(before, after):
        place, moment = f"rounds.{number}.{name}", getattr(after, name)
        if name not in FREE[standing.state]:
            found.append(Wrong(place, "fixed"))
        elif name == "check_on" and standing.judged:
            found.append(Wrong(place, "judged", standing.judged))
        elif name in OF_THE_YEAR and moment is not None and moment < now.replace(second=0, microsecond=0):
            found.append(Wrong(place, "past", now))
    return tuple(found)
