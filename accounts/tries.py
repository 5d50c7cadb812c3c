"""Wrong codes of one number, counted by who typed them (pure): a stranger's tries never use up the family's own.

Three kinds of askers: the browser that had the code sent (``ask:``), a browser known to the account (``device:``), and
everybody else (``other:``, by signed-in account or address). Each has five tries; all others together have twenty a
day. A new code gives its browser five new tries: how many codes may be sent is limited in ``accounts.limit_rules``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from foundation import codes

MOST: Final = codes.TRIES
LOCK_SECONDS: Final = 15 * 60
OTHERS: Final = "others"
MOST_OTHERS: Final = 20
DAY_SECONDS: Final = 86_400
MOST_ASKERS: Final = 200  # rows kept: above what the limits on codes let anybody reach in a day

# {asker: [wrong codes, when the last one was, in seconds]}
Tries = Mapping[str, list[int]]


@dataclass(frozen=True, slots=True)
class Counted:
    """The tries after one more wrong code, how many are left to this asker, and for how many seconds it is shut out."""

    tries: dict[str, list[int]]
    left: int
    locked: int


def locked(tries: Tries, asker: str, now: int) -> int:
    """For how many seconds nothing is taken from this asker; 0 when a code may be tried."""
    seconds = _remaining(tries, asker, now, MOST, LOCK_SECONDS)
    if _is_other(asker):
        seconds = max(seconds, _remaining(tries, OTHERS, now, MOST_OTHERS, DAY_SECONDS))
    return seconds


def wrong(tries: Tries, asker: str, now: int) -> Counted:
    """Count one more wrong code of an asker that is not locked."""
    kept = {name: row for name, row in tries.items() if now - row[1] < _span(name)}
    kept[asker] = [kept.get(asker, [0, now])[0] + 1, now]
    if _is_other(asker):  # a fixed day: the time stays that of the first
        first = kept.get(OTHERS, [0, now])
        kept[OTHERS] = [first[0] + 1, first[1]]
    newest = dict(sorted(kept.items(), key=lambda item: item[1][1])[-MOST_ASKERS:])
    left = MOST - kept[asker][0]
    if _is_other(asker):
        left = min(left, MOST_OTHERS - kept[OTHERS][0])
    return Counted(newest, max(0, left), locked(newest, asker, now))


def right(tries: Tries, asker: str) -> dict[str, list[int]]:
    """The tries after a right code: the asker's own slips are forgotten, everybody else's stay."""
    kept = {name: list(row) for name, row in tries.items() if name != asker}
    if _is_other(asker) and OTHERS in kept:
        kept[OTHERS][0] -= tries.get(asker, [0])[0]
        if kept[OTHERS][0] <= 0:
            del kept[OTHERS]
    return kept


def _is_other(asker: str) -> bool:
    return not asker.startswith(("device:", "ask:"))


def _span(name: str) -> int:
    return DAY_SECONDS if name == OTHERS else LOCK_SECONDS


def _remaining(tries: Tries, name: str, now: int, most: int, seconds: int) -> int:
    row = tries.get(name)
    return 0 if row is None or row[0] < most else max(0, row[1] + seconds - now)
