"""The lists a school types: what is read, and which line is named when one cannot be."""

import io

import pytest
from openpyxl import Workbook

from foundation.tables import as_text, read_table
from lottery.engine.classes.lists import parse_measures, parse_teachers
from lottery.engine.messages import LotteryError


def test_teachers_in_both_languages_with_and_without_a_heading() -> None:
    text = "姓名，岗位，学科，班数\n合成甲，班主任\n\nLi Synthetic,Subject teacher,maths,3,26-abcd-efgh-1"
    assert parse_teachers(text) == [
        {"name": "合成甲", "subject": "", "capacity": 1, "receipt": ""},
        {"name": "Li Synthetic", "subject": "maths", "capacity": 3, "receipt": "26-ABCD-EFGH-1"},
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",班主任", "classes.line_name"),
        ("x" * 61 + ",班主任", "classes.line_name"),
        ("合\x00成,班主任", "classes.line_name"),
        ("合成乙,校长", "classes.line_role"),
        ("合成乙,科任", "classes.line_subject"),
        ("合成乙,科任,class_teacher", "classes.line_subject"),
        ("合成乙,科任,数学,0", "classes.line_capacity"),
        ("合成乙,科任,数学,二", "classes.line_capacity"),
        ("合成甲,班主任", "classes.line_twice"),
    ],
)
def test_a_wrong_line_is_named(line: str, code: str) -> None:
    with pytest.raises(LotteryError) as refused:
        parse_teachers(f"合成甲,班主任\n\n{line}")
    assert (refused.value.code, refused.value.params["line"]) == (code, 3)


def test_measures_are_tenths_of_a_point() -> None:
    assert parse_measures("receipt,points\na,95.5\nB\t100") == {"A": 955, "B": 1000}
    for wrong in ("a,95.55", "a", "a,-1", "a,nan", ",5", "a,1\na,2"):
        with pytest.raises(LotteryError):
            parse_measures(wrong)


def test_files_are_read_as_csv_in_two_encodings_and_as_xlsx() -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert as_text(read_table("合成甲,班主任".encode(encoding), rows=9)) == "合成甲,班主任\n"
    book, stream = Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.append(["合成丁", "科任", "数学, 上", 2.0])
    book.save(stream)
    text = as_text(read_table(stream.getvalue(), rows=9))
    assert parse_teachers(text) == [{"name": "合成丁", "subject": "数学, 上", "capacity": 2, "receipt": ""}]
