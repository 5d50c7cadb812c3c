"""Waiting lists after a published run, and who of them is offered a freed seat (pure).

A child waits at every school it listed above the place it holds. The order of a list is the published order of the
run: under first choice first the position of the choice, then the rank. Freed seats are given by the same deferred
acceptance as the run itself, over the lists: nobody passes anybody with an earlier rank at that school, and who is
first on two lists is offered the school it listed higher. Siblings follow the announced rule.

A school that shares seats within its big zone has two lists, as it was two schools of the run: freed seats go to the
children of its zone first, and to the others ("WL01+") only what these leave over, at most the announced share.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from lottery.engine.admission.entries import SHARED, Entry, Inputs, real, surplus
from lottery.engine.admission.standings import standings
from lottery.engine.allocation.allocate import allocate
from lottery.engine.allocation.fast import acceptance
from lottery.engine.allocation.problem import Choice, Mechanism, Problem, Pupil, School
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.drawing.transcript import canonical_json


@dataclass(frozen=True, slots=True, order=True)
class Waiter:
    """One child on the list of one school of the run; sorts as the lists do.

    `choice` counts choices from 1 where they decide (first choice first), else it is 0. `wish` is the number of the
    school in the family's own list, from 0.
    """

    school: str
    choice: int
    position: int
    child: str
    group: str
    wish: int


@dataclass(frozen=True, slots=True)
class FillInputs:
    """What a filling depends on: free seats by school, how many of them may be shared, the rule, and the lists.

    `number` counts the fillings of the round, so that no two have the same digest.
    """

    number: int
    seats: Mapping[str, int]
    shared: Mapping[str, int]
    siblings: SiblingRule
    waiters: tuple[Waiter, ...] = field(default=())

    @property
    def digest(self) -> str:
        """Over everything, in the order of the lists: the order of rows in a database never matters."""
        body = {
            "number": self.number,
            "seats": dict(self.seats),
            "shared": dict(self.shared),
            "siblings": self.siblings.value,
            "waiters": [asdict(one) for one in sorted(self.waiters)],
        }
        return "sha256:" + hashlib.sha256(canonical_json(body)).hexdigest()


@dataclass(frozen=True, slots=True)
class Filled:
    """The school of the run offered to each child, seats the sibling rule added by school, and one digest over both."""

    offers: Mapping[str, str]
    added: Mapping[str, int]

    @property
    def digest(self) -> str:
        body = {"offers": dict(self.offers), "added": dict(self.added)}
        return "sha256:" + hashlib.sha256(canonical_json(body)).hexdigest()


def waiting_at(
    rules: Inputs, one: Entry, ranks: Sequence[int], held: str | None, *, coordinated: bool
) -> Iterable[Waiter]:
    """Where a child of the run waits: at the schools above the one it holds, at all of them without a chosen place."""
    seated = None if coordinated else held
    kept = tuple(b"" for _ in ranks)
    for wish, at in enumerate(standings(rules, one, tuple(ranks), kept)):
        if seated is not None and real(at.school) == seated:
            return
        choice = at.choice if rules.mechanism is Mechanism.SEQUENTIAL else 0
        yield Waiter(at.school, choice, at.position, one.pupil, one.group, wish)


def _pupils(waiters: Iterable[Waiter]) -> tuple[Pupil, ...]:
    """The lists as applications: the place on a list is the order key, siblings share theirs."""
    places: dict[tuple[str, int, int], int] = {}
    for one in sorted(waiters):
        places.setdefault((one.school, one.choice, one.position), len(places))
    wanted: dict[str, list[Waiter]] = {}
    for one in waiters:
        wanted.setdefault(one.child, []).append(one)
    sizes = Counter(ones[0].group for ones in wanted.values())
    return tuple(
        Pupil(
            child,
            tuple(
                Choice(one.school, places[one.school, one.choice, one.position])
                for one in sorted(ones, key=lambda one: one.wish)
            ),
            # who waits alone has nobody left to stay together with
            ones[0].group if sizes[ones[0].group] > 1 else None,
        )
        for child, ones in sorted(wanted.items())
    )


def fill(inputs: FillInputs) -> Filled:
    """Who is offered which freed seat. Raises LotteryError problem.* for lists that contradict themselves."""
    open_now = {school for school, count in inputs.seats.items() if count}
    waiters = [one for one in inputs.waiters if real(one.school) in open_now]
    pupils = _pupils(waiters)
    own = {school: inputs.seats[school] for school in open_now}
    shared = {school: min(most, own[school]) for school, most in inputs.shared.items() if school in open_now}
    while True:
        seats = own | {school + SHARED: count for school, count in shared.items()}
        schools = tuple(School(name, count) for name, count in sorted(seats.items()))
        problem = Problem(schools, pupils, Mechanism.PARALLEL, inputs.siblings)
        found = allocate(problem, engine=acceptance)
        filled = {name: cutoff.filled for name, cutoff in found.cutoffs.items()}
        left = surplus(shared, own, filled)
        if left == shared:
            break
        shared = left
    offers = {child: school for child, school in sorted(found.placements.items()) if school}
    added = Counter({str(real(name)): one.extra_seats for name, one in found.cutoffs.items() if one.extra_seats})
    return Filled(offers, dict(sorted(added.items())))


def places(waiters: Iterable[Waiter]) -> dict[tuple[str, str], int]:
    """The place of every (school, child) on the one list the public sees: the zone's children, then the others.

    Children of one ticket stand beside each other: each has the place of the first of them.
    """
    lines: dict[str, list[Waiter]] = {}
    for one in waiters:
        lines.setdefault(str(real(one.school)), []).append(one)
    found: dict[tuple[str, str], int] = {}
    for school, line in lines.items():
        line.sort()  # "WL01" sorts before "WL01+"
        first: dict[tuple[str, int, int], int] = {}
        for number, one in enumerate(line, 1):
            found[school, one.child] = first.setdefault((one.school, one.choice, one.position), number)
    return found
