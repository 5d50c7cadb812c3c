"""The three published ways to draw an order, behind one interface; which one applies stands in the announcement.

ticket      HMAC-SHA256(key, group), ascending (default)
ring        the groups, sorted by name, are numbers 1 to n of a closed circle; start and interval come from the key
descending  every group gets a random number of twelve decimal digits, the largest first, as several cities publish it

All three depend on nothing but the key and the names, so anybody can replay them. What each guarantees: docs/audit.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hmac import digest as hmac_digest
from typing import Final, Protocol

from lottery.engine.drawing.ring import ring_winners
from lottery.engine.drawing.tickets import bulk_tickets
from lottery.engine.messages import LotteryError

WORD: Final = 8
WORDS_SPAN: Final = 1 << 64
NUMBER_SPAN: Final = 10**12


class Method(Protocol):
    """A way to draw: one value per group, and the groups in ascending order of their values are the order drawn."""

    @property
    def name(self) -> str:
        """The word in the announcement."""

    def tickets(self, key: bytes, groups: Sequence[str]) -> list[bytes]:
        """One value per group, in the order given. Raises LotteryError draw.tie when two are equal."""

    def shown(self, value: bytes) -> str:
        """What a person reads of a value; it holds no words, so it needs no translation."""


def refuse_equal(values: Sequence[bytes], groups: Sequence[str]) -> None:
    """Raises LotteryError draw.tie naming the first group that repeats another's value."""
    if len(set(values)) == len(values):
        return
    holders: dict[bytes, str] = {}
    for value, group in zip(values, groups, strict=True):
        if value in holders:
            raise LotteryError("draw.tie", first=holders[value], second=group)
        holders[value] = group


def uniform(key: bytes, label: bytes, span: int) -> int:
    """A number from 1 to `span` (at most 2^64), each equally likely.

    The first 8 bytes of HMAC-SHA256(key, label || counter, 8 bytes), counter 0, 1, ...: words in the incomplete last
    stretch of 2^64 are rejected, because taking the remainder of them would favour small numbers. No group's name holds
    a zero byte, so no ticket is made of the same text.
    """
    usable, counter = WORDS_SPAN - WORDS_SPAN % span, 0
    while True:
        made = hmac_digest(key, label + counter.to_bytes(WORD, "big"), "sha256")
        word = int.from_bytes(made[:WORD], "big")
        if word < usable:
            return word % span + 1
        counter += 1


@dataclass(frozen=True, slots=True)
class TicketMethod:
    """HMAC-SHA256(key, group), 32 bytes: a group's ticket depends on nobody else."""

    name: str = "ticket"

    def tickets(self, key: bytes, groups: Sequence[str]) -> list[bytes]:
        """See Method."""
        values = bulk_tickets(key, groups)
        refuse_equal(values, groups)
        return values

    def shown(self, value: bytes) -> str:
        """The first 8 bytes in hexadecimal: enough to tell tickets apart by eye."""
        return value[:WORD].hex()


def ring_numbers(key: bytes, size: int) -> tuple[int, int]:
    """Start number and interval of a ring of `size` numbers under this key, both from 1 to `size`."""
    return uniform(key, b"start", size), uniform(key, b"interval", size)


@dataclass(frozen=True, slots=True)
class RingMethod:
    """All n numbers of the circle are drawn; the value is the place, then the number on the ring, 8 bytes each."""

    name: str = "ring"

    def tickets(self, key: bytes, groups: Sequence[str]) -> list[bytes]:
        """See Method. Raises LotteryError ring.numbers above ten million groups."""
        if not groups:
            return []
        refuse_equal([group.encode() for group in groups], groups)
        size = len(groups)
        circle = sorted(range(size), key=lambda at: groups[at].encode())
        start, interval = ring_numbers(key, size)
        values = [b""] * size
        for place, number in enumerate(ring_winners(numbers=size, seats=size, start=start, interval=interval), 1):
            values[circle[number - 1]] = place.to_bytes(WORD, "big") + number.to_bytes(WORD, "big")
        return values

    def shown(self, value: bytes) -> str:
        """Number on the ring, and the place in which it was drawn."""
        return f"{int.from_bytes(value[WORD:], 'big')} → {int.from_bytes(value[:WORD], 'big')}"


def decimal_number(key: bytes, made: bytes) -> int:
    """A number from 0 to 999,999,999,999, each equally likely, from a ticket's four 8-byte words.

    The first word below the largest multiple of 10^12 counts; if none is, the HMAC of the ticket takes its place.
    """
    usable = WORDS_SPAN - WORDS_SPAN % NUMBER_SPAN
    while True:
        for at in range(0, len(made), WORD):
            word = int.from_bytes(made[at : at + WORD], "big")
            if word < usable:
                return word % NUMBER_SPAN
        made = hmac_digest(key, made, "sha256")


@dataclass(frozen=True, slots=True)
class DescendingMethod:
    """A twelve-digit random number each, the largest first; equal numbers by bytes 8 to 31 of the ticket, ascending.

    The value is 10^12 - 1 - number as 8 bytes, then those 24 bytes.
    """

    name: str = "descending"

    def tickets(self, key: bytes, groups: Sequence[str]) -> list[bytes]:
        """See Method."""
        values = [
            (NUMBER_SPAN - 1 - decimal_number(key, made)).to_bytes(WORD, "big") + made[WORD:]
            for made in bulk_tickets(key, groups)
        ]
        refuse_equal(values, groups)
        return values

    def shown(self, value: bytes) -> str:
        """The random number with its leading zeros."""
        return f"{NUMBER_SPAN - 1 - int.from_bytes(value[:WORD], 'big'):012d}"


_KNOWN: Final[tuple[Method, ...]] = (TicketMethod(), RingMethod(), DescendingMethod())
METHODS: Final[Mapping[str, Method]] = {one.name: one for one in _KNOWN}
DEFAULT: Final = "ticket"


def draw_method(name: str) -> Method:
    """The method named; raises LotteryError draw.method."""
    if name not in METHODS:
        raise LotteryError("draw.method", value=ascii(name))
    return METHODS[name]
