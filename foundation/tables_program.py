"""A table as rows of text, one at a time: a program of ``foundation.confined``.

Arguments: most rows, most columns, most bytes unpacked. CSV (UTF-8, GB 18030, UTF-16) and workbooks (xlsx, xlsb, xls,
ods) by content. The reader of workbooks (calamine) expands no entity and opens nothing but these bytes. The head says
``unfit`` with a code, or about how many rows there are (``rows``). The body is a line of JSON for each row,
``[cells, mark]``: each row as long as its last filled cell, the mark naming what a reader of values does not see
(``formula:B12``, ``merged:A2:A9``). A table that turns out to be unfit on the way ends with ``{"unfit": code}``.
"""

import codecs
import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO, TextIOWrapper
from typing import Any
from zipfile import BadZipFile, ZipFile

MOST_PARTS = 2000
MOST_CELL = 32_767  # characters, as in the spreadsheet programs
PIECE = 1024 * 1024
ENCODINGS = ("utf-8-sig", "gb18030")  # what Excel in China saves as CSV is GB 18030
WIDE_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # "Unicode text" of Excel
PACKED, OLD_BINARY = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NO_TABLE = (
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
# A cell and whether a formula stands in it, however the program that wrote the sheet names its parts.
FORMULA = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f[\s>/]')
LONGEST_CELL_HEAD = 400

Row = tuple[list[str], str]


class Unfit(Exception):
    """The table cannot be read; the code names why."""


def _refuse_packed(content: bytes, most_unpacked: int) -> None:
    try:
        with ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
    except (BadZipFile, ValueError, NotImplementedError, OSError) as problem:
        raise Unfit("damaged") from problem
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > most_unpacked:
        raise Unfit("unpacks")
    if any(part.flag_bits & 1 for part in parts):
        raise Unfit("locked")


def text_of(value: Any) -> str:
    """A cell as a person sees it: 3.0 is 3, 87.09999999999999 is 87.1, a day is 2026-05-01."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return f"{value:.15g}" if not value.is_integer() or abs(value) >= 1e15 else str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes" if not value.second else "seconds")
        case date() | time() | timedelta():
            return str(value)
        case _:
            return str(value)[:MOST_CELL].strip()


def formulas_of(content: bytes, most_rows: int) -> dict[int, str]:
    """The first cell with a formula of each row of the first sheet, by row number: a reader gives only its value."""
    if not content.startswith(PACKED):
        return {}
    found: dict[int, str] = {}
    with ZipFile(BytesIO(content)) as packed:
        names = sorted(name for name in packed.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
        name = next((one for one in names if one == "xl/worksheets/sheet1.xml"), names[0] if names else "")
        if not name:
            return {}
        with packed.open(name) as sheet:
            tail = b""
            while piece := sheet.read(PIECE):
                text = tail + piece
                for cell in FORMULA.finditer(text):
                    if int(cell[2]) <= most_rows:
                        found.setdefault(int(cell[2]), (cell[1] + cell[2]).decode())
                tail = text[-LONGEST_CELL_HEAD:]
    return found


def _cell_name(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, at = divmod(column - 1, 26)
        letters = chr(65 + at) + letters
    return f"{letters}{row + 1}"


def merged_of(sheet: Any, most_rows: int) -> dict[int, str]:
    """The first merged range that touches each row, by row number."""
    found: dict[int, str] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        name = f"{_cell_name(top, left)}:{_cell_name(bottom, right)}"
        for row in range(top + 1, min(bottom + 1, most_rows) + 1):
            found.setdefault(row, name)
    return found


def workbook(content: bytes, most_rows: int, most_columns: int, most_unpacked: int) -> tuple[int, Iterator[Row]]:
    """How many rows the first sheet has, and the rows. Raises Unfit: damaged, unpacks, locked, no_sheet, rows."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if content[:2] == PACKED:
        _refuse_packed(content, most_unpacked)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        if not book.sheet_names:
            raise Unfit("no_sheet")
        sheet = book.get_sheet_by_index(0)
        marks = {row: f"merged:{name}" for row, name in merged_of(sheet, most_rows).items()}
        marks |= {row: f"formula:{name}" for row, name in formulas_of(content, most_rows).items()}
    except PasswordError as problem:
        raise Unfit("locked") from problem
    except (CalamineError, BadZipFile, OSError, ValueError) as problem:
        raise Unfit("damaged") from problem
    if sheet.end is not None and sheet.end[0] >= most_rows:
        raise Unfit("rows")
    if sheet.start is None:
        return 0, iter(())
    return sheet.total_height, _of_sheet(sheet, most_columns, marks)


def _of_sheet(sheet: Any, most_columns: int, marks: dict[int, str]) -> Iterator[Row]:
    # an empty beginning counts: people name a line as their program does
    left = [""] * sheet.start[1]
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [*left, *(text_of(value) for value in row)][:most_columns]
        while cells and not cells[-1]:
            cells.pop()
        yield cells, marks.get(number, "")


def encoding_of(content: bytes) -> str:
    """How the text is written. Raises Unfit: type, encoding."""
    if content.startswith(NO_TABLE):
        raise Unfit("type")
    tried = [WIDE_ENCODINGS[content[:2]]] if content[:2] in WIDE_ENCODINGS else ENCODINGS
    for encoding in tried:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for at in range(0, len(content), PIECE):
                if "\0" in decoder.decode(content[at : at + PIECE]):
                    raise Unfit("type")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unfit("encoding")


def plain(content: bytes, most_rows: int, most_columns: int) -> tuple[int, Iterator[Row]]:
    """About how many rows a text has, and the rows, which raise Unfit: type, rows."""
    encoding = encoding_of(content)
    with TextIOWrapper(BytesIO(content), encoding, newline="") as first:
        delimiter = "\t" if "\t" in first.readline() else ","
    return content.count(b"\n") + 1, _of_text(content, encoding, delimiter, most_rows, most_columns)


def _of_text(content: bytes, encoding: str, delimiter: str, most_rows: int, most_columns: int) -> Iterator[Row]:
    with TextIOWrapper(BytesIO(content), encoding, newline="") as text:
        try:
            for number, row in enumerate(csv.reader(text, delimiter=delimiter)):
                if number == most_rows:
                    raise Unfit("rows")
                yield [cell.strip() for cell in row[:most_columns]], ""
        except csv.Error as problem:
            raise Unfit("type") from problem


def rows_of(content: bytes, most_rows: int, most_columns: int, most_unpacked: int) -> tuple[int, Iterator[Row]]:
    """Raises Unfit."""
    if not content.strip():
        raise Unfit("empty")
    if content.startswith((PACKED, OLD_BINARY)):
        return workbook(content, most_rows, most_columns, most_unpacked)
    return plain(content, most_rows, most_columns)


def written(rows: Iterator[Row]) -> Iterator[bytes]:
    """The lines of the body."""
    filled = False
    try:
        for cells, mark in rows:
            filled = filled or any(cells)
            yield json.dumps([cells, mark], ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        problem = "" if filled else "empty"
    except Unfit as unfit:
        problem = str(unfit)
    except MemoryError:
        problem = "unpacks"
    if problem:
        yield json.dumps({"unfit": problem}).encode() + b"\n"


def warm(content: bytes, arguments: list[str]) -> None:  # noqa: ARG001 - as every confined program
    """Import what is needed, before the limits count."""
    if content.startswith((PACKED, OLD_BINARY)):
        import python_calamine  # noqa: F401


def work(
    content: bytes,
    arguments: list[str],
    allow: Callable[[float], None],  # noqa: ARG001 - as every confined program
) -> tuple[dict[str, Any], bytes | Iterator[bytes]]:
    """See the module."""
    most_rows, most_columns, most_unpacked = map(int, arguments)
    try:
        many, rows = rows_of(content, most_rows, most_columns, most_unpacked)
    except Unfit as problem:
        return {"unfit": str(problem)}, b""
    except MemoryError:
        return {"unfit": "unpacks"}, b""
    return {"rows": many}, written(rows)
