"""Tickets of a whole province in a fraction of a second: sixteen HMAC-SHA256 at a time, compiled by numba.

The compression function is written as vector instructions of sixteen 32-bit lanes, one message a lane, which LLVM turns
into whatever the processor has. It is the second way to the same bytes: `tickets.bulk_tickets` is the reference, and
where numba is missing, or hardly anything is to be done, it does the work.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from lottery.engine.messages import LotteryError
from lottery.engine.tickets import bulk_tickets

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int32]
BLOCK = 64
DIGEST = 32
# The end mark and the message length take nine bytes of the last block.
TAIL = 9
# Below this many tickets a second thread costs more than it saves.
WORTH_SPLITTING = 65_536
THREADS = min(2, os.cpu_count() or 1)
# Loading numba takes a second; the reference makes this many tickets in a fiftieth of that.
FEW = 5_000


@cache
def engine() -> ModuleType | None:
    """The compiled part, loaded when first needed; None where numba is missing: then only the time differs."""
    try:
        from lottery.engine import lanes
    except ImportError:
        return None
    return lanes


def _pads(lanes: ModuleType, keys: Sequence[bytes]) -> Words:
    """Per key the SHA-256 states after the inner and after the outer pad: (keys, 16) words."""
    blocks = np.zeros((len(keys), BLOCK), dtype=np.uint8)
    for at, key in enumerate(keys):
        short = hashlib.sha256(key).digest() if len(key) > BLOCK else key
        blocks[at, : len(short)] = np.frombuffer(short, dtype=np.uint8)
    padded = np.concatenate([blocks ^ np.uint8(0x36), blocks ^ np.uint8(0x5C)])
    states = np.empty((len(padded), 8), dtype=np.uint32)
    lanes.compress_first(padded, states)
    return np.concatenate([states[: len(keys)], states[len(keys) :]], axis=1)


def _messages(lanes: ModuleType, names: Sequence[str]) -> tuple[Bytes, Ints]:
    """The names as padded SHA-256 messages behind one block of key, in rows of whole blocks; blocks per name."""
    text = "".join(names)
    if text.isascii():
        flat, sizes = text.encode("ascii"), np.fromiter(map(len, names), dtype=np.int64, count=len(names))
    else:
        encoded = [name.encode() for name in names]
        flat, sizes = b"".join(encoded), np.fromiter(map(len, encoded), dtype=np.int64, count=len(names))
    blocks = (sizes + TAIL + BLOCK - 1) // BLOCK
    rows = np.zeros((len(names), int(blocks.max()) * BLOCK), dtype=np.uint8)
    starts = np.cumsum(sizes) - sizes
    lanes.lay_out(np.frombuffer(flat, dtype=np.uint8), starts, sizes, blocks, rows)
    return rows, blocks.astype(np.int32)


def tickets_for(keys: Sequence[bytes], names: Sequence[str], key_of: Ints, name_of: Ints) -> Bytes:
    """HMAC-SHA256(keys[key_of[i]], names[name_of[i]]) for every i, as rows of 32 bytes.

    Many schools in one call: a name is laid out once, however many schools it is drawn at. `key_of` and `name_of` have
    the same length. Raises IndexError for a position that does not exist.
    """
    if not len(key_of) == len(name_of):
        raise IndexError(f"{len(key_of)} keys for {len(name_of)} names")
    found = np.empty((len(key_of), DIGEST), dtype=np.uint8)
    if not len(key_of):
        return found
    for positions, size in ((key_of, len(keys)), (name_of, len(names))):
        if not (int(positions.min()) >= 0 and int(positions.max()) < size):
            raise IndexError(f"positions must be from 0 to {size - 1}")
    lanes = engine() if len(key_of) >= FEW else None
    if lanes is None:
        return _plain(keys, names, key_of, name_of, found)
    pads, (rows, blocks) = _pads(lanes, keys), _messages(lanes, names)
    keys_of, names_of = key_of.astype(np.int32, copy=False), name_of.astype(np.int32, copy=False)
    if int(blocks.min()) == int(blocks.max()):
        _run(lanes, (pads, rows, int(blocks[0])), keys_of, names_of, found)
        return found
    needed = blocks[names_of]
    for count in np.unique(needed).tolist():
        chosen = np.flatnonzero(needed == count)
        part = np.empty((len(chosen), DIGEST), dtype=np.uint8)
        _run(lanes, (pads, rows, count), keys_of[chosen], names_of[chosen], part)
        found[chosen] = part
    return found


def _run(lanes: ModuleType, source: tuple[Words, Bytes, int], key_of: Ints, name_of: Ints, found: Bytes) -> None:
    # Plain threads around code that lets go of the interpreter: numba's own thread pool aborts the whole process when
    # two threads of a server use it at once.
    parts = THREADS if len(key_of) >= WORTH_SPLITTING else 1
    edges = np.linspace(0, len(key_of), parts + 1).astype(np.int64).tolist()

    def work(span: tuple[int, int]) -> None:
        begin, end = span
        lanes.hmac_rows(*source, key_of[begin:end], name_of[begin:end], found[begin:end])

    if parts == 1:
        work((0, len(key_of)))
        return
    with ThreadPoolExecutor(parts) as pool:
        list(pool.map(work, pairwise(edges)))


def _plain(keys: Sequence[bytes], names: Sequence[str], key_of: Ints, name_of: Ints, found: Bytes) -> Bytes:
    by_key = key_of.argsort(kind="stable")
    edges = np.searchsorted(key_of[by_key], np.arange(len(keys) + 1))
    for key, (begin, end) in zip(keys, pairwise(edges.tolist()), strict=True):
        if begin < end:
            mine = by_key[begin:end]
            made = bulk_tickets(key, [names[name] for name in name_of[mine].tolist()])
            found[mine] = np.frombuffer(b"".join(made), dtype=np.uint8).reshape(-1, DIGEST)
    return found


def order_of(tickets: Bytes, names: Sequence[str]) -> npt.NDArray[np.int64]:
    """Positions in ascending ticket order, as `tickets.sort_tickets`. Raises LotteryError draw.tie."""
    if not len(tickets):
        return np.zeros(0, dtype=np.int64)
    words = np.ascontiguousarray(tickets).view(">u8")
    heads = words[:, 0].astype(np.uint64)
    positions: npt.NDArray[np.int64] = heads.argsort()
    ordered = heads[positions]
    if not (ordered[1:] == ordered[:-1]).any():
        return positions
    positions = np.lexsort([words[:, at].astype(np.uint64) for at in (3, 2, 1, 0)])
    ranked = words[positions]
    equal = np.flatnonzero((ranked[1:] == ranked[:-1]).all(axis=1))
    if len(equal):
        first, second = positions[equal[0]], positions[equal[0] + 1]
        raise LotteryError("draw.tie", first=names[first], second=names[second])
    return positions


def fast_order(key: bytes, groups: Sequence[str]) -> npt.NDArray[np.int64]:
    """The same order as `tickets.ticket_order`, as an array. Raises LotteryError draw.tie."""
    everybody: Any = np.arange(len(groups), dtype=np.int32)
    return order_of(tickets_for([key], groups, np.zeros(len(groups), dtype=np.int32), everybody), groups)
