"""Many rows at once: by PostgreSQL's COPY, or those of one event in one round trip."""

from collections.abc import Iterable, Sequence
from functools import cache
from tempfile import TemporaryFile
from typing import Any

from django.db import connection
from django.db.models import AutoField, BigAutoField, Model

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


@cache
def _insertion(model: type[Model]) -> tuple[str, tuple[Any, ...]]:
    """The INSERT statement of a model, made once a process, and the fields it takes."""
    fields = tuple(one for one in model._meta.local_concrete_fields if not isinstance(one, AutoField | BigAutoField))
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})", fields  # noqa: S608 - own names


def insert(rows: Sequence[Model]) -> None:
    """Insert rows of any tables in this order and in one round trip, in the current transaction.

    The ORM makes each statement anew, which costs more than running it. Of the numbers that the database gives only the
    last row's is read back. Raises IntegrityError.
    """
    statements, values = [], []
    for row in rows:
        statement, fields = _insertion(type(row))
        statements.append(statement)
        values += [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    key = rows[-1]._meta.pk
    returning = f" RETURNING {connection.ops.quote_name(str(key.column))}"
    with connection.cursor() as cursor:
        cursor.execute(";".join(statements) + returning, values)
        rows[-1].pk = cursor.fetchone()[0]
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
