"""The one reader of tables: every kind a bureau sends is read, every damaged or hostile one is told apart in words."""

import io
import time
from collections.abc import Callable
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.workbook.protection import WorkbookProtection

from foundation.tables import WORDS, UnreadableTable, as_text, read_table
from tests.waiting import patience

ROWS = [["报名号", "姓名", "分数"], ["A-1", "合成甲", "87.5"], ["A-2", "合成乙，丙", "90"]]
MORNING = datetime.fromisoformat("2026-05-01T08:30")
SECONDS = 5.0  # of a quick machine
Made = Callable[[], bytes]


def book(rows: list[list[object]]) -> bytes:
    made, out = Workbook(), io.BytesIO()
    assert made.active is not None
    for row in rows:
        made.active.append(row)
    made.save(out)
    return out.getvalue()


def csv_text(mark: str = ",") -> str:
    return "\r\n".join(mark.join(row) for row in ROWS) + "\r\n"


def changed(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A good workbook with one part of it changed."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(book(list(map(list, ROWS))))) as good, ZipFile(out, "w", ZIP_DEFLATED) as bad:
        for part in good.namelist():
            body = good.read(part)
            bad.writestr(part, change(body) if part == name else body)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def many_cells() -> bytes:
    """Some kilobytes that unpack to forty megabytes of cells."""
    row = b"<row>" + b"<c><v>1</v></c>" * 100 + b"</row>"
    return changed(SHEET, lambda _body: b"<worksheet><sheetData>" + row * 27_000 + b"</sheetData></worksheet>")


def far_cell() -> bytes:
    """One cell at the far corner of a sheet: a reader that fills the space between needs all memory there is."""
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return changed(SHEET, lambda _body: b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>")


def external_entity() -> bytes:
    head = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    cell = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&secret;</t></is></c></row>'
    return changed(SHEET, lambda _body: head + b"<worksheet><sheetData>" + cell + b"</sheetData></worksheet>")


def laughing_entity() -> bytes:
    """A hundred million words from ten lines."""
    lines = [b'<!ENTITY a0 "ha">'] + [b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 9)]
    head = b'<?xml version="1.0"?><!DOCTYPE x [' + b"".join(lines) + b"]>"
    cell = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&a8;</t></is></c></row>'
    return changed(SHEET, lambda _body: head + b"<worksheet><sheetData>" + cell + b"</sheetData></worksheet>")


def many_parts() -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as packed:
        for number in range(3000):
            packed.writestr(f"xl/{number}.xml", b"")
    return out.getvalue()


def unpacks() -> bytes:
    return changed("xl/workbook.xml", lambda body: body + bytes(70_000_000))


def locked() -> bytes:
    """What the spreadsheet programs write with a password: an old container that holds the encrypted workbook."""
    sector = 512
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(sector - 8))
    return bytes(head) + "EncryptedPackage".encode("utf-16-le").ljust(sector, b"\0") * 8


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t"])
def test_a_csv_of_any_program_is_read(encoding: str, mark: str) -> None:
    assert read_table(csv_text(mark).encode(encoding), rows=9) == ROWS


def test_a_workbook_is_read_as_people_see_it() -> None:
    typed: list[list[object]] = [
        ["报名号", None, 3, 3.0, 87.1, 87.09999999999999, 430702201901011234, True],
        [],
        [date(2026, 5, 1), MORNING, " 合成甲 ", None],
    ]
    assert read_table(book(typed), rows=9) == [
        ["报名号", "", "3", "3", "87.1", "87.1", "4.30702201901011e+17", "TRUE"],
        [],
        ["2026-05-01", "2026-05-01 08:30", "合成甲"],
    ]


def test_an_empty_beginning_counts() -> None:
    """People name a line as their program does."""
    assert read_table(book([[], [], [None, "x"]]), rows=9) == [[], [], ["", "x"]]
    assert read_table(b"\r\n,\r\n,x\r\n", rows=9) == [[], ["", ""], ["", "x"]]


