"""Many rows at once by PostgreSQL's COPY: a tenth of the time of INSERT statements."""

from collections.abc import Iterable, Sequence
from tempfile import TemporaryFile

from django.db import connection

# How COPY's text form writes an absent value, and the beginning of bytes in hexadecimal.
NULL, BINARY = r"\N", r"\\x"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def text(value: str) -> str:
    """A text as COPY's text form writes it."""
    return value.translate(_ESCAPES)


def copy_in(table: str, columns: str, rows: Iterable[Sequence[str]]) -> int:
    """Insert rows of fields in COPY's text form, in the current transaction; returns how many.

    The caller has passed free text through ``text``. Constraints hold as for any other row.
    """
    count = 0
    with TemporaryFile("w+", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write("\t".join(row))
            file.write("\n")
            count += 1
        file.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", file)
    return count
