"""Siblings in an admission run: the run is repeated until no group is split.

A group is split when a member is refused by a school it lists above its place while a sibling is seated there, also
when an earlier pass withdrew that member's choice: siblings who stand apart (each with a list of its own under first
choice first) may be on both sides of where another group closed the school.

expand  every member refused there makes one extra seat at that school. More seats never hurt anybody, so nobody is
        worse off than before. Each pass adds a seat to a school that still refuses an applicant, so it ends.
skip    the whole group withdraws from that school and the next applicants move up. Each pass withdraws an application.
stop    the school admits nobody from that group's first member downwards; seats stay empty. Ends for the same reason.
split   siblings may be parted; one pass.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from lottery.engine.allocation.mechanisms import NOBODY, Market
from lottery.engine.drawing.draw import SiblingRule

Engine = Callable[[Market], list[int]]
Groups = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Settled:
    """The entry each pupil holds, extra seats by school, entries withdrawn by the sibling rule, passes needed."""

    held: list[int]
    extra_seats: list[int]
    withdrawn: frozenset[int]
    passes: int


def _wanted(market: Market, listed: Sequence[int], pupil: int, held: Sequence[int], reached: set[int]) -> int:
    """The pupil's first entry above its place at a school where a sibling is seated, or NOBODY."""
    entry, place = market.starts[pupil], held[pupil]
    while entry != place and listed[entry] != market.nowhere:
        if listed[entry] in reached:
            return entry
        entry += 1
    return NOBODY


def _splits(
    market: Market, listed: Sequence[int], groups: Groups, held: Sequence[int]
) -> Iterator[tuple[Sequence[int], int]]:
    """(group, school a member was refused at) for every member parted from a sibling; `listed` before withdrawals."""
    for group in groups:
        reached = {market.schools[held[pupil]] for pupil in group if held[pupil] != NOBODY}
        for pupil in group:
            entry = _wanted(market, listed, pupil, held, reached)
            if entry != NOBODY:
                yield group, listed[entry]


def _entry_at(market: Market, pupil: int, school: int) -> int:
    entry = market.starts[pupil]
    while market.schools[entry] != market.nowhere:
        if market.schools[entry] == school:
            return entry
        entry += 1
    return NOBODY


def _expand(market: Market, listed: Sequence[int], groups: Groups, held: Sequence[int]) -> Market | None:
    seats = list(market.seats)
    for _, school in _splits(market, listed, groups, held):
        seats[school] += 1
    return replace(market, seats=seats) if seats != list(market.seats) else None


def _without(market: Market, entries: set[int]) -> Market | None:
    if not entries:
        return None
    schools = array("q", market.schools)
    for entry in entries:
        schools[entry] = market.nowhere + 1
    return replace(market, schools=schools)


def _group_entries(market: Market, group: Sequence[int], school: int) -> set[int]:
    return {_entry_at(market, pupil, school) for pupil in group} - {NOBODY}


def _skip(market: Market, listed: Sequence[int], groups: Groups, held: Sequence[int]) -> Market | None:
    leaving: set[int] = set()
    for group, school in _splits(market, listed, groups, held):
        leaving |= _group_entries(market, group, school)
    return _without(market, leaving)


def _stop(market: Market, listed: Sequence[int], groups: Groups, held: Sequence[int]) -> Market | None:
    limits: dict[int, int] = {}
    for group, school in _splits(market, listed, groups, held):
        best = max(market.bids[at] for at in _group_entries(market, group, school))
        limits[school] = max(best, limits.get(school, best))
    leaving = {
        entry
        for entry, school in enumerate(market.schools)
        if school in limits and market.bids[entry] <= limits[school]
    }
    return _without(market, leaving)


_REPAIRS = {SiblingRule.EXPAND: _expand, SiblingRule.SKIP: _skip, SiblingRule.STOP: _stop}


def settle(market: Market, groups: Groups, rule: SiblingRule, engine: Engine) -> Settled:
    """Run the engine until the sibling rule holds. `groups` are pupil numbers."""
    repair = _REPAIRS.get(rule)
    current, held, passes = market, engine(market), 1
    while repair and groups and (repaired := repair(current, market.schools, groups, held)):
        current, held, passes = repaired, engine(repaired), passes + 1
    extra = [now - planned for now, planned in zip(current.seats, market.seats, strict=True)]
    gone = (
        frozenset(entry for entry, school in enumerate(current.schools) if school > market.nowhere)
        if current.schools is not market.schools
        else frozenset()
    )
    return Settled(held, extra, gone, passes)
