"""From a frozen roll to one ticket per sibling group.

Roll: one canonical row per child, `receipt hash,group,leaf`, sorted by its bytes; the root of their RFC 6962 tree is
published before any entropy exists. Seed: SHA-256 over length-prefixed root, nonces, ball numbers, public value.
Key: HMAC-SHA256(seed, domain). Ticket: HMAC-SHA256(key, group). Order: all 32 bytes, ascending.
Every length prefix is 8 bytes, big-endian, so two different inputs can never run together into one.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lottery.engine.drawing.merkle import merkle_root
from lottery.engine.messages import LotteryError

SEED_LABEL = b"enrollment-lottery/seed/1"
COMMIT_LABEL = b"enrollment-lottery/commit/1"
RECEIPT_LABEL = b"enrollment-lottery/receipt/1"
LEAF_LABEL = b"enrollment-lottery/leaf/1"
DOMAIN_LABEL = "enrollment-lottery/domain/1"
LEAST_SECRET = 16
MOST_SECRET = 256
MOST_BALL = 999_999_999
HASH_TEXT = re.compile(r"[0-9a-f]{64}")
GROUP_TEXT = re.compile(r'[^\s,"\x00-\x1f\x7f]{1,128}')


def length_prefixed(*parts: bytes) -> bytes:
    """Join parts so that they can be told apart again: 8 bytes big-endian length, then the part."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def digest_of(*parts: bytes) -> bytes:
    """SHA-256 over the length-prefixed parts, 32 bytes."""
    return hashlib.sha256(length_prefixed(*parts)).digest()


@dataclass(frozen=True, slots=True)
class RollRow:
    """One child in the public roll: nothing in it can be led back to a family without the family's salt."""

    receipt_hash: str
    group: str
    leaf: str

    def line(self) -> str:
        """The canonical row, as it stands in the CSV and as it enters the tree (UTF-8, no line end)."""
        return f"{self.receipt_hash},{self.group},{self.leaf}"


def receipt_hash(receipt: str, salt: bytes) -> str:
    """Pseudonym of a receipt number. The salt keeps the short, guessable numbers from being tried one by one."""
    if len(salt) < LEAST_SECRET:
        raise LotteryError("roll.salt", least=LEAST_SECRET, length=len(salt))
    return digest_of(RECEIPT_LABEL, salt, receipt.encode()).hex()


def roll_row(receipt: str, *, salt: bytes, group: str | None = None, facts: str = "") -> RollRow:
    """The roll row of one child.

    `group` is the public name of its sibling group; without one the child is a group of its own under its receipt hash.
    `facts` is the text of what the authority holds for this draw; the leaf binds it, only the family can open it.
    """
    pseudonym = receipt_hash(receipt, salt)
    group = group or pseudonym
    leaf = digest_of(LEAF_LABEL, salt, receipt.encode(), group.encode(), facts.encode()).hex()
    return RollRow(pseudonym, group, leaf)


def _check_row(number: int, row: RollRow) -> None:
    for field in ("receipt_hash", "leaf"):
        if not HASH_TEXT.fullmatch(getattr(row, field)):
            raise LotteryError("roll.hash", row=number, field=field)
    if not GROUP_TEXT.fullmatch(row.group):
        raise LotteryError("roll.group", row=number)


def canonical_roll(rows: Iterable[RollRow]) -> tuple[RollRow, ...]:
    """The rows checked and sorted by their bytes. Raises LotteryError roll.* naming the row."""
    checked = []
    for number, row in enumerate(rows, 1):
        _check_row(number, row)
        checked.append(row)
    checked.sort(key=lambda row: row.line().encode())
    for number, (before, row) in enumerate(pairwise(checked), 2):
        if before.receipt_hash == row.receipt_hash:
            raise LotteryError("roll.twice", row=number, value=row.receipt_hash)
    if not checked:
        raise LotteryError("roll.empty")
    return tuple(checked)


def roll_root(roll: Iterable[RollRow]) -> bytes:
    """RFC 6962 root over the canonical rows, 32 bytes; the caller passes what `canonical_roll` gave."""
    return merkle_root(row.line().encode() for row in roll)


def _check_nonce(witness: str, nonce: bytes) -> None:
    if not LEAST_SECRET <= len(nonce) <= MOST_SECRET:
        raise LotteryError("seed.nonce", witness=witness, length=len(nonce))


