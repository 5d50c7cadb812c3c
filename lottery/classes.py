"""Balanced classes (阳光分班): a snake by gender and measure, then seeded swaps within a gender; anyone can replay it.

The snake already spreads genders to within one; a swap exchanges two pupils of one gender between two classes and is
kept only if the classes' measure sums come closer to the mean. Sums are whole numbers: every machine finds the same.
Siblings who wish to be together move as one block, siblings who wish to be apart never share a class.
"""

import hmac
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lottery.messages import LotteryError

Wish = Literal["together", "apart"]
DEFAULT_SWAPS = 60_000
MOST_MEASURE = 10**9
MOST_CLASSES = 200


@dataclass(frozen=True, slots=True)
class ClassPupil:
    """A pupil to be assigned. `measure` is a scaled whole number (say tenths of a point); siblings share `group`."""

    id: str
    gender: str
    measure: int
    group: str | None = None
    wish: Wish = "together"


@dataclass(frozen=True, slots=True)
class SizeWarning:
    """A class above a size limit: a code of `lottery.messages`, the class number from 1, its size."""

    code: str
    number: int
    size: int


@dataclass(frozen=True, slots=True)
class Classes:
    """Class number (from 0) by pupil id; ranges over the classes; a warning for each size limit reached."""

    assignment: dict[str, int]
    sizes: tuple[int, ...]
    gender_range: int
    mean_range: float
    warnings: tuple[SizeWarning, ...]


# Size limits of the ministry: 45 a primary class, 50 a junior one, 56 "large", 66 "oversize"; the highest counts.
SIZE_LIMITS = ((66, "size.oversize"), (56, "size.large"), (51, "size.above_junior"), (46, "size.above_primary"))


def _numbers(key: bytes) -> Iterator[int]:
    """Endless unsigned 32-bit numbers: HMAC-SHA256(key, counter), cut into four-byte big-endian pieces."""
    counter = 0
    while True:
        block = hmac.digest(key, counter.to_bytes(8, "big"), "sha256")
        yield from (int.from_bytes(block[at : at + 4], "big") for at in range(0, 32, 4))
        counter += 1


