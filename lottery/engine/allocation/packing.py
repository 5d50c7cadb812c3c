"""From a `Problem`, or from plain number arrays, to the packed `Market` the engines work on."""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from lottery.engine.allocation.mechanisms import Market
from lottery.engine.allocation.problem import Mechanism, Number, Problem, Pupil
from lottery.engine.messages import LotteryError

Ints = npt.NDArray[np.int64]
# A key and its entry number share one signed 64-bit number.
MOST_BITS = 62


def _dense(values: Sequence[Number]) -> Ints:
    """Whole numbers that order as the values do, as small as they can be; the values may be of any size."""
    ranks = {value: rank for rank, value in enumerate(sorted(set(values)))}
    return np.fromiter((ranks[value] for value in values), dtype=np.int64, count=len(values))


def canonical_pupils(problem: Problem) -> list[Pupil]:
    """Pupils by id: the result must not depend on the order in which a file lists them."""
    return sorted(problem.pupils, key=lambda pupil: pupil.id)


@dataclass(frozen=True, slots=True)
class Applications:
    """A province's applications as int64 arrays: `counts` per pupil, then one element per application, list by list.

    Points are whole numbers (scale decimals beforehand); all of tier, points and order are 0 or more. `lines` numbers
    the line of every school (`problem.School.line`); without it all stand on one.
    """

    counts: Ints
    schools: Ints
    tiers: Ints
    points: Ints
    orders: Ints
    seats: Ints
    lines: Ints | None = None

    def owners(self) -> Ints:
        """The pupil of every application."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def positions(self) -> Ints:
        """How many choices on the same line stand above each application in its pupil's list."""
        firsts = np.repeat(np.cumsum(self.counts) - self.counts, self.counts)
        before: Ints = np.arange(len(self.schools)) - firsts
        if self.lines is None:
            return before
        line, found = self.lines[self.schools], np.zeros(len(self.schools), dtype=np.int64)
        for back in range(1, int(self.counts.max(initial=0))):
            found[back:] += (before[back:] >= back) & (line[back:] == line[:-back])
        return found


def priorities(table: Applications, mechanism: Mechanism, bits: int) -> Ints:
    """One number per application, the smaller the better, that leaves `bits` bits free.

    Raises LotteryError problem.range when the keys do not fit into 62 bits.
    """
    positions = table.positions() if mechanism is Mechanism.SEQUENTIAL else np.zeros(1, dtype=np.int64)
    columns = (positions, table.tiers, table.points, table.orders)
    spans = [int(column.max(initial=0)) + 1 for column in columns]
    # Checked in Python's unbounded numbers: in int64 a key that is too long would wrap around unseen.
    if math.prod(spans).bit_length() + bits > MOST_BITS or any(int(column.min(initial=0)) < 0 for column in columns):
        raise LotteryError("problem.range", place="The order keys", least=0, most=f"2^{MOST_BITS - bits}")
    priority: Ints = positions * spans[1] + table.tiers
    return (priority * spans[2] + (spans[2] - 1 - table.points)) * spans[3] + table.orders


def _to_array(values: npt.NDArray[np.integer[Any]], code: Literal["i", "q"]) -> "array[int]":
    # array.array, not numpy: plain Python reads single elements of it several times faster.
    packed = array(code)
    packed.frombytes(np.ascontiguousarray(values, dtype=code).data.cast("B"))
    return packed


def pack_arrays(table: Applications, mechanism: Mechanism = Mechanism.PARALLEL) -> Market:
    """The market of number arrays. Raises LotteryError problem.range when the keys do not fit into 62 bits."""
    pupils, applications = len(table.counts), len(table.schools)
    bits = (applications + pupils).bit_length()
    priority = priorities(table, mechanism, bits)
    # Each pupil's list is moved down by the closing entries of the pupils before.
    entries = np.arange(applications) + np.repeat(np.arange(pupils), table.counts)
    total, width = applications + pupils, np.dtype("i")
    bids = np.zeros(total, dtype=np.int64)
    bids[entries] = -((priority << bits) | entries)
    packed_bids = _to_array(bids, "q")
    del bids, priority
    schools = np.full(total, len(table.seats), dtype=width)
    schools[entries] = table.schools
    del entries
    owners = np.repeat(np.arange(pupils, dtype=width), table.counts + 1)
    starts = np.cumsum(table.counts + 1) - table.counts - 1
    packed = (_to_array(starts, "q"), _to_array(schools, "i"), _to_array(owners, "i"))
    return Market(*packed, packed_bids, table.seats.tolist(), bits)


def applications(problem: Problem) -> Applications:
    """The arrays of a checked problem; pupils and schools are numbered in the order of their ids."""
    pupils, schools = canonical_pupils(problem), sorted(problem.schools, key=lambda school: school.id)
    numbers = {school.id: number for number, school in enumerate(schools)}
    lines = {line: number for number, line in enumerate(sorted({school.line for school in schools}))}
    choices = [choice for pupil in pupils for choice in pupil.choices]
    return Applications(
        counts=np.fromiter((len(pupil.choices) for pupil in pupils), dtype=np.int64, count=len(pupils)),
        schools=np.fromiter((numbers[choice.school] for choice in choices), dtype=np.int64, count=len(choices)),
        tiers=_dense([choice.tier for choice in choices]),
        points=_dense([choice.points for choice in choices]),
        orders=_dense([choice.order for choice in choices]),
        seats=np.array([school.seats for school in schools], dtype=np.int64),
        lines=np.array([lines[school.line] for school in schools]) if len(lines) > 1 else None,
    )


def pack(problem: Problem) -> Market:
    """The market of a checked problem.

    Siblings with equal keys come in the order of their ids, because entries are numbered that way.
    """
    table = applications(problem)
    try:
        return pack_arrays(table, problem.mechanism)
    except LotteryError:
        # so many different keys that their parts do not fit side by side: one number for the whole key always does
        positions = table.positions() if problem.mechanism is Mechanism.SEQUENTIAL else np.zeros_like(table.schools)
        parts = np.stack([positions, table.tiers, -table.points, table.orders])
        _, whole = np.unique(parts, axis=1, return_inverse=True)
        zeros = np.zeros_like(table.schools)
        return pack_arrays(replace(table, tiers=zeros, points=zeros, orders=whole.ravel()))
