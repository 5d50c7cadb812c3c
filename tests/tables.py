"""Tables as people bring them in, and the two people and the worker that take one through."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from accounts.models import Account
from foundation.workbooks import Workbook
from imports.models import Import
from imports.services import import_take, import_undo, import_undo_ask, import_upload, imports_go_on
from tests.lottery.factories import token


def csv_of(rows: Sequence[Mapping[str, object]], encoding: str = "utf-8") -> bytes:
    """Rows by heading as a CSV file; every row names every column that any of them names."""
    heads = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    csv.writer(out).writerows([heads, *([row.get(name, "") for name in heads] for row in rows)])
    return out.getvalue().encode(encoding)


def book_of(rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of text cells."""
    out = io.BytesIO()
    with Workbook(out) as book, book.sheet("x", widths=[9]) as sheet:
        for row in rows:
            sheet.row(row)
    return out.getvalue()


def checked(kind: str, place: str, content: bytes, *, by: Account, file_name: str = "a.csv") -> Import:
    """A table that a worker has looked at."""
    made = import_upload(official=by, kind=kind, place=place, content=content, file_name=file_name)
    return worked(made)


def worked(made: Import) -> Import:
    imports_go_on()
    made.refresh_from_db()
    return made


def taken(made: Import, *, by: Account) -> Import:
    """What a second person took and a worker stored."""
    assert made.state == "ready", (made.state, made.problem, made.report)
    return worked(import_take(official=by, import_id=made.pk, token=token(by)))


def brought(kind: str, place: str, content: bytes, *, by: Account, other: Account) -> Import:
    """A table that is in, by two people."""
    made = taken(checked(kind, place, content, by=by), by=other)
    assert made.state == "applied", (made.state, made.problem)
    return made


def undone(made: Import, *, by: Account, other: Account) -> Import:
    """A table that two people have undone."""
    import_undo_ask(official=by, import_id=made.pk)
    return worked(import_undo(official=other, import_id=made.pk, token=token(other)))
