"""What makes children one group of twins: the same parents, the same choices in the same order, born together (pure).

A key holds a digest over round, account, parents and choices, and after it the birth date. Twins may be born on both
sides of midnight: children whose keys differ only in neighbouring days are one group. Nothing is cut off: two lists of
choices that differ anywhere have different digests.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from foundation.canonical import canonical
from verification.agencies import number
from verification.agencies.household import members_of, people_of

DIGITS: Final = 56  # of the digest; with the eight of the day a key has 64 characters
APART: Final = timedelta(days=1)  # the most that lies between two birth dates of one birth
WITH_HOUSEHOLDER: Final = frozenset({"mother", "father", "parent", "spouse", "配偶"})


def group_key(
    *, round_id: object, account: object, parents: Collection[str], choices: Sequence[str], born: date
) -> str:
    """The key of one child; ``parents`` are blind indexes, in any order."""
    body = [str(round_id), str(account), sorted(parents), list(choices)]
    return hashlib.sha256(canonical(body).encode()).hexdigest()[:DIGITS] + f"{born:%Y%m%d}"


def base(key: str) -> str:
    """What the keys of one birth share: everything but the day."""
    return key[:DIGITS]


def born_together(keys: Iterable[str]) -> dict[str, str]:
    """The group of every key: the first key of its birth. Days are chained: of three children each is a day apart."""
    groups: dict[str, str] = {}
    before = ""
    for key in sorted(set(keys)):
        same = before and base(before) == base(key) and _day(key) - _day(before) <= APART
        groups[key] = groups[before] if same else key
        before = key
    return groups


def _day(key: str) -> date:
    text = key[DIGITS:]
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return date.min  # not one of these keys: equal keys are one group, all others are apart


def parents_of(answers: Mapping[str, str], record: Mapping[str, Any] | None) -> tuple[set[str], bool]:
    """(the numbers of the child's parents, whether the household register confirms them).

    Confirmed are the declared parents who stand in the child's household. Where only one does, the householder and the
    couple of the household count, too, so that two children of one father and two mothers are not taken for twins.
    Where none does, the declared numbers stand as declared: a person looks at such an application anyway.
    """
    declared = {number(answers.get(name)) for name in ("guardian_id", "second_guardian_id")} - {""}
    if not record:
        return declared, False
    confirmed = declared & people_of(record)
    if not confirmed:
        return declared, False
    if len(confirmed) == 1:
        couple = {number(one.get("id_number")) for one in members_of(record) if one.get("relation") in WITH_HOUSEHOLDER}
        confirmed |= couple | {number(record.get("householder_id"))}
    return confirmed - {""}, True
