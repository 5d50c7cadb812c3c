"""What may be wrong with an ID number that is refused: where to look, and which single slip would explain it.

A person who copies 18 digits makes one of two slips: one digit read or typed wrongly, or two neighbours swapped. Each
repair that makes the number right *and* believable (a division that existed, a day that existed, an age that suits
the person) is a candidate; the most likely three are named by their places. The repaired number itself is not said:
the person looks at the document, not at our guess.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from identifiers import resident, text
from identifiers.result import Notice, Role, notice

MOST = 3
LIKELY_AGES: dict[Role, tuple[int, int]] = {"child": (2, 18), "guardian": (16, 100)}  # years, for enrolment
# pairs that are misread on a worn card or mistyped on a phone's keypad
_ALIKE = frozenset(frozenset(pair) for pair in ("17", "06", "08", "38", "56", "58", "69", "89", "12", "23", "45", "78"))


@dataclass(frozen=True, slots=True)
class Repair:
    """One slip that would explain the number: places counted from 1 as on the document."""

    kind: str  # "swap" of two neighbours, or one wrong "digit"
    places: tuple[int, ...]
    value: str


def repairs(raw: str, *, role: Role | None = None, today: date | None = None) -> tuple[Repair, ...]:
    """The likeliest repairs of an 18-character number, at most three; empty for a right number or another shape."""
    value = text.code(raw)
    if len(value) != 18 or not (value[:17].isdecimal() and value[17] in "0123456789X"):
        return ()
    if _believable(value, role, today):
        return ()
    found = [repair for repair in (*_swaps(value), *_digits(value)) if _believable(repair.value, role, today)]
    return tuple(sorted(found, key=lambda repair: _unlikeliness(value, repair))[:MOST])


def _swaps(value: str) -> Iterator[Repair]:
    for at in range(17):
        if value[at] != value[at + 1] and "X" not in value[at : at + 2]:
            changed = f"{value[:at]}{value[at + 1]}{value[at]}{value[at + 2 :]}"
            yield Repair("swap", (at + 1, at + 2), changed)


def _digits(value: str) -> Iterator[Repair]:
    for at in range(18):
        for digit in "0123456789" + ("X" if at == 17 else ""):
            if digit != value[at]:
                yield Repair("digit", (at + 1,), f"{value[:at]}{digit}{value[at + 1 :]}")


def _unlikeliness(value: str, repair: Repair) -> tuple[int, int]:
    """Swapped neighbours first, then digits that look alike, then any digit; from the left within each."""
    at = repair.places[0] - 1
    if repair.kind == "swap":
        return 0, at
    return (1 if frozenset((value[at], repair.value[at])) in _ALIKE else 2), at


def _believable(value: str, role: Role | None, today: date | None) -> bool:
    born = resident.birth_date(value)
    if born is None or resident.check_character(value[:17]) != value[17]:
        return False
    if value[0] != "9" and value[:6] not in resident.known_divisions():
        return False
    return today is None or _age_fits(born, role, today)


def _age_fits(born: date, role: Role | None, today: date) -> bool:
    if born > today:
        return False
    if role is None:
        return True
    youngest, oldest = LIKELY_AGES[role]
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return youngest <= years <= oldest


def diagnose(raw: str, *, role: Role | None = None, today: date | None = None) -> tuple[Notice, ...]:
    """Which parts of an 18-character number cannot be, in words, and where one slip would explain it.

    Also speaks of a number that passes its check character but hardly belongs to this person. Empty where there is
    nothing to say: a right number, or one of another shape, which the ordinary refusal explains.
    """
    value = text.code(raw)
    if len(value) != 18 or not (value[:17].isdecimal() and value[17] in "0123456789X"):
        return ()
    said = [*_parts(value, role, today)]
    named = [_named(repair) for repair in repairs(value, role=role, today=today)]
    return (*said, *named)


def _parts(value: str, role: Role | None, today: date | None) -> Iterator[Notice]:
    if value[0] != "9" and value[:6] not in resident.known_divisions():
        yield notice("look_division")
    born = resident.birth_date(value)
    if born is None:
        yield notice("look_date", date=f"{value[6:10]}-{value[10:12]}-{value[12:14]}")
    elif today is not None and not _age_fits(born, role, today):
        code = {"child": "look_age_child", "guardian": "look_age_guardian"}.get(role or "", "look_age")
        yield notice(code, date=born.isoformat())


def _named(repair: Repair) -> Notice:
    if repair.kind == "swap":
        return notice("look_swap", first=str(repair.places[0]), second=str(repair.places[1]))
    return notice("look_digit", place=str(repair.places[0]))
