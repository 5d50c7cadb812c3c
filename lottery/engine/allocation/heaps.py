"""Deferred acceptance on whole arrays, compiled by numba: one heap of bids a school in one flat array; see `fast`."""

import numpy as np
import numpy.typing as npt

from lottery.engine.compiled import compiled

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]


@compiled
def _sink(heap: Ints, base: int, size: int, bid: int) -> None:
    """Put `bid` in the place of the lowest bid of a full heap."""
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and heap[base + child + 1] < heap[base + child]:
            child += 1
        if heap[base + child] >= bid:
            break
        heap[base + at] = heap[base + child]
        at = child
    heap[base + at] = bid


@compiled
def _rise(heap: Ints, base: int, size: int, bid: int) -> None:
    """Add `bid` to a heap of `size` bids."""
    at = size
    while at > 0:
        parent = (at - 1) // 2
        if heap[base + parent] <= bid:
            break
        heap[base + at] = heap[base + parent]
        at = parent
    heap[base + at] = bid


@compiled
def seat_all(starts: Ints, schools: Small, bids: Ints, seats: Ints, mask: int) -> tuple[Ints, Ints, Ints]:
    """(heaps, where each school's begins, how many it holds) after every pupil has applied down its list.

    The arguments are those of `mechanisms.Market`; a school number beyond the last real one refuses everybody.
    """
    nowhere = len(seats)
    begins = np.zeros(nowhere + 1, dtype=np.int64)
    for school in range(nowhere):
        begins[school + 1] = begins[school] + seats[school]
    heap = np.zeros(begins[nowhere], dtype=np.int64)
    filled = np.zeros(nowhere, dtype=np.int64)
    for pupil in range(len(starts)):
        entry = starts[pupil]
        while True:
            school = schools[entry]
            if school == nowhere:
                break
            if school > nowhere or seats[school] == 0:
                entry += 1
                continue
            bid, base, size = bids[entry], begins[school], filled[school]
            if size < seats[school]:
                _rise(heap, base, size, bid)
                filled[school] = size + 1
                break
            lowest = heap[base]
            if bid <= lowest:
                entry += 1
                continue
            _sink(heap, base, size, bid)
            # whoever held the lowest bid goes on to the next entry of its list
            entry = (-lowest & mask) + 1
    return heap, begins, filled


@compiled
def held_entries(heap: Ints, begins: Ints, filled: Ints, owners: Small, pupils: int, mask: int) -> Ints:
    """The entry each pupil holds in the end, or -1."""
    held = np.full(pupils, -1, dtype=np.int64)
    for school in range(len(filled)):
        for at in range(begins[school], begins[school] + filled[school]):
            entry = -heap[at] & mask
            held[owners[entry]] = entry
    return held


@compiled
def lay_out(counts: Ints, schools: Ints, priority: Ints, nowhere: int, bits: int) -> tuple[Ints, Small, Small, Ints]:
    """(starts, schools, owners, bids) with a closing entry behind every list, as `mechanisms.Market` has them."""
    pupils = len(counts)
    total = len(schools) + pupils
    starts = np.empty(pupils, dtype=np.int64)
    laid = np.empty(total, dtype=np.int32)
    owners = np.empty(total, dtype=np.int32)
    bids = np.empty(total, dtype=np.int64)
    at, entry = 0, 0
    for pupil in range(pupils):
        starts[pupil] = entry
        for _ in range(counts[pupil]):
            laid[entry] = schools[at]
            bids[entry] = -((priority[at] << bits) | entry)
            owners[entry] = pupil
            entry += 1
            at += 1
        laid[entry] = nowhere
        bids[entry] = 0
        owners[entry] = pupil
        entry += 1
    return starts, laid, owners, bids
