"""Drawing teachers to classes: slots in the order of their tickets, class by class; a teacher never gets the own child.

A teacher of several classes has as many slots. Without a bar, class 1 gets the first slot, class 2 the second: a plain
permutation. A class that may have no free slot takes one from a class that may have another (Kuhn's matching).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lottery.engine.classes.model import MOST_CLASSES
from lottery.engine.drawing.tickets import ticket
from lottery.engine.messages import LotteryError

CLASS_TEACHER = "班主任 / class teacher"  # how a message names the draw without a subject


@dataclass(frozen=True, slots=True)
class Teacher:
    """A team or teacher to be drawn: how many classes at most, and which classes (from 0) never: the own child's."""

    id: str
    capacity: int = 1
    barred: frozenset[int] = field(default_factory=frozenset)


def _slots(teachers: Sequence[Teacher], key: bytes, subject: str) -> list[Teacher]:
    seen: set[str] = set()
    slots: list[tuple[bytes, Teacher]] = []
    for teacher in teachers:
        if teacher.id in seen or not teacher.id:
            raise LotteryError("classes.teacher", teacher=ascii(teacher.id), field="id")
        if type(teacher.capacity) is not int or not 1 <= teacher.capacity <= MOST_CLASSES:
            raise LotteryError("classes.teacher", teacher=ascii(teacher.id), field="capacity")
        seen.add(teacher.id)
        for number in range(teacher.capacity):
            slots.append((ticket(key, f"{subject}/{teacher.id}/{number}"), teacher))
    return [teacher for _, teacher in sorted(slots, key=lambda slot: slot[0])]


def _place(at: int, slots: Sequence[Teacher], holder: list[int | None], tried: set[int]) -> bool:
    """Give class `at` a slot: the first free one it may have, else one whose class can take another."""
    allowed = [slot for slot, teacher in enumerate(slots) if at not in teacher.barred]
    for slot in allowed:
        if holder[slot] is None:
            holder[slot] = at
            return True
    for slot in allowed:
        if slot not in tried:
            tried.add(slot)
            other = holder[slot]
            if other is not None and _place(other, slots, holder, tried):
                holder[slot] = at
                return True
    return False


def draw_teachers(teachers: Sequence[Teacher], *, classes: int, key: bytes, subject: str = "") -> tuple[str, ...]:
    """The teacher's id for every class. `subject` keeps draws of two subjects apart. Raises LotteryError classes.*."""
    slots = _slots(teachers, key, subject)
    if len(slots) < classes:
        raise LotteryError("classes.teachers", subject=subject or CLASS_TEACHER, classes=classes, value=len(slots))
    holder: list[int | None] = [None] * len(slots)
    for at in range(classes):
        if not _place(at, slots, holder, set()):
            raise LotteryError("classes.barred", subject=subject or CLASS_TEACHER, number=at + 1)
    drawn = {at: slots[slot].id for slot, at in enumerate(holder) if at is not None}
    return tuple(drawn[at] for at in range(classes))
