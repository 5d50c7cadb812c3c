"""What a draw may bring: the run repeated with fresh random tickets, for officials before the draw (pure).

Families, seats and rules stay as they are; only the tickets differ, so the columns are built once and ranked anew for
every simulated draw. A seeded generator of numpy is right here and only here: this is a simulation, no place follows
from it, and the draw itself knows nothing but its public seed. Tickets are simulated as independent random numbers
whatever method is announced (docs/whatif.md).

Nothing here is about one family: numbers of a group with fewer than FEW applicants at a school are left out, because
they would be the chances of families one could name.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lottery.engine.admission.entries import Inputs
from lottery.engine.admission.province import Columns, Province, columns, place_ranked, positions_in
from lottery.engine.allocation.mechanisms import NOBODY
from lottery.engine.allocation.packing import Ints
from lottery.engine.allocation.problem import Mechanism
from lottery.engine.messages import LotteryError

Json = dict[str, Any]
Heads = npt.NDArray[np.uint64]
LEAST_DRAWS, MOST_DRAWS = 20, 1000
FEW = 5
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class _Base:
    """What does not change between simulated draws."""

    inputs: Inputs
    made: Columns
    ticket_of: Ints  # the number of the ticket of every application: siblings share one at each school
    choice: Ints  # how many choices of the child stand above each application
    lines: Ints  # school and key of every application in one number: equal ones are told apart by tickets
    group_names: tuple[str, ...]
    groups: Ints  # the policy's group of every application's child, by number

    def draw(self, heads: Heads, seed: bytes) -> Province:
        """The run under these tickets; `seed` gives the tickets of coordination."""
        ranked = replace(self.made, positions=positions(self.lines, self.made, heads))
        return place_ranked(replace(self.inputs, seed=seed), ranked)


def _base(inputs: Inputs) -> _Base:
    made = columns(inputs)
    by_application = made.groups[made.owners]
    _, ticket_of = np.unique(by_application * len(made.names) + made.schools, return_inverse=True)
    choice = np.arange(len(made.owners)) - np.repeat(made.starts, made.counts)
    names = tuple(sorted({one.group_code for one in made.entries}))
    number = {name: at for at, name in enumerate(names)}
    codes = np.fromiter((number[one.group_code] for one in made.entries), dtype=np.int64, count=len(made.entries))
    lines = made.schools * (int(made.keys.max(initial=0)) + 1) + made.keys
    return _Base(inputs, made, ticket_of.astype(np.int64), choice, lines, names, codes[made.owners])


def positions(lines: Ints, made: Columns, heads: Heads) -> Ints:
    """The position from 1 of every application at its school when `heads` are the tickets; siblings share it."""
    groups = made.groups[made.owners]
    return positions_in(np.lexsort((groups, heads, lines)), made.schools, made.keys, groups)


@dataclass(slots=True)
class _Counts:
    """One row per simulated draw and school of the run."""

    filled: Ints
    refused: Ints
    coordinated: Ints
    left: Ints
    extra: Ints
    last: Ints
    groups: Ints
    choices: Ints
    overall: Ints  # columns: first choice, by choice, coordinated, without, sibling groups together

    @classmethod
    def of(cls, base: _Base, draws: int) -> "_Counts":
        schools, longest = len(base.made.names), int(base.made.counts.max(initial=0))

        def table(*more: int) -> Ints:
            return np.zeros((draws, *more), dtype=np.int64)

        return cls(
            filled=table(schools),
            refused=table(schools),
            coordinated=table(schools),
            left=table(schools),
            extra=table(schools),
            last=table(schools),
            groups=table(schools, len(base.group_names)),
            choices=table(schools, longest),
            overall=table(5),
        )

    def note(self, row: int, base: _Base, found: Province) -> None:
        """Count one simulated draw."""
        made, schools = base.made, len(base.made.names)
        taken = found.held[found.held != NOBODY]
        where = made.schools[taken]
        self.filled[row] = found.filled
        self.refused[row] = np.bincount(made.schools[_preferred(base, found)], minlength=schools)
        moved = Counter(school for school, _ in found.coordinated.values())
        self.coordinated[row] = [moved[name] for name in made.names]
        self.extra[row] = found.settled.extra_seats
        self.left[row] = np.maximum(found.seats + self.extra[row] - self.filled[row] - self.coordinated[row], 0)
        self.last[row] = _last(base, found)
        np.add.at(self.groups[row], (where, base.groups[taken]), 1)
        np.add.at(self.choices[row], (where, base.choice[taken]), 1)
        first = int((base.choice[taken] == 0).sum())
        without = len(found.held) - len(taken) - len(found.coordinated)
        self.overall[row] = [first, len(taken), len(found.coordinated), without, _together(base, found)]


def _preferred(base: _Base, found: Province) -> npt.NDArray[np.bool_]:
    """Applications that were refused: listed above the place the child got."""
    # NOBODY is the last place of the longer column: a child without a place was refused everywhere
    reached = np.append(base.choice, len(base.choice))[found.held]
    refused: npt.NDArray[np.bool_] = base.choice < reached[base.made.owners]
    return refused


def _last(base: _Base, found: Province) -> Ints:
    """Where the last admitted stands among the applicants of each school in the order of the mechanism; 0: nobody."""
    made, ranks = found.columns, found.columns.positions
    if base.inputs.mechanism is Mechanism.SEQUENTIAL:
        ranks = ranks + (len(ranks) + 1) * found.choice_numbers
    order = np.lexsort((ranks, made.schools))
    counts = np.bincount(made.schools, minlength=len(made.names))
    place = np.empty_like(order)
    place[order] = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    last: Ints = np.where(found.last == NOBODY, 0, place[found.last]) if len(place) else np.zeros_like(counts)
    return last


def _together(base: _Base, found: Province) -> int:
    """Sibling groups whose members all hold places at one school."""
    bound = np.flatnonzero(base.made.group_sizes > 1)
    place = np.append(base.made.schools, NOBODY)[found.held[bound]]
    low: dict[int, int] = {}
    high: dict[int, int] = {}
    for group, school in zip(base.made.groups[bound].tolist(), place.tolist(), strict=True):
        low[group] = min(low.get(group, school), school)
        high[group] = max(high.get(group, school), school)
    return sum(low[group] == high[group] != NOBODY for group in low)


def simulate(inputs: Inputs, *, draws: int, seed: int, report: Callable[[int], None] = lambda _done: None) -> Json:
    """Expected numbers per school with the interval that holds nine tenths of the simulated draws.

    The same inputs, draws and seed give the same result. `report` is told how many draws are done. Seats and counts
    are children; "chance" values are shares of the draws from 0 to 1. Raises LotteryError whatif.draws, whatif.empty,
    problem.*.
    """
    if not LEAST_DRAWS <= draws <= MOST_DRAWS:
        raise LotteryError("whatif.draws", least=LEAST_DRAWS, most=MOST_DRAWS, value=draws)
    if not inputs.entries:
        raise LotteryError("whatif.empty")
    base = _base(inputs)
    counts = _Counts.of(base, draws)
    chance = np.random.default_rng(seed)
    seats = np.zeros(len(base.made.names))
    tickets = int(base.ticket_of.max(initial=-1)) + 1
    for row in range(draws):
        heads = chance.integers(0, 2**64, size=tickets, dtype=np.uint64)[base.ticket_of]
        found = base.draw(heads, hashlib.sha256(f"simulation/{seed}/{row}".encode()).digest())
        counts.note(row, base, found)
        seats += found.seats
        report(row + 1)
    return {
        "draws": draws,
        "seed": seed,
        "mechanism": inputs.mechanism.value,
        "error": share_error(draws),
        "overall": _overall(base, counts),
        "schools": dict(_schools(base, counts, seats / draws)),
    }


def share_error(draws: int) -> float:
    """By how much a share of the simulated draws may differ from the true chance, at most, in 95 of 100 cases."""
    return round(1.96 * 0.5 / math.sqrt(draws), 4)


def _span(values: Ints) -> Json:
    """Mean and the values between which nine tenths of the draws lie (each an outcome that was seen)."""
    low, high = np.quantile(values, (LOW, HIGH), method="inverted_cdf")
    return {"mean": round(float(values.mean()), 2), "low": int(low), "high": int(high)}


def _share(values: npt.NDArray[np.bool_]) -> float:
    return round(float(values.mean()), 4)


def _overall(base: _Base, counts: _Counts) -> Json:
    names = ("first", "by_choice", "coordinated", "without", "siblings_together")
    sizes = np.bincount(base.made.groups)
    return {name: _span(counts.overall[:, at]) for at, name in enumerate(names)} | {
        "pupils": len(base.made.entries),
        "sibling_groups": int((sizes > 1).sum()),
    }


def _schools(base: _Base, counts: _Counts, seats: npt.NDArray[np.float64]) -> Iterator[tuple[str, Json]]:
    made = base.made
    for at, name in enumerate(made.names):
        here = made.schools == at
        first = int((here & (base.choice == 0)).sum())
        plan = base.inputs.seats.get(name, round(float(seats[at]), 2))
        reached = counts.last[:, at][counts.filled[:, at] > 0]
        yield (
            name,
            {
                "seats": plan,
                "applied": int(here.sum()),
                "first_choice": first,
                "overflow": max(0, math.ceil(first - plan)),
                "filled": _span(counts.filled[:, at]),
                "refused": _span(counts.refused[:, at]),
                "coordinated": _span(counts.coordinated[:, at]),
                "left": _span(counts.left[:, at]),
                "extra": _span(counts.extra[:, at]),
                "last": _span(reached) if len(reached) else None,
                "full_chance": _share(counts.refused[:, at] > 0),
                "left_chance": _share(counts.left[:, at] > 0),
                "groups": dict(_groups(base, counts, at)),
                "choices": [_span(counts.choices[:, at, number]) for number in range(counts.choices.shape[2])],
            },
        )


def _groups(base: _Base, counts: _Counts, school: int) -> Iterator[tuple[str, Json]]:
    here = base.made.schools == school
    for at, name in enumerate(base.group_names):
        mine = here & (base.groups == at)
        applied = int(mine.sum())
        if not applied:
            continue
        row: Json = {"applied": applied, "first": int((mine & (base.choice == 0)).sum())}
        if applied >= FEW:
            admitted = counts.groups[:, school, at]
            row |= {"admitted": _span(admitted), "chance": _share(admitted > 0)}
        yield name, row
