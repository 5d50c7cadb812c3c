"""Database locks that are released by the end of the transaction, also when the process is killed."""

import hashlib

from django.db import connection


class Busy(RuntimeError):
    """Somebody else is doing this at the moment."""


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def lock(name: str) -> None:
    """Wait for the named lock; held until the surrounding transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(name)])


def lock_shared(name: str) -> None:
    """Wait while somebody holds the named lock alone; many may share it. Held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_number(name)])


def lock_or_busy(name: str) -> None:
    """Take the named lock or raise Busy at once: for runs that must never happen twice at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(name)])
        if not cursor.fetchone()[0]:
            raise Busy(name)
