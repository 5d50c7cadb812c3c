"""The fast engine: deferred acceptance in rounds over whole arrays, then the reference's heaps for the long tail.

Rounds are quick while many apply at once and hopeless in a chain where one pupil displaces one other; so as soon as few
are left to apply, the seats held go into heaps and the rest is played one by one. The outcome does not depend on who
applies when, so both engines give the same places.
"""

from itertools import chain

import numpy as np
import numpy.typing as npt

from lottery.mechanisms import NOBODY, Market, deferred_acceptance, resume

Ints = npt.NDArray[np.int64]
# Below this share of the pupils a round over everybody costs more than playing the rest one by one.
_FEW = 0.05


def _by_priority(schools: Ints, bids: Ints, market: Market) -> Ints | None:
    """Entries of real schools, school by school in order of priority; None when the keys do not fit into 63 bits."""
    entries = np.flatnonzero(schools < market.nowhere)
    priority = -bids[entries] >> market.bits
    span = int(priority.max(initial=0)) + 1
    if (span * (market.nowhere + 1)).bit_length() > 63:
        return None
    codes = schools[entries] * span + priority
    order = codes.argsort()
    if (np.diff(codes[order]) == 0).any():
        # Siblings may share a key: then the earlier entry comes first, which only a stable sort keeps.
        order = codes.argsort(kind="stable")
    return entries[order]


def vector_acceptance(market: Market) -> list[int]:
    """The same result as `deferred_acceptance`."""
    try:
        bids = np.asarray(market.bids, dtype=np.int64)
    except OverflowError:
        return deferred_acceptance(market)
    schools = np.asarray(market.schools, dtype=np.int64)
    entries = _by_priority(schools, bids, market)
    if entries is None:
        return deferred_acceptance(market)
    ranks = np.zeros(len(schools), dtype=np.int64)
    ranks[entries] = np.arange(len(entries))
    school_of = schools[entries]
    seats = np.asarray(market.seats, dtype=np.int64)
    begins = np.searchsorted(school_of, np.arange(len(seats)))
    held = np.zeros(0, dtype=np.int64)
    active = np.asarray(market.starts, dtype=np.int64)
    few = int(len(active) * _FEW)
    while len(active) > few:
        here = schools[active]
        pool = np.sort(np.concatenate([held, ranks[active[here < market.nowhere]]]))
        where = school_of[pool]
        kept = np.arange(len(pool)) - np.searchsorted(pool, begins)[where] < seats[where]
        held = pool[kept]
        active = np.concatenate([active[here > market.nowhere], entries[pool[~kept]]]) + 1
    edges = np.searchsorted(held, [*begins.tolist(), len(entries)]).tolist()
    seated = bids[entries[held]]
    lists = [seated[edges[at] : edges[at + 1]][::-1].tolist() for at in range(len(seats))]
    found = np.fromiter(chain.from_iterable(resume(market, lists, active.tolist())), dtype=np.int64)
    found = -found & ((1 << market.bits) - 1)
    result = np.full(len(market.starts), NOBODY)
    result[np.asarray(market.owners)[found]] = found
    places: list[int] = result.tolist()
    return places
