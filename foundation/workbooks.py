"""Workbooks (xlsx) written row by row, so that a sheet of any length takes the same memory. Every cell is a text.

A text cell is never a formula and keeps every digit of a number: what a stranger typed stays what was typed, and a
column that is marked as text keeps what is typed into it. (openpyxl takes ten times as long for a city's table.)
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import IO, Final

TEXT, HEAD, WRONG, WRAPPED = 0, 1, 2, 3  # styles, as STYLES lists them
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CONTENT_TYPE: Final = f"{KIND}.sheet"
UNWRITABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # not in XML 1.0
MOST_CELL: Final = 32_767
LAST_ROW: Final = 1_048_576
STYLES: Final = (
    f'{XML}<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="等线"/></font>'
    '<font><b/><sz val="11"/><name val="等线"/></font></fonts>'
    '<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFD0ECE7"/></patternFill></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFFCE8D5"/></patternFill></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4">'
    '<xf numFmtId="49" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="2" applyNumberFormat="1" applyFont="1" applyFill="1"/>'
    '<xf numFmtId="49" fillId="3" applyNumberFormat="1" applyFill="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    "</cellXfs></styleSheet>"
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is shown at a cell of a column when it is chosen, and what may be chosen there."""

    title: str
    text: str
    choices: Sequence[str] = ()


def _plain(text: str) -> str:
    return escape(UNWRITABLE.sub("", text)[:MOST_CELL], quote=False)


def _quoted(text: str) -> str:
    return f'"{escape(text)}"'.replace("\n", "&#10;")  # a bare new line in an attribute is read as a space


class Sheet:
    """A sheet that is being written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.count = 0

    def row(self, cells: Sequence[str], style: int = TEXT) -> None:
        """One row more."""
        self.count += 1
        made = "".join(
            f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{_plain(cell)}</t></is></c>'
            if cell
            else f'<c s="{style}"/>'
            for cell in cells
        )
        self._out.write(f"<row>{made}</row>".encode())


class Workbook:
    """``with Workbook(file) as book: with book.sheet("名单", widths=[20, 12]) as sheet: sheet.row([...])``."""

    def __init__(self, out: IO[bytes]) -> None:
        from zipfile import ZIP_DEFLATED, ZipFile

        self._zip = ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1)
        self._names: list[str] = []

    def __enter__(self) -> "Workbook":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._close()
        self._zip.close()

    @contextmanager
    def sheet(
        self, name: str, *, widths: Sequence[int], prompts: Mapping[int, Prompt] | None = None
    ) -> Iterator[Sheet]:
        """One sheet, its first row in view while one scrolls; ``prompts`` by column, from 0."""
        self._names.append(name)
        columns = "".join(
            f'<col min="{at}" max="{at}" width="{width}" style="{TEXT}" customWidth="1"/>'
            for at, width in enumerate(widths, 1)
        )
        with self._zip.open(f"xl/worksheets/sheet{len(self._names)}.xml", "w") as out:
            pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
            view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
            out.write(f'{XML}<worksheet xmlns="{MAIN}">{view}<cols>{columns}</cols><sheetData>'.encode())
            yield Sheet(out)
            out.write(f"</sheetData>{_prompted(prompts or {})}</worksheet>".encode())

    def _close(self) -> None:
        at = range(1, len(self._names) + 1)
        put = self._zip.writestr
        put(
            "[Content_Types].xml",
            f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>'
            + "".join(
                f'<Override PartName="/xl/worksheets/sheet{one}.xml" ContentType="{KIND}.worksheet+xml"/>' for one in at
            )
            + "</Types>",
        )
        put("_rels/.rels", _related([("officeDocument", "xl/workbook.xml")]))
        sheets = "".join(
            f'<sheet name={_quoted(name)} sheetId="{one}" r:id="rId{one}"/>'
            for one, name in zip(at, self._names, strict=True)
        )
        put(
            "xl/workbook.xml",
            f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>',
        )
        parts = [*(("worksheet", f"worksheets/sheet{one}.xml") for one in at), ("styles", "styles.xml")]
        put("xl/_rels/workbook.xml.rels", _related(parts))
        put("xl/styles.xml", STYLES)


def _related(parts: Sequence[tuple[str, str]]) -> str:
    made = "".join(
        f'<Relationship Id="rId{at}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(parts, 1)
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{made}</Relationships>'


def _listed(choices: Sequence[str]) -> str:
    return f'"{",".join(choices)}"'


def _prompted(prompts: Mapping[int, Prompt]) -> str:
    if not prompts:
        return ""
    made = "".join(
        f'<dataValidation {_choice(one)} allowBlank="1" showInputMessage="1" promptTitle={_quoted(one.title[:32])}'
        f' prompt={_quoted(one.text[:255])} sqref="{_letters(at)}2:{_letters(at)}{LAST_ROW}">'
        + (f"<formula1>{escape(_listed(one.choices), quote=False)}</formula1>" if one.choices else "")
        + "</dataValidation>"
        for at, one in prompts.items()
    )
    return f'<dataValidations count="{len(prompts)}">{made}</dataValidations>'


def _choice(one: Prompt) -> str:
    # what is typed is only advised here; what is wrong is told by whoever reads the table
    return 'type="list" errorStyle="warning"' if one.choices else ""


def _letters(column: int) -> str:
    return chr(65 + column) if column < 26 else f"{chr(64 + column // 26)}{chr(65 + column % 26)}"
