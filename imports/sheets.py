"""The two sheets that people are given: the template of a kind, and their own table with what is wrong with it."""

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from django.utils.translation import gettext as _

from foundation.workbooks import HEAD, TEXT, WRAPPED, WRONG, Prompt, Workbook
from imports.heading import OURS
from imports.kinds import Column, Kind, Place
from imports.reading import ReadRow

WIDTH: Final = 20
WIDE: Final = 46
LISTED: Final = 10_000  # wrong rows that the second sheet lists


def template_of(kind: Kind, place: Place | None) -> bytes:
    """A workbook with the right first row in columns of text, a prompt at each, and a sheet that explains them."""
    columns = kind.columns_of(place) if place else kind.columns
    out = BytesIO()
    with Workbook(out) as book:
        prompts = {at: Prompt(one.heading, str(one.note), one.choices) for at, one in enumerate(columns)}
        with book.sheet(_("Data"), widths=[WIDTH] * len(columns), prompts=prompts) as sheet:
            sheet.row([one.heading for one in columns], HEAD)
        with book.sheet(_("How to fill in"), widths=[WIDTH, 10, WIDE, 30]) as sheet:
            sheet.row([_("Column"), _("Needed"), _("What it is"), _("Example")], HEAD)
            for one in columns:
                sheet.row(_explained(one), WRAPPED)
            sheet.row([])
            for text in (kind.purpose, *_rules(kind)):
                sheet.row(["", "", str(text)], WRAPPED)
    return out.getvalue()


def _explained(column: Column) -> list[str]:
    return [column.heading, _("yes") if column.needed else _("no"), str(column.note), column.example]


def _rules(kind: Kind) -> tuple[str, ...]:
    return (
        _("Keep the first row as it is. One row below it for each record; nothing merged, no formulas."),
        _("Columns are set to text, so that long numbers keep all their digits."),
        _("At most %(rows)d rows.") % {"rows": kind.most_rows},
        str(kind.until),
    )


class Returned:
    """The returned sheet while it is written: every row of the table, the wrong ones marked, with what to do."""

    def __init__(self, heading: Sequence[str]) -> None:
        self.out = BytesIO()
        self._shift = 1 if heading and heading[0] == OURS else 0  # a returned sheet that came back
        self._book = Workbook(self.out)
        self._sheet = self._book.sheet(_("Your table"), widths=[WIDE, *[WIDTH] * (len(heading) - self._shift)])
        self._rows = self._sheet.__enter__()
        self._rows.row([OURS, *heading[self._shift :]], HEAD)
        self._listed: list[tuple[str, str]] = []

    def add(self, row: ReadRow) -> None:
        """One row."""
        words = in_words(row)
        if words and len(self._listed) < LISTED:
            self._listed.append((str(row.line), words))
        if row.cells:
            self._rows.row([words, *row.cells[self._shift :]], WRONG if words else TEXT)

    def close(self) -> bytes:
        """The workbook, with a second sheet that lists what is wrong."""
        self._sheet.__exit__(None, None, None)
        with self._book.sheet(_("What is wrong"), widths=[10, 2 * WIDE]) as sheet:
            sheet.row([_("Row"), OURS], HEAD)
            for line in self._listed:
                sheet.row(line, WRAPPED)
        self._book.__exit__(None, None, None)
        return self.out.getvalue()


def in_words(row: ReadRow) -> str:
    """All that is wrong with a row, one thing a line."""
    return "\n".join(f"{column}：{message}" if column else message for column, message in row.problems)
