"""The one reader of tables that people upload: CSV (UTF-8 or GB 18030) and workbooks, by content, as rows of text.

Workbooks are read by a process with limits (``foundation.confined``). Whoever calls has made sure before that the
person may do what the table is for, and holds no lock meanwhile. Every refusal says what to do.
"""

import csv
import io
import json
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from foundation import confined
from foundation.errors import Refused

Row = list[str]
PROGRAM: Final = Path(__file__).with_name("tables_workbook.py")
LIMITS: Final = confined.Limits(cpu_seconds=5, memory_bytes=512 * 1024**2, wall_seconds=40)
MOST_COLUMNS: Final = 200
ENCODINGS: Final = ("utf-8-sig", "gb18030")  # what Excel in China saves as CSV is GB 18030
WIDE_ENCODINGS: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # "Unicode text" of Excel
PACKED, OLD_BINARY = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NO_TABLE: Final = (
    b"%PDF-",
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"MZ",
    b"\x7fELF",
)
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
}


class UnreadableTable(Refused):
    """The file is no table that can be read; ``code`` is a key of WORDS."""

    def __init__(self, code: str, *, rows: int = 0) -> None:
        super().__init__(str(WORDS[code]).format(rows=rows), code=code, field="file")


def read_table(content: bytes, *, rows: int, columns: int = MOST_COLUMNS) -> list[Row]:
    """All rows (the first is row 1), cells stripped; at most ``rows``, of each row at most ``columns`` cells.

    Raises UnreadableTable, and Busy when too many files are being read at this moment.
    """
    if not content.strip():
        raise UnreadableTable("empty")
    if content.startswith((PACKED, OLD_BINARY)):
        return _workbook(content, rows, columns)
    return [row[:columns] for row in _text(content, rows)]


def _workbook(content: bytes, rows: int, columns: int) -> list[Row]:
    try:
        head, body = confined.work(PROGRAM, content, str(rows), str(columns), limits=LIMITS)
    except confined.Stopped:
        raise UnreadableTable("unpacks") from None
    if "unfit" in head:
        raise UnreadableTable(str(head["unfit"]), rows=rows)
    made: list[Row] = json.loads(body)
    return made


def decoded(content: bytes) -> str:
    """The text of a CSV file. Raises UnreadableTable: type, encoding."""
    if content.startswith(NO_TABLE):
        raise UnreadableTable("type")
    tried = [WIDE_ENCODINGS[content[:2]]] if content[:2] in WIDE_ENCODINGS else ENCODINGS
    for encoding in tried:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise UnreadableTable("type")
        return text
    raise UnreadableTable("encoding")


def _text(content: bytes, rows: int) -> list[Row]:
    text = decoded(content)
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    made: list[Row] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            if len(made) == rows:
                raise UnreadableTable("rows", rows=rows)
            made.append([cell.strip() for cell in row])
    except csv.Error:
        raise UnreadableTable("type") from None
    return made


def as_text(rows: list[Row]) -> str:
    """Rows as the lines of a CSV text, to be shown in a field and mended there."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