def _check(pupils: Sequence[ClassPupil], classes: int, size: int | None) -> None:
    if not 1 <= classes <= min(len(pupils), MOST_CLASSES):
        raise LotteryError("classes.count", pupils=min(len(pupils), MOST_CLASSES), value=classes)
    least = -(-len(pupils) // classes)
    if size is not None and size < least:
        raise LotteryError("classes.size", least=least, value=size)
    if twice := [name for name, count in Counter(pupil.id for pupil in pupils).items() if count > 1]:
        raise LotteryError("classes.pupil", pupil=ascii(min(twice)), field="id")
    for pupil in pupils:
        if type(pupil.measure) is not int or abs(pupil.measure) > MOST_MEASURE:
            raise LotteryError("classes.pupil", pupil=ascii(pupil.id), field="measure")
        if pupil.wish not in ("together", "apart"):
            raise LotteryError("classes.pupil", pupil=ascii(pupil.id), field="wish")


def _siblings(pupils: Sequence[ClassPupil], classes: int, limit: int) -> tuple[list[list[int]], list[list[int]]]:
    """Groups that stay together and groups that stay apart, as pupil numbers. One `apart` parts the whole group."""
    groups: dict[str, list[int]] = {}
    for number, pupil in enumerate(pupils):
        if pupil.group is not None:
            groups.setdefault(pupil.group, []).append(number)
    together, apart = [], []
    for name, members in groups.items():
        if any(pupils[member].wish == "apart" for member in members):
            if len(members) > classes:
                raise LotteryError("classes.apart", group=ascii(name))
            apart.append(members)
        else:
            if len(members) > limit:
                raise LotteryError("classes.together", group=ascii(name))
            together.append(members)
    return together, apart


class _Room:
    """The classes while they are being filled and improved."""

    def __init__(self, pupils: Sequence[ClassPupil], classes: int, limit: int) -> None:
        self.pupils, self.limit = pupils, limit
        self.place = [-1] * len(pupils)
        self.sizes = [0] * classes
        self.sums = [0] * classes
        self.genders: Counter[tuple[int, str]] = Counter()
        self.rivals: dict[int, list[int]] = {}

    def seat(self, number: int, at: int) -> None:
        pupil = self.pupils[number]
        self.place[number] = at
        self.sizes[at] += 1
        self.sums[at] += pupil.measure
        self.genders[at, pupil.gender] += 1

    def allowed(self, number: int, at: int) -> bool:
        return all(self.place[rival] != at for rival in self.rivals.get(number, ()))

    def best(self, block: Sequence[int]) -> int:
        """The class with the fewest of these genders, then the fewest pupils, then the smallest sum of measures."""
        genders = [self.pupils[number].gender for number in block]
        fitting = [
            (sum(self.genders[at, gender] for gender in genders), self.sizes[at], self.sums[at], at)
            for at in range(len(self.sizes))
            if self.sizes[at] + len(block) <= self.limit and all(self.allowed(number, at) for number in block)
        ]
        if not fitting:
            name = self.pupils[block[0]].group or self.pupils[block[0]].id
            raise LotteryError("classes.room", group=ascii(name))
        return min(fitting)[3]


def _snake(room: _Room, free: list[int]) -> None:
    """Deal pupils by gender, then measure; each goes where its gender is rarest, so the line turns at both ends."""

    def turn(number: int) -> tuple[bool, str, int, int]:
        # Siblings to be kept apart go first: at the end only a sibling's class might have room.
        pupil = room.pupils[number]
        return (number not in room.rivals, pupil.gender, -pupil.measure, number)

    for number in sorted(free, key=turn):
        room.seat(number, room.best([number]))


def _swap(room: _Room, movable: Sequence[int], key: bytes, swaps: int) -> None:
    """Try seeded pairs of one gender; keep those that lower the squared distance of sums from the mean.

    Classes may differ by one in size, so sums are compared as `sum - size * mean`, scaled by the number of pupils.
    """
    pupils, place, sums, total = room.pupils, room.place, room.sums, len(room.pupils)
    mean = sum(pupil.measure for pupil in pupils)
    off = [total * one - size * mean for one, size in zip(sums, room.sizes, strict=True)]
    stream = _numbers(key)
    for _ in range(swaps if len(movable) > 1 else 0):
        one, two = movable[next(stream) % len(movable)], movable[next(stream) % len(movable)]
        here, there = place[one], place[two]
        if here == there or pupils[one].gender != pupils[two].gender:
            continue
        shift = total * (pupils[two].measure - pupils[one].measure)
        gain = shift * (off[there] - off[here] - shift)
        if gain > 0 and room.allowed(one, there) and room.allowed(two, here):
            place[one], place[two] = there, here
            off[here] += shift
            off[there] -= shift
            sums[here] += pupils[two].measure - pupils[one].measure
            sums[there] -= pupils[two].measure - pupils[one].measure


def assign_classes(
    pupils: Sequence[ClassPupil], *, classes: int, key: bytes, size: int | None = None, swaps: int = DEFAULT_SWAPS
) -> Classes:
    """Assign every pupil to one of `classes`; `size` is a fixed upper limit (default: as even as can be).

    `key` comes from the ceremony (`tickets.draw_key` under the purpose "classes"). Same input and key, same classes, in
    whatever order the pupils are given. Raises LotteryError classes.*.
    """
    _check(pupils, classes, size)
    ordered = sorted(pupils, key=lambda pupil: pupil.id)
    limit = size or -(-len(ordered) // classes)
    together, apart = _siblings(ordered, classes, limit)
    room = _Room(ordered, classes, limit)
    room.rivals = {member: [other for other in group if other != member] for group in apart for member in group}
    fixed = {member for group in together for member in group}
    for group in sorted(together, key=lambda members: (-len(members), members)):
        at = room.best(group)
        for member in group:
            room.seat(member, at)
    movable = [number for number in range(len(ordered)) if number not in fixed]
    _snake(room, movable)
    _swap(room, movable, key, swaps)
    return _summary(room)


def _summary(room: _Room) -> Classes:
    genders = {pupil.gender for pupil in room.pupils}
    numbers = range(len(room.sizes))
    counts = [[room.genders[at, gender] for at in numbers] for gender in genders]
    means = [total / size for total, size in zip(room.sums, room.sizes, strict=True) if size]
    warnings = []
    for at in numbers:
        code = next((code for least, code in SIZE_LIMITS if room.sizes[at] >= least), None)
        if code:
            warnings.append(SizeWarning(code, at + 1, room.sizes[at]))
    return Classes(
        assignment={pupil.id: at for pupil, at in zip(room.pupils, room.place, strict=True)},
        sizes=tuple(room.sizes),
        gender_range=max(max(row) - min(row) for row in counts),
        mean_range=max(means) - min(means),
        warnings=tuple(warnings),
    )
