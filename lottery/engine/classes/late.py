"""Late arrivals: a second draw under its own domain puts them where there is most room; nobody placed moves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lottery.engine.classes.model import MOST_CLASSES
from lottery.engine.drawing.tickets import ticket
from lottery.engine.messages import LotteryError


@dataclass(frozen=True, slots=True)
class Late:
    """A late arrival. `near` is the class of a sibling to be joined, `away` are those of siblings to be avoided.

    Late siblings share `group`; `together` says whether they want one class.
    """

    id: str
    gender: str
    group: str | None = None
    together: bool = True
    near: int | None = None
    away: frozenset[int] = field(default_factory=frozenset)


def _check(pupils: Sequence[Late], start: Sequence[Mapping[str, int]], size: int) -> None:
    if not 1 <= len(start) <= MOST_CLASSES:
        raise LotteryError("classes.count", pupils=MOST_CLASSES, value=len(start))
    if twice := [name for name, count in Counter(pupil.id for pupil in pupils).items() if count > 1]:
        raise LotteryError("classes.pupil", pupil=ascii(min(twice)), field="id")
    for pupil in pupils:
        if any(not 0 <= at < len(start) for at in (pupil.near or 0, *pupil.away)):
            raise LotteryError("classes.pupil", pupil=ascii(pupil.id), field="class")
    total = len(pupils) + sum(sum(one.values()) for one in start)
    if total > size * len(start):
        raise LotteryError("classes.full", pupils=len(pupils), size=size)


def _blocks(pupils: Sequence[Late], key: bytes) -> list[list[Late]]:
    """Siblings who want one class are one block; those who go to a sibling come first, then all by their ticket."""
    blocks: dict[str, list[Late]] = {}
    for pupil in sorted(pupils, key=lambda one: one.id):
        blocks.setdefault(f"group/{pupil.group}" if pupil.group and pupil.together else pupil.id, []).append(pupil)
    return sorted(blocks.values(), key=lambda block: (all(one.near is None for one in block), ticket(key, block[0].id)))


def late_arrivals(
    pupils: Sequence[Late], start: Sequence[Mapping[str, int]], *, key: bytes, size: int
) -> dict[str, int]:
    """Class number (from 0) by pupil id. `start` holds, class by class, how many of each gender are there already.

    In the order of their tickets, HMAC(key, id), pupils go to the class with the fewest pupils, then the fewest of
    their gender, then by the ticket of pupil and class; no class exceeds `size`. Raises LotteryError classes.*.
    """
    _check(pupils, start, size)
    sizes = [sum(one.values()) for one in start]
    genders = Counter({(at, gender): count for at, one in enumerate(start) for gender, count in one.items()})
    taken: dict[str, set[int]] = {}
    found: dict[str, int] = {}
    for block in _blocks(pupils, key):
        near = {one.near for one in block if one.near is not None}
        shunned = {at for one in block for at in one.away}
        for one in block:
            if one.group and not one.together:
                shunned |= taken.get(one.group, set())
        fitting = [
            (sizes[at], sum(genders[at, one.gender] for one in block), ticket(key, f"{block[0].id}/{at}"), at)
            for at in (near or range(len(start)))
            if sizes[at] + len(block) <= size and at not in shunned
        ]
        if not fitting or len(near) > 1:
            raise LotteryError("classes.room", group=ascii(block[0].group or block[0].id))
        at = min(fitting)[-1]
        for one in block:
            found[one.id] = at
            sizes[at] += 1
            genders[at, one.gender] += 1
            if one.group:
                taken.setdefault(one.group, set()).add(at)
    return found