def test_a_protected_but_open_workbook_is_read() -> None:
    made, out = Workbook(), io.BytesIO()
    assert made.active is not None
    made.security = WorkbookProtection(workbookPassword="1234", lockStructure=True)
    made.active.append(["x"])
    made.save(out)
    assert read_table(out.getvalue(), rows=9) == [["x"]]


def test_what_is_shown_in_a_field_is_read_again_as_it_was() -> None:
    assert read_table(as_text(ROWS).encode(), rows=9) == ROWS


def an_archive() -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as packed:
        packed.writestr("readme.txt", b"nothing")
    return out.getvalue()


def flipped() -> bytes:
    """Some bytes of the packed sheet are others."""
    good = bytearray(book([["x", at * 1.7] for at in range(99)]))
    begin = good.index(SHEET.encode()) + len(SHEET) + 40
    for at in range(begin, begin + 40):
        good[at] ^= 0x55
    return bytes(good)


BAD: list[tuple[str, Made, set[str]]] = [
    ("nothing", lambda: b"", {"empty"}),
    ("spaces", lambda: b" \r\n\r\n", {"empty"}),
    ("a PDF", lambda: b"%PDF-1.7\n...", {"type"}),
    ("a photo", lambda: b"\xff\xd8\xff\xe0" + bytes(99), {"type"}),
    ("a program", lambda: b"MZ\x90\x00" + bytes(99), {"type"}),
    ("zeros", lambda: bytes(999), {"type"}),
    ("a word of no encoding", lambda: b"a,b\n\xff\xff\xff,1", {"encoding"}),
    ("half a UTF-16 text", lambda: "a,b".encode("utf-16")[:-1], {"encoding"}),
    ("an endless cell", lambda: b'a,"' + b"x" * 300_000, {"type"}),
    ("a cut workbook", lambda: book([["x"]])[:-40], {"damaged"}),
    ("half a workbook", lambda: book([["x"]])[:900], {"damaged"}),
    ("a workbook in name only", lambda: b"PK\x03\x04 not a workbook", {"damaged"}),
    ("another archive", an_archive, {"damaged"}),
    ("a broken sheet", lambda: changed(SHEET, lambda body: body[: len(body) // 2]), {"damaged"}),
    ("a sheet that is none", lambda: changed(SHEET, lambda _body: b"<html/>"), {"damaged", "empty"}),
    ("no list of sheets", lambda: changed("xl/workbook.xml", lambda _body: b""), {"damaged", "no_sheet"}),
    ("wrong check sums", flipped, {"damaged"}),
    ("a password", locked, {"locked", "damaged"}),
    ("an entity of this machine", external_entity, {"damaged"}),
    ("an entity of entities", laughing_entity, {"damaged"}),
    ("thousands of parts", many_parts, {"unpacks"}),
    ("seventy megabytes in some kilobytes", unpacks, {"unpacks"}),
    ("three million cells", many_cells, {"rows", "unpacks"}),
    ("one cell at the far corner", far_cell, {"rows", "unpacks"}),
    ("too many rows", lambda: book([["x"]] * 10), {"rows"}),
    ("too many lines", lambda: b"x\n" * 10, {"rows"}),
]


@pytest.mark.parametrize(("made", "codes"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_every_damaged_kind_has_its_own_words(made: Made, codes: set[str]) -> None:
    content, began = made(), time.monotonic()
    with pytest.raises(UnreadableTable) as refused:
        read_table(content, rows=9)
    assert refused.value.code in codes
    assert refused.value.message.startswith(str(WORDS[refused.value.code])[:12])
    assert time.monotonic() - began < patience(SECONDS)


def test_a_table_of_a_province_is_read_in_seconds() -> None:
    rows = 20_000
    content = changed(
        SHEET,
        lambda _body: (
            b"<worksheet><sheetData>" + b"<row>" + b"<c><v>87.5</v></c>" * 5 + b"</row>" * 1
            + (b"<row>" + b"<c><v>87.5</v></c>" * 5 + b"</row>") * (rows - 1) + b"</sheetData></worksheet>"
        ),
    )  # fmt: skip
    began = time.monotonic()
    assert read_table(content, rows=rows) == [["87.5"] * 5] * rows
    assert time.monotonic() - began < patience(SECONDS)
