"""The one reader of tables that people upload: CSV (UTF-8 or GB 18030) and workbooks, by content, as rows of text.

Tables are read by a process with limits (``foundation.confined``), row by row: what is kept of them is up to whoever
reads. Whoever calls has made sure before that the person may do what the table is for, and holds no lock meanwhile.
Every refusal says what to do.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from foundation import confined
from foundation.errors import Refused

Row = list[str]
PROGRAM: Final = Path(__file__).with_name("tables_program.py")
MEGABYTE: Final = 1024**2
LIMITS: Final = confined.Limits(cpu_seconds=5, memory_bytes=512 * MEGABYTE, wall_seconds=40)
MOST_UNPACKED: Final = 64 * MEGABYTE  # of all parts: a small workbook may unpack to gigabytes
MOST_COLUMNS: Final = 200
OLD_BINARY: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # xls, and a workbook with a password
WORDS: Final = {
    "empty": _("The file is empty. Please choose the table again."),
    "type": _("This is no table. Please choose a workbook (xlsx) or a CSV file."),
    "damaged": _(
        "The workbook is damaged or not complete. Please open it in the spreadsheet program and save it again as xlsx."
    ),
    "locked": _("The workbook is locked with a password. Please save it without one."),
    "unpacks": _(
        "The workbook is far larger inside than a table should be. Please copy the cells that are needed into a new "
        "workbook and save that."
    ),
    "no_sheet": _("The workbook has no sheet. Please choose another file."),
    "encoding": _(
        "The text of the file is neither UTF-8 nor GB 18030 (GBK). Please save it again as “CSV UTF-8” or as xlsx."
    ),
    "rows": _("The table has more than {rows} rows. Please split it."),
    "old": _("This is a workbook of the old kind (.xls) or one with a password. Please save it as xlsx without one."),
}


class UnreadableTable(Refused):
    """The file is no table that can be read; ``code`` is a key of WORDS."""

    def __init__(self, code: str, *, rows: int = 0) -> None:
        super().__init__(str(WORDS[code]).format(rows=rows), code=code, field="file")


@dataclass(frozen=True, slots=True)
class Line:
    """One row, with what a reader of values does not see: ``formula:B12``, ``merged:A2:A9``, or nothing."""

    cells: Row
    mark: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is being read: about how many rows it has, and the rows, which raise what ``open_table`` does."""

    rows: int
    lines: Iterator[Line]


@contextmanager
def open_table(
    pieces: Iterable[bytes],
    *,
    rows: int,
    columns: int = MOST_COLUMNS,
    unpacked: int = MOST_UNPACKED,
    limits: confined.Limits = LIMITS,
) -> Iterator[Table]:
    """Read a table row by row (the first is row 1), cells stripped; at most ``rows``, of each ``columns`` cells.

    Raises UnreadableTable, and Busy when too many files are being read at this moment.
    """
    given = (str(rows), str(columns), str(unpacked))
    with confined.stream(PROGRAM, pieces, *given, limits=limits) as answer:
        try:
            head = json.loads(next(answer, b"{}"))
        except confined.Stopped:
            raise UnreadableTable("unpacks") from None
        if "unfit" in head or "rows" not in head:
            raise UnreadableTable(str(head.get("unfit", "unpacks")), rows=rows)
        yield Table(int(head["rows"]), _lines(answer, rows))


def _lines(answer: Iterator[bytes], rows: int) -> Iterator[Line]:
    try:
        for line in answer:
            found = json.loads(line)
            if isinstance(found, dict):
                raise UnreadableTable(str(found["unfit"]), rows=rows)
            yield Line(*found)
    except confined.Stopped:
        raise UnreadableTable("unpacks") from None


def read_table(content: bytes, *, rows: int, columns: int = MOST_COLUMNS) -> list[Row]:
    """All rows of a small table at once; see ``open_table``."""
    with open_table([content], rows=rows, columns=columns) as table:
        return [line.cells for line in table.lines]


def as_file(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as a CSV file that spreadsheet programs in China open with a double click: they know the encoding by its
    mark. Nothing is written for None.
    """
    out = io.StringIO()
    written = (["" if cell is None else str(cell) for cell in row] for row in rows)
    csv.writer(out, lineterminator="\r\n").writerows(written)
    return out.getvalue().encode("utf-8-sig")


def as_text(rows: list[Row]) -> str:
    """Rows as the lines of a CSV text, to be shown in a field and mended there."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
