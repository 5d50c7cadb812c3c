"""Student-proposing deferred acceptance (Gale and Shapley 1962) over a packed market: the reference engine.

Every pupil applies down the list; a school keeps its best applicants so far and lets the worst one go. No other outcome
without justified envy is better for any pupil, and the order in which pupils apply does not matter.
First choice first ("sequential") is the same engine with the position of the choice as the first part of the key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappushpop
from typing import Final

NOBODY: Final = -1
# Below every bid: packing refuses keys that would need more than 62 bits in the fixed-width arrays.
_EMPTY_SEAT: Final = -(1 << 1000)


@dataclass(frozen=True, slots=True)
class Market:
    """All applications in one row, pupil by pupil, each pupil's closed by an entry at the school number `nowhere`.

    `starts[p]` is the first entry of pupil p, `schools[a]` the school of entry a, `owners[a]` its pupil. `bids[a]` is
    minus the priority, times 2**bits, minus the entry number: the higher bid comes first and says whose it is.
    A school number beyond `nowhere` refuses everybody: that is how an application is withdrawn.
    """

    starts: Sequence[int]
    schools: Sequence[int]
    owners: Sequence[int]
    bids: Sequence[int]
    seats: Sequence[int]
    bits: int

    @property
    def nowhere(self) -> int:
        """The number of the school that closes every list."""
        return len(self.seats)


def deferred_acceptance(market: Market) -> list[int]:
    """The entry each pupil holds in the end, or NOBODY. Takes O(entries x log(seats of a school))."""
    schools, bids, nowhere = market.schools, market.bids, market.nowhere
    mask = (1 << market.bits) - 1
    # A heap full of empty seats: pushing and popping the lowest bid then settles acceptance, displacement and refusal.
    held = [[_EMPTY_SEAT] * seats for seats in market.seats]
    held += [[], []]
    for first in market.starts:
        entry = first
        while (school := schools[entry]) != nowhere:
            lowest = heappushpop(held[school], bids[entry])
            if lowest == _EMPTY_SEAT:
                break
            # Whoever holds the lowest bid, perhaps the applicant, goes on to the next entry of the list.
            entry = (-lowest & mask) + 1
    return _held_entries(market, held[:nowhere])


def _held_entries(market: Market, held: list[list[int]]) -> list[int]:
    entries = [NOBODY] * len(market.starts)
    owners, mask = market.owners, (1 << market.bits) - 1
    for heap in held:
        for bid in heap:
            if bid != _EMPTY_SEAT:
                entry = -bid & mask
                entries[owners[entry]] = entry
    return entries
