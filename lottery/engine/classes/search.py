"""Seeded swaps of two pupils of one gender, kept only if the classes come closer to the mean of the year.

The cost is a sum of squares in whole numbers, so that every machine finds the same. Each quality (age in months,
admission group, measure) is divided by its own spread over the year and then weighed: months before groups before the
measure.
"""

import hmac
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lottery.engine.classes.model import ClassPupil

MONTH_WEIGHT, KIND_WEIGHT, MEASURE_WEIGHT = 4, 2, 1
SCALE = 10**15


def numbers(key: bytes) -> Iterator[int]:
    """Endless unsigned 32-bit numbers: HMAC-SHA256(key, counter), cut into four-byte big-endian pieces."""
    counter = 0
    while True:
        block = hmac.digest(key, counter.to_bytes(8, "big"), "sha256")
        yield from (int.from_bytes(block[at : at + 4], "big") for at in range(0, 32, 4))
        counter += 1


@dataclass(slots=True)
class Quality:
    """One number per pupil (times the count of pupils) and, per class, how far its sum is from the mean's share."""

    weight: int
    values: list[int]
    off: list[int]


def quality(values: Sequence[int], place: Sequence[int], sizes: Sequence[int], weight: int) -> Quality | None:
    """None when all values are equal: there is nothing to balance.

    Classes may differ by one in size, so sums are compared as `sum - size * mean`, scaled by the number of pupils.
    """
    count, total = len(values), sum(values)
    spread = count * sum(value * value for value in values) - total * total
    if not spread:
        return None
    sums = [0] * len(sizes)
    for value, at in zip(values, place, strict=True):
        sums[at] += value
    off = [count * one - size * total for one, size in zip(sums, sizes, strict=True)]
    return Quality(weight * SCALE // spread, [count * value for value in values], off)


def qualities(pupils: Sequence[ClassPupil], place: Sequence[int], sizes: Sequence[int]) -> list[Quality]:
    """Months, one quality per admission group, measure; only those in which pupils differ."""
    found = [quality([pupil.month for pupil in pupils], place, sizes, MONTH_WEIGHT)]
    kinds = Counter(pupil.kind for pupil in pupils)
    for kind in sorted(kinds):
        found.append(quality([int(pupil.kind == kind) for pupil in pupils], place, sizes, KIND_WEIGHT))
    found.append(quality([pupil.measure for pupil in pupils], place, sizes, MEASURE_WEIGHT))
    return [one for one in found if one is not None]
