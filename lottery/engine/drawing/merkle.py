"""Merkle tree hash of RFC 6962, section 2.1, with SHA-256: root, inclusion proof, verification.

A leaf is hashed behind 0x00 and a node behind 0x01, so that no node can pass for a leaf.
"""

import hashlib
from collections.abc import Iterable, Sequence

from lottery.engine.messages import LotteryError

LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
HASH_SIZE = 32


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data), 32 bytes."""
    return hashlib.sha256(LEAF_PREFIX + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), 32 bytes."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def _level_above(level: list[bytes]) -> list[bytes]:
    # Carrying an odd last node up unchanged gives the same tree as RFC 6962's split at the largest power of two.
    sha256 = hashlib.sha256
    above = [sha256(NODE_PREFIX + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    if len(level) % 2:
        above.append(level[-1])
    return above


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """Root over the leaf data in the given order; the empty tree has SHA-256 of nothing (RFC 6962)."""
    return root_of([leaf_hash(leaf) for leaf in leaves])


def root_of(level: list[bytes]) -> bytes:
    """Root over leaves that are hashed already."""
    if not level:
        return hashlib.sha256().digest()
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def merkle_levels(leaves: Iterable[bytes]) -> tuple[bytes, ...]:
    """Every level of the tree, leaves first and the root last, each as its hashes joined (64 bytes a leaf in all).

    Whoever gives out many proofs keeps this: each proof then costs a few look-ups instead of the whole tree.
    """
    level = [leaf_hash(leaf) for leaf in leaves]
    levels = [b"".join(level)]
    while len(level) > 1:
        level = _level_above(level)
        levels.append(b"".join(level))
    return tuple(levels)


def proof_from(levels: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Audit path of leaf `index` in what `merkle_levels` gave. Raises LotteryError merkle.index."""
    size = len(levels[0]) // HASH_SIZE
    if not 0 <= index < size:
        raise LotteryError("merkle.index", index=index, size=size)
    path = []
    for level in levels[:-1]:
        begin = (index ^ 1) * HASH_SIZE
        if begin < len(level):
            path.append(level[begin : begin + HASH_SIZE])
        index //= 2
    return tuple(path)


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Audit path of leaf `index`, nearest sibling first. Raises LotteryError merkle.index."""
    return proof_from(merkle_levels(leaves), index)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` leads from leaf data number `index` of `size` to `root` (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    current, last = leaf_hash(leaf), size - 1
    for step in path:
        if last == 0:
            return False
        if index % 2 or index == last:
            current = node_hash(step, current)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            current = node_hash(current, step)
        index, last = index // 2, last // 2
    return last == 0 and current == root
