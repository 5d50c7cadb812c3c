"""What people send: every damaged, hostile or merely odd table is named with what to do, and nothing is stored."""

import io
from collections.abc import Callable
from datetime import date
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from accounts.models import Account
from enrollment.used_seats.kinds import COLUMNS
from enrollment.used_seats.models import UsedSeat
from foundation import files
from foundation.errors import Refused
from foundation.tables import read_table
from foundation.workbooks import Workbook as Written
from imports.heading import OURS
from imports.kinds import kinds
from imports.models import Import
from imports.selectors import named_files
from imports.services import import_upload
from imports.sheets import template_of
from schools.models import School
from tests import factories
from tests.foundation.test_tables import external_entity, laughing_entity, locked, many_cells
from tests.tables import book_of, checked, csv_of, taken

pytestmark = pytest.mark.django_db
HEADS = [one.heading for one in COLUMNS]


def row(**changed: str) -> dict[str, str]:
    found = {
        "学校代码": "WL01",
        "学段": "小学",
        "入学日期": "2023/9/1",
        "儿童证件号": factories.child_number(born=date(2017, 3, 3)),
        "不动产权证号": "湘(2018)常德市不动产权第0012345号",
    }
    return {**found, **changed}


def looked_at(content: bytes, name: str = "a.csv") -> Import:
    if not School.objects.exists():
        factories.world()
    official = factories.staff("official")
    Account.objects.filter(pk=official.pk).update(language="en")
    official.refresh_from_db()
    return checked("used-seats", factories.DISTRICT, content, by=official, file_name=name)


def book(change: Callable[[Workbook], object], *rows: dict[str, str]) -> bytes:
    made, out = Workbook(), io.BytesIO()
    assert made.active is not None
    for one in [dict(zip(row(), row(), strict=True)), *(rows or (row(),))]:
        made.active.append(list(one.values()))
    change(made)
    made.save(out)
    return out.getvalue()


def formula(made: Workbook) -> None:
    assert made.active is not None
    made.active["C2"] = "=TODAY()"


def merged(made: Workbook) -> None:
    assert made.active is not None
    made.active.merge_cells("A2:A3")


def merged_heading(made: Workbook) -> None:
    assert made.active is not None
    made.active.merge_cells("A1:B1")


def number(made: Workbook) -> None:
    assert made.active is not None
    made.active["D2"] = 430702201703031234
    made.active["D2"].number_format = "0"


