"""The admission run in plain objects: the reference that `province`, beside it, must agree with.

What ranks a child at a school, and how the seats of a big zone are shared, stands in `entries`.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lottery.engine.admission.coordination import coordinate
from lottery.engine.admission.entries import SHARED, Entry, Inputs, drawn, real, surplus
from lottery.engine.allocation.allocate import Result, allocate
from lottery.engine.allocation.problem import Choice, Problem, Pupil, School
from lottery.engine.drawing.transcript import canonical_json


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a child stands at one school: `position` from 1, `band` what stood before the ticket was looked at."""

    tier: int
    band: int
    ticket: bytes
    position: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A run's outcome: the allocation, then (school, metres from the first choice) by coordinated pupil."""

    problem: Problem
    result: Result
    ranks: Mapping[tuple[str, str], Rank]
    coordinated: Mapping[str, tuple[str, int]]

    @property
    def places(self) -> dict[str, str | None]:
        """The school of every pupil after coordination; a shared seat is a seat of the school itself."""
        found = {pupil: real(school) for pupil, school in self.result.placements.items()}
        return found | {pupil: school for pupil, (school, _) in self.coordinated.items()}

    @property
    def digest(self) -> str:
        """Over allocation and coordination, as canonical JSON: two equal runs have equal digests."""
        return "sha256:" + hashlib.sha256(canonical_json(self.places)).hexdigest()


def ranks(inputs: Inputs) -> dict[tuple[str, str], Rank]:
    """The rank of every (pupil, school of the run)."""
    applicants: dict[str, list[tuple[Entry, int]]] = {}
    for one in inputs.entries:
        for school, level in inputs.listed(one):
            applicants.setdefault(school, []).append((one, level))
    found: dict[tuple[str, str], Rank] = {}
    for school, rows in applicants.items():
        _rank_school(inputs, school, rows, found)
    return found


def _rank_school(
    inputs: Inputs, school: str, applicants: Sequence[tuple[Entry, int]], found: dict[tuple[str, str], Rank]
) -> None:
    tickets = drawn(inputs, school, (one.group for one, _ in applicants))
    keys: dict[str, tuple[int, tuple[int, ...]]] = {}
    for one, level in applicants:
        key = inputs.key(one, school, level)
        keys[one.group] = max(key, keys.get(one.group, key))
    rows = sorted((keys[one.group], tickets[one.group], one.pupil) for one, _ in applicants)
    band, before, position = -1, None, 0
    for count, (key, ticket, pupil) in enumerate(rows, 1):
        if before is None or key != before[0]:
            band += 1
        if (key, ticket) != before:
            position = count
        before = (key, ticket)
        found[pupil, school] = Rank(key[0], band, ticket, position)


def build_problem(inputs: Inputs, known: Mapping[tuple[str, str], Rank], shared: Mapping[str, int]) -> Problem:
    """The allocation problem: positions are the order, so no points or dates of a family enter the public file."""
    sizes = Counter(one.group for one in inputs.entries)
    pupils = tuple(
        Pupil(
            one.pupil,
            tuple(
                Choice(school, known[one.pupil, school].position, tier=known[one.pupil, school].tier)
                for school, _ in inputs.listed(one)
            ),
            one.group if sizes[one.group] > 1 else None,
        )
        for one in inputs.entries
    )
    seats = dict(inputs.seats) | {school + SHARED: count for school, count in shared.items()}
    schools = tuple(School(code, count, inputs.line(code)) for code, count in sorted(seats.items()))
    return Problem(schools, pupils, inputs.mechanism, inputs.siblings)


def place(inputs: Inputs) -> Placed:
    """The whole run; the order of the entries never matters. Raises LotteryError problem.*."""
    known, shared = ranks(inputs), inputs.most_shared()
    while True:
        problem = build_problem(inputs, known, shared)
        result = allocate(problem)
        filled = {school: cutoff.filled for school, cutoff in result.cutoffs.items()}
        left = surplus(shared, inputs.seats, filled)
        if left == shared:
            break
        shared = left
    seated = {pupil for pupil, school in result.placements.items() if school is not None}
    return Placed(problem, result, known, coordinate(inputs, seated, filled) if inputs.coordination else {})
