"""The first sheet of a workbook as text: a program of ``foundation.confined``. Arguments: most rows, most columns.

xlsx, xlsb, xls and ods by content. The reader (calamine) expands no entity and opens nothing but these bytes. The head
says ``unfit`` with a code, or nothing; the body is the rows as JSON, each as long as its last filled cell.
"""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

MOST_UNPACKED = 64 * 1024**2  # bytes of all parts: a small workbook may unpack to gigabytes
MOST_PARTS = 2000
MOST_CELL = 32_767  # characters, as in the spreadsheet programs


class Unfit(Exception):
    """The workbook cannot be read; the code names why."""


def _refuse_packed(content: bytes) -> None:
    try:
        with ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
    except (BadZipFile, ValueError, NotImplementedError, OSError) as problem:
        raise Unfit("damaged") from problem
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
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


def rows_of(content: bytes, most_rows: int, most_columns: int) -> list[list[str]]:
    """Raises Unfit: damaged, unpacks, locked, no_sheet, rows, empty."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if content[:2] == b"PK":
        _refuse_packed(content)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        if not book.sheet_names:
            raise Unfit("no_sheet")
        sheet = book.get_sheet_by_index(0)
    except PasswordError as problem:
        raise Unfit("locked") from problem
    except (CalamineError, OSError, ValueError) as problem:
        raise Unfit("damaged") from problem
    if sheet.end is not None and sheet.end[0] >= most_rows:
        raise Unfit("rows")
    # an empty beginning counts: people name a line as their program does
    made = []
    for row in sheet.to_python(skip_empty_area=False):
        cells = [text_of(value) for value in row[:most_columns]]
        while cells and not cells[-1]:
            cells.pop()
        made.append(cells)
    if not any(made):
        raise Unfit("empty")
    return made


def warm(content: bytes, arguments: list[str]) -> None:  # noqa: ARG001 - as every confined program
    """Import what is needed, before the limits count."""
    import python_calamine  # noqa: F401


def work(content: bytes, arguments: list[str], allow: Callable[[float], None]) -> tuple[dict[str, Any], bytes]:  # noqa: ARG001
    """See the module."""
    try:
        rows = rows_of(content, int(arguments[0]), int(arguments[1]))
    except Unfit as problem:
        return {"unfit": str(problem)}, b""
    except MemoryError:
        return {"unfit": "unpacks"}, b""
    return {}, json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace")
