"""Codes that people read out, write down and type: nothing that is misread, and forgiving where it is (pure).

Whoever asks for a code that was typed does it in four steps: ``read`` what was meant, compare with ``same``, count a
wrong one with ``wrong``, and take nothing more when that says ``over``. What is stored and said is the caller's.
"""

import hmac
import secrets
from dataclasses import dataclass
from typing import Final

PLAIN: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: a typed O, I or L can only mean 0, 1, 1
CLEAR: Final = PLAIN[2:]  # without 0 and 1, for paper and screens
TRIES: Final = 5  # that many wrong codes, and nothing more is taken


def digits(length: int = 6) -> str:
    """A code for a telephone's keys, each equally likely."""
    return f"{secrets.randbelow(10**length):0{length}d}"


def letters(length: int, alphabet: str = CLEAR) -> str:
    """A code of letters and digits, each equally likely."""
    return "".join(secrets.choice(alphabet) for _place in range(length))


def read(typed: str, among: str = "") -> str:
    """What was meant: case, spaces, strokes and O for 0, I or L for 1 do not matter; of ``among`` nothing else does."""
    # a NUL goes, too: PostgreSQL has no text with one
    plain = "".join(typed.upper().split()).translate(str.maketrans("OIL", "011", "\0"))
    return "".join(one for one in plain if one in among) if among else plain.replace("-", "")


def same(given: str, kept: str) -> bool:
    """Whether two codes, or their blind indexes, are one: in constant time, and never where none is kept."""
    return bool(kept) and hmac.compare_digest(given.encode(), kept.encode())


@dataclass(frozen=True, slots=True)
class Wrong:
    """How many wrong codes were typed, with this one."""

    failures: int

    @property
    def left(self) -> int:
        """How many tries are left."""
        return max(0, TRIES - self.failures)

    @property
    def over(self) -> bool:
        """Whether nothing more is taken."""
        return not self.left


def wrong(before: int) -> Wrong:
    """One more wrong code after ``before`` others."""
    return Wrong(before + 1)
