"""The fast engine: deferred acceptance compiled by numba, with the places of the reference.

It is the reference's algorithm to the letter - a heap of bids a school, each refusal going on to the next entry of a
list - so a long rejection chain costs it no more than the same number of first applications.
"""

import numpy as np

from lottery.engine.allocation.mechanisms import NOBODY, Market, deferred_acceptance
from lottery.engine.allocation.packing import Applications, Ints, priorities
from lottery.engine.allocation.problem import Mechanism

# Loading the compiled code takes about a second; the reference places this many applications in less.
FEW = 500_000


def compiled_acceptance(market: Market) -> list[int]:
    """The same result as `deferred_acceptance`; bids that need more than 63 bits are left to it."""
    from lottery.engine.allocation.heaps import held_entries, seat_all

    try:
        bids = np.asarray(market.bids, dtype=np.int64)
    except OverflowError:
        return deferred_acceptance(market)
    mask = (1 << market.bits) - 1
    schools, owners = np.asarray(market.schools, dtype=np.int32), np.asarray(market.owners, dtype=np.int32)
    starts, seats = np.asarray(market.starts, dtype=np.int64), np.asarray(market.seats, dtype=np.int64)
    heap, begins, filled = seat_all(starts, schools, bids, seats, mask)
    held: list[int] = held_entries(heap, begins, filled, owners, len(starts), mask).tolist()
    return held


def acceptance(market: Market) -> list[int]:
    """Whichever of the two engines is sooner done."""
    return compiled_acceptance(market) if len(market.schools) > FEW else deferred_acceptance(market)


def fast_places(table: Applications, mechanism: Mechanism = Mechanism.PARALLEL) -> Ints:
    """The school of every pupil, or -1, straight from the arrays. Raises LotteryError problem.range."""
    from lottery.engine.allocation.heaps import held_entries, lay_out, seat_all

    bits = (len(table.schools) + len(table.counts)).bit_length()
    priority = priorities(table, mechanism, bits)
    starts, schools, owners, bids = lay_out(table.counts, table.schools, priority, len(table.seats), bits)
    mask = (1 << bits) - 1
    heap, begins, filled = seat_all(starts, schools, bids, table.seats, mask)
    held = held_entries(heap, begins, filled, owners, len(table.counts), mask)
    places: Ints = np.where(held == NOBODY, NOBODY, schools[held])
    return places
