"""Tickets of many schools at once, as rows of an array: what an admission run of a province sorts by."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from lottery.engine.drawing.tickets import bulk_tickets

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
DIGEST = 32


def tickets_for(keys: Sequence[bytes], names: Sequence[str], key_of: Ints, name_of: Ints) -> Bytes:
    """HMAC-SHA256(keys[key_of[i]], names[name_of[i]]) for every i, as rows of 32 bytes.

    `key_of` and `name_of` have the same length. Raises IndexError for a position that does not exist.
    """
    if not len(key_of) == len(name_of):
        raise IndexError(f"{len(key_of)} keys for {len(name_of)} names")
    found = np.empty((len(key_of), DIGEST), dtype=np.uint8)
    if not len(key_of):
        return found
    for positions, size in ((key_of, len(keys)), (name_of, len(names))):
        if not (int(positions.min()) >= 0 and int(positions.max()) < size):
            raise IndexError(f"positions must be from 0 to {size - 1}")
    by_key = key_of.argsort(kind="stable")
    edges = np.searchsorted(key_of[by_key], np.arange(len(keys) + 1))
    for key, (begin, end) in zip(keys, pairwise(edges.tolist()), strict=True):
        if begin < end:
            mine = by_key[begin:end]
            made = bulk_tickets(key, [names[name] for name in name_of[mine].tolist()])
            found[mine] = np.frombuffer(b"".join(made), dtype=np.uint8).reshape(-1, DIGEST)
    return found
