"""Is a result right? Checked from the problem and the places alone, with none of the engine's code.

Capacities: no school seats more than its seats and published extra seats. Individual rationality: everybody is at a
listed school or nowhere. No justified envy: nobody is refused at a listed school while somebody with a later key is
seated there (under first choice first the key begins with the position of the choice: it promises that and no more).
No wasted seat: nobody is refused at a school with a seat left. Sibling rule: extra seats only under expand, and nobody
parted from a sibling against the list; withdrawals only under skip and stop, and only of whole groups.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lottery.engine.allocation.packing import Applications, Ints
from lottery.engine.allocation.problem import Choice, Key, Mechanism, Problem, Pupil, groups_by_name, positions
from lottery.engine.drawing.draw import SiblingRule

MOST_VIOLATIONS = 20
Rank = tuple[int, Key, str]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Certificate:
    """One verdict per promise, and the first places where a promise is broken."""

    capacities: bool
    individual_rationality: bool
    no_justified_envy: bool
    no_wasted_seat: bool
    sibling_rule: bool
    violations: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether every promise is kept."""
        return not self.violations


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is certified: places by pupil, extra seats by school, (pupil, school) withdrawn by the sibling rule."""

    placements: Mapping[str, str | None]
    extra_seats: Mapping[str, int]
    withdrawn: frozenset[tuple[str, str]] = frozenset()


class _Inspection:
    def __init__(self, problem: Problem, outcome: Outcome) -> None:
        self.problem, self.outcome = problem, outcome
        self.broken: dict[str, list[str]] = {name: [] for name in _PROMISES}
        self.seats = {school.id: school.seats + outcome.extra_seats.get(school.id, 0) for school in problem.schools}
        self.filled = Counter(place for place in outcome.placements.values() if place is not None)
        self.last: dict[str, Rank] = {}
        self.lines = {school.id: school.line for school in problem.schools}

    def rank(self, pupil: Pupil, position: int, choice: Choice) -> Rank:
        counted = position if self.problem.mechanism is Mechanism.SEQUENTIAL else 0
        return (counted, choice.key, pupil.id)

    def run(self) -> None:
        self._capacities()
        for pupil in self.problem.pupils:
            self._seated(pupil)
        for pupil in self.problem.pupils:
            self._refused(pupil)
        self._siblings()

    def _capacities(self) -> None:
        for school, count in sorted(self.filled.items()):
            if count > self.seats.get(school, 0):
                self.broken["capacities"].append(f"{school}: {count} placed, {self.seats.get(school, 0)} seats")

    def _seated(self, pupil: Pupil) -> None:
        if pupil.id not in self.outcome.placements:
            self.broken["individual_rationality"].append(f"{pupil.id}: not in the result")
        place = self.outcome.placements.get(pupil.id)
        if place is None:
            return
        for position, choice in zip(positions(pupil, self.lines), pupil.choices, strict=True):
            if choice.school == place:
                rank = self.rank(pupil, position, choice)
                self.last[place] = max(rank, self.last.get(place, rank))
                return
        self.broken["individual_rationality"].append(f"{pupil.id}: {place} is not listed")

    def _refused(self, pupil: Pupil) -> None:
        place = self.outcome.placements.get(pupil.id)
        for position, choice in zip(positions(pupil, self.lines), pupil.choices, strict=True):
            school = choice.school
            if school == place:
                return
            if (pupil.id, school) in self.outcome.withdrawn:
                continue
            if self.filled[school] < self.seats[school]:
                self.broken["no_wasted_seat"].append(f"{pupil.id}: {school} has a seat left")
            last = self.last.get(school)
            if last is not None and self.rank(pupil, position, choice) < last:
                self.broken["no_justified_envy"].append(f"{pupil.id}: {school} seated {last[2]}, who comes later")

    def _siblings(self) -> None:
        rule, broken = self.problem.siblings, self.broken["sibling_rule"]
        if rule is not SiblingRule.EXPAND and any(self.outcome.extra_seats.values()):
            broken.append(f"extra seats under {rule.value}")
        if rule in (SiblingRule.EXPAND, SiblingRule.SPLIT) and self.outcome.withdrawn:
            broken.append(f"withdrawn choices under {rule.value}")
        if rule is not SiblingRule.SPLIT:
            for members in groups_by_name(self.problem).values():
                self._together(members)

    def _together(self, members: list[Pupil]) -> None:
        reached = {self.outcome.placements.get(pupil.id) for pupil in members} - {None}
        for pupil in members:
            place = self.outcome.placements.get(pupil.id)
            for choice in pupil.choices:
                if choice.school == place:
                    break
                if choice.school in reached:
                    self.broken["sibling_rule"].append(f"{pupil.id}: parted from a sibling at {choice.school}")


_PROMISES = ("capacities", "individual_rationality", "no_justified_envy", "no_wasted_seat", "sibling_rule")


def certify(problem: Problem, outcome: Outcome) -> Certificate:
    """Check every promise; takes one pass over all choices."""
    inspection = _Inspection(problem, outcome)
    inspection.run()
    lines = [f"{name}: {line}" for name in _PROMISES for line in inspection.broken[name]]
    verdicts = {name: not inspection.broken[name] for name in _PROMISES}
    return Certificate(**verdicts, violations=tuple(lines[:MOST_VIOLATIONS]))


def certify_arrays(
    table: Applications,
    places: Ints,
    mechanism: Mechanism,
    *,
    extra_seats: Ints | None = None,
    groups: Ints | None = None,
    rule: SiblingRule = SiblingRule.EXPAND,
    withdrawn: Bools | None = None,
) -> Certificate:
    """The promises for a province held in arrays.

    `places[p]` is a school number or -1, `extra_seats` is by school, `groups[p]` a group number or -1, `withdrawn[a]`
    marks the applications taken back by the sibling rule.
    """
    total, owners = len(table.schools), table.owners()
    seats = table.seats if extra_seats is None else table.seats + extra_seats
    gone = np.zeros(total, dtype=bool) if withdrawn is None else withdrawn
    seated = places[owners] == table.schools
    filled = np.bincount(places[places >= 0], minlength=len(seats))
    listed = np.arange(total)
    first = np.full(len(table.counts), total)
    np.minimum.at(first, owners[seated], listed[seated])
    refused = listed < first[owners]
    later = _ranks(table, table.positions() if mechanism is Mechanism.SEQUENTIAL else None)
    last = np.full(len(seats), -1)
    np.maximum.at(last, table.schools[seated], later[seated])
    stands = refused & ~gone
    verdicts = {
        "capacities": bool((filled <= seats).all()),
        "individual_rationality": int(seated.sum()) == int((places >= 0).sum()),
        "no_justified_envy": not bool((stands & (later < last[table.schools])).any()),
        "no_wasted_seat": not bool((stands & (filled < seats)[table.schools]).any()),
        "sibling_rule": (
            _rule_kept(rule, seats, table.seats, gone)
            and (
                groups is None
                or rule is SiblingRule.SPLIT
                or _none_parted(groups[owners], table.schools, seated, refused, len(seats))
            )
        ),
    }
    return Certificate(**verdicts, violations=tuple(name for name, kept in verdicts.items() if not kept))


def _rule_kept(rule: SiblingRule, seats: Ints, planned: Ints, withdrawn: Bools) -> bool:
    """Extra seats only under expand, withdrawals only under skip and stop."""
    if rule is not SiblingRule.EXPAND and bool((seats != planned).any()):
        return False
    return rule in (SiblingRule.SKIP, SiblingRule.STOP) or not bool(withdrawn.any())


def _none_parted(groups: Ints, schools: Ints, seated: Bools, refused: Bools, count: int) -> bool:
    """Whether nobody is refused at a school where a sibling is seated."""
    codes, grouped = groups * count + schools, groups >= 0
    return not bool(np.isin(codes[grouped & refused], codes[grouped & seated]).any())


def _ranks(table: Applications, positions: Ints | None) -> Ints:
    columns = [table.tiers, int(table.points.max(initial=0)) - table.points, table.orders]
    if positions is not None:
        columns.insert(0, positions)
    ranks = np.zeros(len(table.schools), dtype=np.int64)
    for column in columns:
        ranks = ranks * (int(column.max(initial=0)) + 1) + column
    return ranks