def commit(root: bytes, witness: str, nonce: bytes) -> str:
    """What a witness publishes first. Root and name are bound in, so it can be neither reused nor copied by another."""
    _check_nonce(witness, nonce)
    return digest_of(COMMIT_LABEL, root, witness.encode(), nonce).hex()


def check_reveal(root: bytes, witness: str, nonce: bytes, commitment: str) -> None:
    """Raises LotteryError seed.reveal when the nonce is not the one committed to."""
    if not hmac.compare_digest(commit(root, witness, nonce), commitment):
        raise LotteryError("seed.reveal", witness=witness)


def draw_seed(
    root: bytes, nonces: Sequence[tuple[str, bytes | None]], balls: Sequence[int], public_value: str
) -> bytes:
    """The seed, 32 bytes, from everything nobody could know when the root was published.

    `nonces` are (witness, nonce) in the committed order; None is a reveal withheld: it enters as an empty part, so that
    the seed also fixes who stayed silent. `balls` are in the order drawn. Raises LotteryError seed.*.
    """
    if len(root) != hashlib.sha256().digest_size:
        raise LotteryError("seed.root", length=len(root))
    parts = [SEED_LABEL, root, len(nonces).to_bytes(8, "big")]
    seen: set[str] = set()
    for witness, nonce in nonces:
        if not witness or witness in seen:
            raise LotteryError("seed.witness", witness=witness)
        seen.add(witness)
        if nonce is not None:
            _check_nonce(witness, nonce)
        parts += [witness.encode(), nonce or b""]
    if any(isinstance(ball, bool) or not 0 <= ball <= MOST_BALL for ball in balls):
        raise LotteryError("seed.balls")
    if not balls and not public_value and all(nonce is None for _, nonce in nonces):
        raise LotteryError("seed.none")
    return digest_of(*parts, ",".join(map(str, balls)).encode(), public_value.encode())


def domain_string(*, district: str, season: str, round_: str, school: str, purpose: str) -> str:
    """One text per district, season, round, school and purpose: a JSON list, so no two sets of parts share a text."""
    parts = [district, season, round_, school, purpose]
    for part in parts:
        if not 1 <= len(part) <= 80 or not part.isprintable():
            raise LotteryError("domain.part", part=ascii(part))
    return json.dumps([DOMAIN_LABEL, *parts], ensure_ascii=False, separators=(",", ":"))


def draw_key(seed: bytes, domain: str) -> bytes:
    """HMAC-SHA256(seed, domain): draws under different domains are unrelated."""
    return hmac.digest(seed, domain.encode(), "sha256")


def ticket(key: bytes, group: str) -> bytes:
    """HMAC-SHA256(key, group), 32 bytes: depends on nobody else, so a withdrawal never reorders the others."""
    return hmac.digest(key, group.encode(), "sha256")


def bulk_tickets(key: bytes, groups: Iterable[str]) -> list[bytes]:
    """`ticket` for many groups: the two keyed HMAC states are built once and copied, a third of the time."""
    padded = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded)).copy
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded)).copy
    tickets: list[bytes] = []
    append = tickets.append
    for group in groups:
        state = inner()
        state.update(group.encode())
        sealed = outer()
        sealed.update(state.digest())
        append(sealed.digest())
    return tickets


def sort_tickets(tickets: Sequence[bytes], groups: Sequence[str]) -> list[int]:
    """Positions in ascending ticket order. Raises LotteryError draw.tie on two equal tickets.

    Sorts by the first 8 bytes as numbers; only if two of those agree are all 32 bytes compared.
    """
    # not at the top: it stands on numpy, which costs every start 0.1 s and 15 MB
    import numpy as np

    heads = np.frombuffer(b"".join(tickets), dtype=">u8")[::4].astype(np.uint64)
    positions = heads.argsort()
    ordered = heads[positions]
    found: list[int] = positions.tolist()
    if not (ordered[1:] == ordered[:-1]).any():
        return found
    found.sort(key=tickets.__getitem__)
    for before, after in pairwise(found):
        if tickets[before] == tickets[after]:
            raise LotteryError("draw.tie", first=groups[before], second=groups[after])
    return found


def ticket_order(key: bytes, groups: Sequence[str]) -> list[int]:
    """Positions of `groups` in the order drawn. A group named twice has two equal tickets and is refused."""
    return sort_tickets(bulk_tickets(key, groups), groups)
