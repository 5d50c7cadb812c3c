"""Database locks that are released by the end of the transaction, also when the process is killed."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


class Busy(RuntimeError):
    """Somebody else is doing this at the moment."""


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def lock(name: str) -> None:
    """Wait for the named lock; held until the surrounding transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(name)])


def lock_all(names: Iterable[str]) -> None:
    """Wait for all the named locks, in one order whoever asks; held until the surrounding transaction ends."""
    numbers = sorted({_number(name) for name in names})
    if numbers:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(n) FROM unnest(%s) AS n", [numbers])


def lock_shared(name: str, then: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """Wait while somebody holds the named lock alone; many may share it. Held until the transaction ends.

    Answers with the first row of the query ``then``, made in the same round trip: it begins when the lock is held, and
    so sees what whoever held it has committed.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock_shared(%s); {then}", [_number(name), *values])
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def lock_or_busy(name: str) -> None:
    """Take the named lock or raise Busy at once: for runs that must never happen twice at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(name)])
        if not cursor.fetchone()[0]:
            raise Busy(name)
