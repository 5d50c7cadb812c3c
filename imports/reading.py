"""From the bytes of a table to its rows as a kind reads them, one at a time, with all that is wrong with each."""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from django.utils.translation import gettext as _

from foundation import files
from foundation.confined import Limits
from foundation.errors import Refused
from foundation.tables import MEGABYTE, OLD_BINARY, Line, UnreadableTable, open_table
from foundation.wording import say
from imports.heading import LOOKED_AT, MESSAGES, Wrong, match
from imports.kinds import Column, Entry, Fail, Kind, Place, Reader

LIMITS: Final = Limits(cpu_seconds=180, memory_bytes=1024 * MEGABYTE, wall_seconds=3600)
MOST_UNPACKED: Final = 512 * MEGABYTE
LOST_DIGITS: Final = re.compile(r"\d(?:[.,]\d+)?e\+?\d{1,3}", re.IGNORECASE)


class WrongHeading(Refused):
    """The first row is not understood."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        self.wrong = tuple(wrong)
        super().__init__("\n".join(map(heading_words, wrong)), code=wrong[0].code, field="file")


def heading_words(wrong: Wrong) -> str:
    """What is wrong with the first row, and what to do."""
    return say(MESSAGES[wrong.code], wrong.params)


@dataclass(slots=True)
class ReadRow:
    """One row: what it means, or what is wrong with it as (heading of the column, what to do)."""

    line: int
    cells: list[str]
    entry: Entry | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A table whose first row was understood."""

    rows: int
    heading: list[str]
    unread: tuple[str, ...]
    read: Iterator[ReadRow]


@contextmanager
def reading(sha256: str, kind: Kind, place: Place) -> Iterator[OpenTable]:
    """Read a stored table. Raises UnreadableTable, and Refused where the first row is not understood."""
    pieces = files.pieces(sha256)
    first = next(pieces, b"")
    if first.startswith(OLD_BINARY):
        raise UnreadableTable("old")
    with (
        open_table(_all(first, pieces), rows=kind.most_rows + 1, unpacked=MOST_UNPACKED, limits=LIMITS) as table,
        Seen() as seen,
    ):
        found = rows_of(kind.columns_of(place), kind.reader(place), table.lines, seen)
        yield OpenTable(max(0, table.rows - 1), found.heading, found.unread, found.read)


def rows_of(columns: Sequence[Column], reader: Reader, lines: Iterator[Line], seen: "Seen") -> OpenTable:
    """The rows of a table as a reader understands them. Raises WrongHeading."""
    ahead = [line for _at, line in zip(range(LOOKED_AT), lines, strict=False)]
    heading = match([line.cells for line in ahead], [one.named for one in columns], merged=_merged(ahead))
    if heading.wrong:
        raise WrongHeading(heading.wrong)
    rows = _Rows(reader, {one.name: one for one in columns}, heading.places, seen)
    return OpenTable(0, ahead[0].cells, heading.unread, rows.read(ahead[1:], lines))


def _all(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others


def _merged(lines: list[Line]) -> str:
    mark = lines[0].mark if lines else ""
    return mark.removeprefix("merged:") if mark.startswith("merged:") else ""


class Seen:
    """In which line each key stood first, whatever the length of a table: on disk as soon as there are many.

    What is kept is a digest under a key that dies with the process: nothing of a person lies there.
    """

    def __init__(self) -> None:
        import sqlite3

        self._secret = secrets.token_bytes(16)
        self._rows = sqlite3.connect("")  # a temporary file of its own, which nobody else can open
        self._rows.execute("PRAGMA synchronous = OFF")
        self._rows.execute("CREATE TABLE seen (key INTEGER PRIMARY KEY, line INTEGER)")

    def first(self, key: str, line: int) -> int:
        """The line in which this key stood first: ``line`` itself for a new one."""
        digest = blake2b(key.encode(), key=self._secret, digest_size=8).digest()
        number = int.from_bytes(digest, "big", signed=True)
        made = self._rows.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (number, line))
        if made.rowcount:
            return line
        found: int = self._rows.execute("SELECT line FROM seen WHERE key = ?", (number,)).fetchone()[0]
        return found

    def __enter__(self) -> "Seen":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._rows.close()


class _Rows:
    """The rows of one table below its first."""

    def __init__(self, reader: Reader, columns: Mapping[str, Column], places: Mapping[str, int], seen: Seen) -> None:
        reader.there = frozenset(places)
        self._reader, self._columns, self._places, self._seen = reader, columns, places, seen

    def read(self, ahead: list[Line], others: Iterator[Line]) -> Iterator[ReadRow]:
        number = 1
        for lines in (ahead, others):
            for line in lines:
                number += 1
                if any(line.cells):
                    yield self._row(number, line)
        for at, column, message in self._reader.finish():
            yield ReadRow(at, [], problems=[(self._heading(column), message)])

    def _heading(self, column: str) -> str:
        return self._columns[column].heading if column in self._columns else ""

    def _row(self, number: int, line: Line) -> ReadRow:
        row = ReadRow(number, line.cells)

        def fail(column: str, message: str) -> None:
            row.problems.append((self._heading(column), message))

        cells = {
            name: line.cells[at].strip() if (at := self._places.get(name, -1)) in range(len(line.cells)) else ""
            for name in self._columns
        }
        _mark(line.mark, fail)
        for name, column in self._columns.items():
            if column.needed and not cells[name]:
                fail(name, _("This cell is empty. Fill it in."))
            elif column.digits and LOST_DIGITS.fullmatch(cells[name]):
                fail(name, lost_digits(cells[name][:40]))
        if row.problems:
            return row
        self._reader.line = number
        row.entry = self._reader.read(cells, fail)
        if row.problems:
            row.entry = None
        if row.entry is not None and (before := self._seen.first(row.entry.key, number)) != number:
            row.entry = None
            key = next((name for name, column in self._columns.items() if column.key), "")
            fail(key, _("The same stands in row %(row)d already. Delete one of the two.") % {"row": before})
        return row


def lost_digits(value: str) -> str:
    """What to do about a number that a spreadsheet program has shortened."""
    text = _(
        "“%(value)s”: the spreadsheet program has lost digits of this number. Set the column to text and enter the "
        "number again from its source."
    )
    return text % {"value": value}


def _mark(mark: str, fail: Fail) -> None:
    what, _colon, cells = mark.partition(":")
    if what == "formula":
        fail("", _("Cell %(cell)s holds a formula. Copy the column and paste it as values.") % {"cell": cells})
    elif what == "merged":
        text = _("The cells %(cells)s are merged. Undo the merging and fill in each cell.")
        fail("", text % {"cells": cells})
