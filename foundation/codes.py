"""Codes that people read out, write down and type: nothing that is misread, and forgiving where it is (pure)."""

import secrets
from typing import Final

PLAIN: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: a typed O, I or L can only mean 0, 1, 1
CLEAR: Final = PLAIN[2:]  # without 0 and 1, for paper and screens


def digits(length: int = 6) -> str:
    """A code for a telephone's keys, each equally likely."""
    return f"{secrets.randbelow(10**length):0{length}d}"


def letters(length: int, alphabet: str = CLEAR) -> str:
    """A code of letters and digits, each equally likely."""
    return "".join(secrets.choice(alphabet) for _place in range(length))


def read(typed: str) -> str:
    """What was meant: case, spaces, strokes and O for 0, I or L for 1 do not matter."""
    # a NUL goes, too: PostgreSQL has no text with one
    return typed.upper().translate(str.maketrans("OIL", "011", "- \0"))
