"""Dealing the pupils: a snake by gender, group and measure, then seeded swaps within a gender.

The snake already spreads genders and sizes to within one. A first part of the swaps is made whatever it brings, so that
who meets whom follows from the seed alone and cannot be foreseen; the swaps of `search` then even out months, groups
and measures. Siblings who wish to be together move as one block, siblings who wish to be apart never share a class.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from lottery.engine.classes.model import Classes, ClassPupil, check_pupils, size_warnings
from lottery.engine.classes.search import numbers, qualities
from lottery.engine.drawing.tickets import ticket
from lottery.engine.messages import LotteryError

DEFAULT_SWAPS = 150_000
MIXING = 10  # tries a pupil: random transpositions forget where they began after about ln(n) / 2 of them


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

    def __init__(self, pupils: Sequence[ClassPupil], classes: int, limit: int, key: bytes) -> None:
        self.pupils, self.limit = pupils, limit
        self.rank = [ticket(key, f"class/{at}") for at in range(classes)]
        self.place = [-1] * len(pupils)
        self.sizes = [0] * classes
        self.sums = [0] * classes
        self.genders: Counter[tuple[int, str]] = Counter()
        self.kinds: Counter[tuple[int, str, str]] = Counter()
        self.rivals: dict[int, list[int]] = {}

    def seat(self, number: int, at: int) -> None:
        pupil = self.pupils[number]
        self.place[number] = at
        self.sizes[at] += 1
        self.sums[at] += pupil.measure
        self.genders[at, pupil.gender] += 1
        self.kinds[at, pupil.gender, pupil.kind] += 1

    def allowed(self, number: int, at: int) -> bool:
        return all(self.place[rival] != at for rival in self.rivals.get(number, ()))

    def best(self, block: Sequence[int]) -> int:
        """The class with the fewest of these genders, then pupils, then of these groups, then the smallest sum."""
        members = [self.pupils[number] for number in block]
        fitting = [
            (
                sum(self.genders[at, one.gender] for one in members),
                self.sizes[at],
                sum(self.kinds[at, one.gender, one.kind] for one in members),
                self.sums[at],
                self.rank[at],
                at,
            )
            for at in range(len(self.sizes))
            if self.sizes[at] + len(block) <= self.limit and all(self.allowed(number, at) for number in block)
        ]
        if not fitting:
            raise LotteryError("classes.room", group=ascii(members[0].group or members[0].id))
        return min(fitting)[-1]


def _snake(room: _Room, free: list[int]) -> None:
    """Deal pupils by gender, group and measure; each goes where its gender is rarest: the line turns at both ends."""

    def turn(number: int) -> tuple[bool, str, str, int, int, int]:
        # Siblings to be kept apart go first: at the end only a sibling's class might have room.
        pupil = room.pupils[number]
        return (number not in room.rivals, pupil.gender, pupil.kind, -pupil.measure, pupil.month, number)

    for number in sorted(free, key=turn):
        room.seat(number, room.best([number]))


def _mix(room: _Room, movable: Sequence[int], stream: Iterator[int]) -> None:
    """Swap seeded pairs of one gender, whatever it brings."""
    place = room.place
    for _ in range(MIXING * len(movable)):
        one, two = movable[next(stream) % len(movable)], movable[next(stream) % len(movable)]
        here, there = place[one], place[two]
        if here == there or room.pupils[one].gender != room.pupils[two].gender:
            continue
        if room.allowed(one, there) and room.allowed(two, here):
            place[one], place[two] = there, here


def _swap(room: _Room, movable: Sequence[int], key: bytes, swaps: int) -> None:
    pupils, place, stream = room.pupils, room.place, numbers(key)
    _mix(room, movable, stream)
    parts = qualities(pupils, place, room.sizes)
    for _ in range(swaps if len(movable) > 1 and parts else 0):
        one, two = movable[next(stream) % len(movable)], movable[next(stream) % len(movable)]
        here, there = place[one], place[two]
        if here == there or pupils[one].gender != pupils[two].gender:
            continue
        gain = 0
        for part in parts:
            shift = part.values[two] - part.values[one]
            if shift:
                gain += part.weight * shift * (part.off[there] - part.off[here] - shift)
        if gain > 0 and room.allowed(one, there) and room.allowed(two, here):
            place[one], place[two] = there, here
            for part in parts:
                shift = part.values[two] - part.values[one]
                part.off[here] += shift
                part.off[there] -= shift


def assign_classes(
    pupils: Sequence[ClassPupil], *, classes: int, key: bytes, size: int | None = None, swaps: int = DEFAULT_SWAPS
) -> Classes:
    """Assign every pupil to one of `classes`; `size` is a fixed upper limit (default: as even as can be).

    `key` comes from the ceremony (`tickets.draw_key` under the purpose "classes"). Same input and key, same classes, in
    whatever order the pupils are given. Raises LotteryError classes.*.
    """
    check_pupils(pupils, classes, size)
    ordered = sorted(pupils, key=lambda pupil: pupil.id)
    limit = size or -(-len(ordered) // classes)
    together, apart = _siblings(ordered, classes, limit)
    room = _Room(ordered, classes, limit, key)
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


def _spread(sums: Sequence[int], sizes: Sequence[int]) -> float:
    means = [total / size for total, size in zip(sums, sizes, strict=True) if size]
    return max(means) - min(means)


def _summary(room: _Room) -> Classes:
    pupils, place, classes = room.pupils, room.place, range(len(room.sizes))
    measures, months = [0] * len(classes), [0] * len(classes)
    kinds: Counter[tuple[int, str]] = Counter()
    for pupil, at in zip(pupils, place, strict=True):
        measures[at] += pupil.measure
        months[at] += pupil.month
        kinds[at, pupil.kind] += 1
    genders = [[room.genders[at, gender] for at in classes] for gender in {pupil.gender for pupil in pupils}]
    groups = [[kinds[at, kind] for at in classes] for kind in {pupil.kind for pupil in pupils}]
    return Classes(
        assignment={pupil.id: at for pupil, at in zip(pupils, place, strict=True)},
        sizes=tuple(room.sizes),
        gender_range=max(max(row) - min(row) for row in genders),
        mean_range=_spread(measures, room.sizes),
        warnings=size_warnings(room.sizes),
        month_range=_spread(months, room.sizes),
        kind_range=max(max(row) - min(row) for row in groups),
    )
