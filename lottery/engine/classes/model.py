"""What classes are made of: a pupil as the assignment sees one, the result, the limits of size."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lottery.engine.messages import LotteryError

Wish = Literal["together", "apart"]
MOST_MEASURE = 10**9
MOST_MONTHS = 10_000
MOST_CLASSES = 200
# Size limits of the ministry: 45 a primary class, 50 a junior one, 56 "large", 66 "oversize"; the highest counts.
SIZE_LIMITS = ((66, "size.oversize"), (56, "size.large"), (51, "size.above_junior"), (46, "size.above_primary"))


@dataclass(frozen=True, slots=True)
class ClassPupil:
    """A pupil to be assigned. Siblings share `group`; one who wishes "apart" parts the whole group.

    `measure` is a scaled whole number (say tenths of a point; primary schools have none: 0), `month` the age in
    months, `kind` the admission group (入学群体).
    """

    id: str
    gender: str
    measure: int = 0
    group: str | None = None
    wish: Wish = "together"
    month: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class SizeWarning:
    """A class above a size limit: a code of `lottery.engine.messages`, the class number from 1, its size."""

    code: str
    number: int
    size: int


@dataclass(frozen=True, slots=True)
class Classes:
    """Class number (from 0) by pupil id; ranges over the classes; a warning for each class above a size limit.

    `mean_range` is in the units of the measure, `month_range` in months, `kind_range` the widest spread of any group.
    """

    assignment: dict[str, int]
    sizes: tuple[int, ...]
    gender_range: int
    mean_range: float
    warnings: tuple[SizeWarning, ...]
    month_range: float = 0.0
    kind_range: int = 0


def size_warnings(sizes: Sequence[int]) -> tuple[SizeWarning, ...]:
    """For every class above a limit the highest limit it exceeds; classes are numbered from 1."""
    found = []
    for number, size in enumerate(sizes, 1):
        code = next((code for least, code in SIZE_LIMITS if size >= least), None)
        if code:
            found.append(SizeWarning(code, number, size))
    return tuple(found)


def check_pupils(pupils: Sequence[ClassPupil], classes: int, size: int | None) -> None:
    """Raises LotteryError classes.count, classes.size or classes.pupil."""
    if type(classes) is not int or not 1 <= classes <= min(len(pupils), MOST_CLASSES):
        raise LotteryError("classes.count", pupils=min(len(pupils), MOST_CLASSES), value=classes)
    least = -(-len(pupils) // classes)
    if size is not None and size < least:
        raise LotteryError("classes.size", least=least, value=size)
    if twice := [name for name, count in Counter(pupil.id for pupil in pupils).items() if count > 1]:
        raise LotteryError("classes.pupil", pupil=ascii(min(twice)), field="id")
    for pupil in pupils:
        if type(pupil.measure) is not int or abs(pupil.measure) > MOST_MEASURE:
            raise LotteryError("classes.pupil", pupil=ascii(pupil.id), field="measure")
        if type(pupil.month) is not int or not 0 <= pupil.month <= MOST_MONTHS:
            raise LotteryError("classes.pupil", pupil=ascii(pupil.id), field="month")
        if pupil.wish not in ("together", "apart"):
            raise LotteryError("classes.pupil", pupil=ascii(pupil.id), field="wish")
