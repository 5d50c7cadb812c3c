"""One draw: groups in the order drawn take the seats; what happens to siblings at the last seat is fixed beforehand.

expand  the group that no longer fits is seated whole, with as many extra seats as it lacks, and the draw ends (default)
skip    a group that no longer fits is passed over; later, smaller groups may still fit
stop    the draw ends before the first group that no longer fits; the seats left stay empty
split   the group's members take the seats left, in the order of their own member tickets
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lottery.engine.drawing.methods import DEFAULT, draw_method
from lottery.engine.drawing.tickets import RollRow, bulk_tickets, sort_tickets
from lottery.engine.messages import LotteryError

MOST_SEATS = 10_000_000


class SiblingRule(StrEnum):
    """What happens to a sibling group at the last seat."""

    EXPAND = "expand"
    SKIP = "skip"
    STOP = "stop"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class DrawResult:
    """Groups and their values under the method, in the order drawn; winners and waiting list as receipt hashes."""

    order: tuple[str, ...]
    tickets: tuple[bytes, ...]
    winners: tuple[str, ...]
    waiting: tuple[str, ...]
    extra_seats: int


def sibling_rule(value: str) -> SiblingRule:
    """The rule named; raises LotteryError draw.rule."""
    try:
        return SiblingRule(value)
    except ValueError:
        raise LotteryError("draw.rule", value=ascii(value)) from None


def seat_groups(sizes: Sequence[int], seats: int, rule: SiblingRule) -> list[int]:
    """How many members of each group, in the order drawn, get a seat. `sizes` are the groups' sizes in that order."""
    seated = [0] * len(sizes)
    left = seats
    for position, size in enumerate(sizes):
        if left <= 0:
            break
        if size <= left or rule is SiblingRule.EXPAND:
            seated[position] = size
        elif rule is SiblingRule.STOP:
            break
        elif rule is SiblingRule.SPLIT:
            seated[position] = left
        left -= seated[position]
    return seated


def member_order(key: bytes, group: str, members: Sequence[str]) -> list[str]:
    """Members of one group by HMAC-SHA256(key, group || 0x1f || receipt hash): no group name contains 0x1f."""
    if len(members) == 1:
        return list(members)
    return sorted(members, key=lambda member: hmac.digest(key, f"{group}\x1f{member}".encode(), "sha256"))


def groups_of(roll: Sequence[RollRow]) -> dict[str, list[str]]:
    """Receipt hashes by group."""
    groups: dict[str, list[str]] = {}
    for row in roll:
        groups.setdefault(row.group, []).append(row.receipt_hash)
    return groups


def _values_in_order(names: Sequence[str], key: bytes, method: str) -> tuple[list[bytes], list[int]]:
    if method == DEFAULT:
        # Tickets are sorted by their heads, which finds equal ones on the way.
        tickets = bulk_tickets(key, names)
        return tickets, sort_tickets(tickets, names)
    values = draw_method(method).tickets(key, names)
    return values, sorted(range(len(values)), key=values.__getitem__)


def draw(
    groups: Mapping[str, Sequence[str]], *, key: bytes, seats: int, rule: SiblingRule, method: str = DEFAULT
) -> DrawResult:
    """Draw the groups (name -> members) for a number of seats. Raises LotteryError draw.*."""
    if type(seats) is not int or not 0 <= seats <= MOST_SEATS:
        raise LotteryError("draw.seats", value=ascii(seats))
    names = list(groups)
    if not names:
        raise LotteryError("roll.empty")
    tickets, positions = _values_in_order(names, key, method)
    order = [names[position] for position in positions]
    seated = seat_groups([len(groups[name]) for name in order], seats, rule)
    winners: list[str] = []
    waiting: list[str] = []
    for name, count in zip(order, seated, strict=True):
        members = member_order(key, name, groups[name])
        winners += members[:count]
        waiting += members[count:]
    ordered_tickets = tuple(tickets[position] for position in positions)
    return DrawResult(tuple(order), ordered_tickets, tuple(winners), tuple(waiting), max(0, len(winners) - seats))
