"""Reading csv and xlsx tables into rows of text (pure): headings in English or Chinese, row numbers as people count."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MOST_ROWS = 200_000
ENCODINGS = ("utf-8-sig", "gb18030")  # what Excel in China saves as csv is GB 18030


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: where (row counts the heading as 1, 0 means the whole file) and what to do."""

    file: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = (
            f"{self.file}"
            + (f" row {self.row}" if self.row else "")
            + (f" column {self.column}" if self.column else "")
        )
        return f"{where}: {self.message}"


class UnreadableTable(ValueError):
    """The file is not a table we can read; the message says what to do."""


def find_table(folder: Path, name: str) -> Path | None:
    """``name.xlsx`` or ``name.csv`` in the folder."""
    for suffix in (".xlsx", ".csv"):
        if (folder / f"{name}{suffix}").is_file():
            return folder / f"{name}{suffix}"
    return None


def read_table(path: Path) -> list[dict[str, str]]:
    """All rows as text by heading. Raises UnreadableTable."""
    rows = list(_xlsx(path) if path.suffix == ".xlsx" else _csv(path))
    if len(rows) > MOST_ROWS:
        raise UnreadableTable(f"more than {MOST_ROWS} rows: split the file")
    return rows


def _csv(path: Path) -> Iterator[dict[str, str]]:
    raw = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise UnreadableTable("neither UTF-8 nor GB 18030: save the file as CSV UTF-8")
    try:
        for row in csv.DictReader(io.StringIO(text)):
            yield {str(key or "").strip(): _text(value) for key, value in row.items()}
    except csv.Error as problem:
        raise UnreadableTable(f"not a csv table ({problem}): save it again as CSV") from None


def _xlsx(path: Path) -> Iterator[dict[str, str]]:
    try:
        sheet = load_workbook(path, read_only=True, data_only=True).worksheets[0]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, IndexError):
        raise UnreadableTable("not an xlsx workbook: save it again from the spreadsheet program") from None
    rows = sheet.iter_rows(values_only=True)
    heads = [_text(cell) for cell in next(rows, ())]
    for row in rows:
        yield {head: _text(cell) for head, cell in zip(heads, row, strict=False) if head}


def _text(cell: object) -> str:
    """A cell as text: whole numbers that a spreadsheet stored as floats lose their .0."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def renamed(row: Mapping[str, str], aliases: Mapping[str, str]) -> dict[str, str]:
    """The row under English column names."""
    return {aliases.get(key, key.lower()): value for key, value in row.items()}
