"""From a `Problem`, or from plain number arrays, to the packed `Market` the engines work on."""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lottery.mechanisms import Market
from lottery.messages import LotteryError
from lottery.problem import Choice, Mechanism, Number, Problem, Pupil

Ints = npt.NDArray[np.int64]


def _dense(values: Iterable[Number]) -> dict[Number, int]:
    return {value: rank for rank, value in enumerate(sorted(set(values)))}


def _priority(problem: Problem) -> Callable[[int, Choice], int]:
    """Numbers that order (position if it counts, tier, points, order) as the keys do, as small as they can be."""
    choices = [choice for pupil in problem.pupils for choice in pupil.choices]
    tiers = _dense(choice.tier for choice in choices)
    points = _dense(-choice.points for choice in choices)
    orders = _dense(choice.order for choice in choices)
    counts = problem.mechanism is Mechanism.SEQUENTIAL

    def priority(position: int, choice: Choice) -> int:
        high = (position if counts else 0) * len(tiers) + tiers[choice.tier]
        return (high * len(points) + points[-choice.points]) * len(orders) + orders[choice.order]

    return priority


def canonical_pupils(problem: Problem) -> list[Pupil]:
    """Pupils by id: the result must not depend on the order in which a file lists them."""
    return sorted(problem.pupils, key=lambda pupil: pupil.id)


def pack(problem: Problem) -> Market:
    """The market of a checked problem; pupils and schools are numbered in the order of their ids.

    Siblings with equal keys come in the order of their ids, because entries are numbered that way.
    """
    names = sorted(school.id for school in problem.schools)
    numbers = {name: number for number, name in enumerate(names)}
    seats = {school.id: school.seats for school in problem.schools}
    priority = _priority(problem)
    nowhere, total = len(names), sum(len(pupil.choices) + 1 for pupil in problem.pupils)
    bits = total.bit_length()
    starts, schools, owners = array("q"), array("q"), array("q")
    bids: list[int] = []
    for owner, pupil in enumerate(canonical_pupils(problem)):
        starts.append(len(schools))
        for position, choice in enumerate(pupil.choices):
            bids.append(-((priority(position, choice) << bits) | len(schools)))
            schools.append(numbers[choice.school])
            owners.append(owner)
        bids.append(0)
        schools.append(nowhere)
        owners.append(owner)
    return Market(starts, schools, owners, bids, [seats[name] for name in names], bits)


@dataclass(frozen=True, slots=True)
class Applications:
    """A province's applications as int64 arrays: `counts` per pupil, then one element per application, list by list.

    Points are whole numbers (scale decimals beforehand); all of tier, points and order are 0 or more.
    """

    counts: Ints
    schools: Ints
    tiers: Ints
    points: Ints
    orders: Ints
    seats: Ints


def _array_priority(table: Applications, mechanism: Mechanism) -> Ints:
    spans = [int(column.max(initial=0)) + 1 for column in (table.tiers, table.points, table.orders)]
    priority = table.tiers * spans[1] + (spans[1] - 1 - table.points)
    priority = priority * spans[2] + table.orders
    if mechanism is Mechanism.SEQUENTIAL:
        firsts = np.repeat(np.cumsum(table.counts) - table.counts, table.counts)
        priority += (np.arange(len(table.schools)) - firsts) * (spans[0] * spans[1] * spans[2])
    return priority


def _to_array(values: Ints) -> "array[int]":
    # array.array, not numpy: plain Python reads single elements of it several times faster.
    packed = array("q")
    packed.frombytes(np.ascontiguousarray(values, dtype=np.int64).tobytes())
    return packed


def pack_arrays(table: Applications, mechanism: Mechanism = Mechanism.PARALLEL) -> Market:
    """The market of number arrays. Raises LotteryError problem.range when the keys do not fit into 62 bits."""
    pupils, applications = len(table.counts), len(table.schools)
    priority = _array_priority(table, mechanism)
    bits = (applications + pupils).bit_length()
    if applications and (int(priority.max()).bit_length() + bits > 62 or int(priority.min()) < 0):
        raise LotteryError("problem.range", place="The order keys", least=0, most=f"2^{62 - bits}")
    owners = np.repeat(np.arange(pupils), table.counts + 1)
    lasts = np.cumsum(table.counts + 1) - 1
    is_choice = np.ones(applications + pupils, dtype=bool)
    is_choice[lasts] = False
    entries = np.flatnonzero(is_choice)
    schools = np.full(applications + pupils, len(table.seats))
    schools[entries] = table.schools
    bids = np.zeros(applications + pupils, dtype=np.int64)
    bids[entries] = -((priority << bits) | entries)
    starts = _to_array(lasts - table.counts)
    return Market(starts, _to_array(schools), _to_array(owners), _to_array(bids), table.seats.tolist(), bits)