def bomb() -> bytes:
    """Half a megabyte that unpacks to 600."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=9) as packed, packed.open("xl/workbook.xml", "w") as part:
        for _ in range(600):
            part.write(bytes(1024**2))
    return out.getvalue()


def old_workbook() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)


FAILED: list[tuple[str, Callable[[], bytes], str]] = [
    ("spaces", lambda: b" \r\n", "empty"),
    ("names only", lambda: ",".join(HEADS).encode(), "no row below"),
    ("a wrong name", lambda: csv_of([row(儿童证件号码="1")]).replace("儿童证件号,".encode(), b"x,"), "“儿童证件号”"),
    ("a name that is missing", lambda: csv_of([{"学校代码": "WL01"}]), "The column “学段” is missing"),
    ("merged names", lambda: book(merged_heading), "merged (A1:B1)"),
    ("a title above", lambda: "2023年\n".encode() + csv_of([row()]), "stand in row 2"),
    ("an old workbook", old_workbook, "(.xls)"),
    ("a password", locked, "(.xls)"),
    ("a bomb", bomb, "far larger inside"),
    ("an entity of this machine", external_entity, "damaged"),
    ("an entity of entities", laughing_entity, "damaged"),
    ("a photo", lambda: b"\xff\xd8\xff\xe0" + bytes(99), "no table"),
    ("no encoding", lambda: b"a,b\n\xff\xff\xff,1", "neither UTF-8"),
]


@pytest.mark.parametrize(("made", "words"), [one[1:] for one in FAILED], ids=[one[0] for one in FAILED])
def test_a_table_that_cannot_be_read_says_why(made: Callable[[], bytes], words: str) -> None:
    found = looked_at(made())
    assert found.state == "failed"
    assert words in found.problem
    assert not UsedSeat.objects.exists()


def test_a_packed_sheet_within_the_limits_of_an_import_is_read_and_its_names_are_missed() -> None:
    assert looked_at(many_cells()).state == "failed"


WRONG: list[tuple[str, Callable[[], bytes], str]] = [
    ("a formula", lambda: book(formula), "Cell C2 holds a formula"),
    ("merged cells", lambda: book(merged, row(), row()), "A2:A3 are merged"),
    ("a number in a workbook", lambda: book(number), "has lost digits"),
    ("a number in a CSV", lambda: csv_of([row(儿童证件号="4.30702E+17")]), "has lost digits"),
    ("a school of another county", lambda: csv_of([row(学校代码="430703P01")]), "no school code of this district"),
    ("an empty cell", lambda: csv_of([row(入学日期="")]), "入学日期：This cell is empty"),
]


@pytest.mark.parametrize(("made", "words"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
def test_a_wrong_row_is_named_and_nothing_is_stored(made: Callable[[], bytes], words: str) -> None:
    found = looked_at(made())
    assert (found.state, found.report["wrong"][0]["line"]) == ("wrong", 2)
    assert words in found.report["wrong"][0]["words"]
    assert found.before_digest == ""
    assert not UsedSeat.objects.exists()


def test_the_same_row_twice_names_the_first() -> None:
    same = row()
    found = looked_at(csv_of([same, row(), same]))
    assert [(one["line"], "row 2" in one["words"]) for one in found.report["wrong"]] == [(4, True)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_of_any_program_comes_in(encoding: str) -> None:
    assert looked_at(csv_of([row(), row()], encoding)).counts == {
        "rows": 2,
        "new": 2,
        "changed": 0,
        "same": 0,
        "gone": 0,
        "wrong": 0,
    }


def test_the_returned_sheet_is_the_table_with_what_to_do_and_comes_back_mended() -> None:
    good, bad = row(), row(学段="大学")
    found = looked_at(book_of([list(good), list(good.values()), [], list(bad.values())]), "名单.xlsx")
    rows = read_table(files.load(found.returned), rows=99)
    assert rows[0] == [OURS, *good]
    assert [bool(one[0]) for one in rows[1:]] == [False, True]
    assert "大学" in rows[2][0]
    rows[2][rows[0].index("学段")] = "小学"
    assert looked_at(book_of(rows)).counts["new"] == 2


def test_the_request_reads_no_table() -> None:
    """It authorises, bounds and stores the bytes; what is in them is a worker's business."""
    factories.world()
    official = factories.staff("official")
    made = import_upload(
        official=official, kind="used-seats", place=factories.DISTRICT, content=b"PK nonsense", file_name="a.xlsx"
    )
    assert (made.state, made.counts) == ("uploaded", {})
    with pytest.raises(Refused) as refused:
        import_upload(official=official, kind="used-seats", place=factories.DISTRICT, content=b"", file_name="")
    assert refused.value.code == "empty"


def test_files_are_kept_only_while_they_are_needed() -> None:
    found = looked_at(csv_of([row()]))
    assert named_files([found.sha256]) == {found.sha256}
    taken(found, by=factories.staff("official"))
    assert named_files([found.sha256]) == {found.sha256}
    Import.objects.filter(pk=found.pk).update(state="undone")
    assert named_files([found.sha256]) == set()


def test_the_template_of_every_kind_can_be_filled_in() -> None:
    assert len(kinds()) >= 2
    for kind in kinds():
        content = template_of(kind, None)
        assert read_table(content, rows=9) == [[one.heading for one in kind.columns]]
        with ZipFile(io.BytesIO(content)) as packed:
            sheet, words = (packed.read(f"xl/worksheets/sheet{at}.xml").decode() for at in (1, 2))
        assert sheet.count("<dataValidation ") == len(kind.columns)
        assert all(one.heading in words for one in kind.columns)


def test_a_text_is_never_a_formula_and_no_character_breaks_the_sheet() -> None:
    typed = ["=1+1", "@x", "<b>&\"'", "\x00\x0b甲\ud800", " a ", "x" * 40_000]
    out = io.BytesIO()
    with Written(out) as made, made.sheet("x", widths=[9]) as sheet:
        sheet.row(typed)
    (read,) = read_table(out.getvalue(), rows=9)
    assert read == ["=1+1", "@x", "<b>&\"'", "甲", "a", "x" * 32_767]
