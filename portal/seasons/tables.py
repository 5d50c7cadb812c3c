"""Reading csv and xlsx tables into rows of text: headings in English or Chinese, row numbers as people count."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import override

from foundation import tables
from foundation.tables import UnreadableTable

__all__ = ["MOST_ROWS", "Problem", "UnreadableTable", "find_table", "read_table", "renamed"]

MOST_ROWS = 200_000


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


def find_table(folder: Path, name: str) -> Path | None:
    """``name.xlsx`` or ``name.csv`` in the folder."""
    for suffix in (".xlsx", ".csv"):
        if (folder / f"{name}{suffix}").is_file():
            return folder / f"{name}{suffix}"
    return None


def read_table(path: Path) -> list[dict[str, str]]:
    """All rows as text by heading. Raises UnreadableTable."""
    with override("en"):  # as all that the command line says
        heads, *rows = tables.read_table(path.read_bytes(), rows=MOST_ROWS + 1)
    width = len(heads)
    return [
        {head: cell for head, cell in zip(heads, [*row, *[""] * width][:width], strict=True) if head} for row in rows
    ]


def renamed(row: Mapping[str, str], aliases: Mapping[str, str]) -> dict[str, str]:
    """The row under English column names."""
    return {aliases.get(key, key.lower()): value for key, value in row.items()}
