"""Many rows at once: by COPY, as one UPDATE joined to a list of values, or those of one event in one round trip."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import zip_longest
from tempfile import TemporaryFile
from typing import Any

from django.db import connection
from django.db.models import AutoField, BigAutoField, Model
from psycopg2.extras import execute_values

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


def stored_alike(table: str, columns: str, rows: Iterable[Sequence[str]], *, only: str) -> bool:
    """Whether the stored rows, in the order they were made, are exactly those that ``copy_in`` would insert.

    ``only`` is the condition on the stored rows, in SQL, written in the program and never from input.
    """
    with TemporaryFile("w+", encoding="utf-8", newline="\n") as file, connection.cursor() as cursor:
        select = f"SELECT {columns} FROM {table} WHERE {only} ORDER BY id"  # noqa: S608 - from the program
        cursor.copy_expert(f"COPY ({select}) TO STDOUT", file)
        file.seek(0)
        return all(stored == "\t".join(row or ()) + "\n" for stored, row in zip_longest(file, rows))


def update_rows(rows: Sequence[Model], names: Sequence[str], *, only: str = "") -> int:
    """Write these fields of every row as the objects have them, in one statement; returns how many rows were changed.

    ``names`` are attribute names ("school_id" for a foreign key); ``only`` is a further condition on the stored row, in
    SQL over ``t``, written in the program and never from input. The statement is built from the model, not compiled by
    the ORM: its ``bulk_update`` builds a CASE for each row and field.
    """
    if not rows:
        return 0
    meta = rows[0]._meta
    key = meta.pk
    fields = [_field(meta, name) for name in names]
    sets = ", ".join(f'"{one.column}" = v."{one.column}"::{one.db_type(connection)}' for one in fields)
    columns = ", ".join(f'"{one.column}"' for one in fields)
    values = [[_stored(one, getattr(row, one.attname)) for one in (key, *fields)] for row in rows]
    condition = f" AND ({only})" if only else ""
    sql = (
        f'UPDATE "{meta.db_table}" t SET {sets} FROM (VALUES %s) AS v(key, {columns})'  # noqa: S608 - from the model
        f' WHERE t."{key.column}" = v.key::{key.db_type(connection)}{condition}'
    )
    with connection.cursor() as cursor:
        execute_values(cursor.cursor, sql, values, page_size=len(values))
        return int(cursor.rowcount)


def _field(meta: Any, name: str) -> Any:
    return next(one for one in meta.concrete_fields if name in {one.attname, one.name})


def _stored(field: Any, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


@cache
def _insertion(model: type[Model]) -> tuple[str, tuple[Any, ...]]:
    """The INSERT statement of a model, made once a process, and the fields it takes."""
    fields = tuple(one for one in model._meta.local_concrete_fields if not isinstance(one, AutoField | BigAutoField))
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})", fields  # noqa: S608 - own names


def insert_new(rows: Sequence[Model]) -> list[Any]:
    """Insert rows of one table but those that a constraint says are there already; the keys of the new ones.

    In the current transaction and, up to 2,000 rows, in one round trip.
    """
    return _inserted(rows, "ON CONFLICT DO NOTHING") if rows else []


def insert_alike(rows: Sequence[Model]) -> None:
    """Insert rows of one table; up to 2,000 in one statement, which needs no transaction around it.

    Raises IntegrityError. ``bulk_create`` opens a transaction for a single statement, too: two round trips more.
    """
    if rows:
        _inserted(rows, "")


def _inserted(rows: Sequence[Model], conflict: str) -> list[Any]:
    statement, fields = _insertion(type(rows[0]))
    key = connection.ops.quote_name(str(rows[0]._meta.pk.column))
    head = statement[: statement.index(" VALUES ")]
    values = [[_stored(field, field.pre_save(row, True)) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        found = execute_values(
            cursor.cursor,
            f"{head} VALUES %s {conflict} RETURNING {key}",
            values,
            page_size=2000,
            fetch=True,
        )
    return [one for (one,) in found]


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
