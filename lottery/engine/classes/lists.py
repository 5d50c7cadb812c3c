"""The lists a school types or uploads for its classes: teachers and measures; errors name the line (pure)."""

import csv
import re
from collections.abc import Iterator
from typing import Any

from lottery.engine.classes.model import MOST_CLASSES
from lottery.engine.messages import LotteryError

Json = dict[str, Any]
MOST_LINES = 3000
MOST_NAME, MOST_SUBJECT = 60, 40
MOST_POINTS = 100_000
CLASS_TEACHER_WORDS = {"class teacher", "班主任"}
SUBJECT_TEACHER_WORDS = {"subject teacher", "科任", "科任教师", "任课教师"}
MEASURE = re.compile(r"(\d{1,6})(?:\.(\d))?")
HEADINGS = {"name", "姓名", "receipt", "报名号", "教师"}


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line number from 1, cells); empty lines and a heading are left out."""
    plain = text.replace("，", ",").replace("\t", ",")
    for number, line in enumerate(plain.splitlines(), 1):
        if number > MOST_LINES:
            raise LotteryError("classes.lines", most=MOST_LINES)
        cells = [cell.strip() for cell in next(csv.reader([line]), [])]
        if any(cells) and not (number == 1 and cells[0].lower() in HEADINGS):
            yield number, cells


def _role(line: int, word: str, subject: str) -> str:
    """The subject of the draw: empty for a class teacher."""
    if word.lower() in CLASS_TEACHER_WORDS:
        return ""
    if word.lower() not in SUBJECT_TEACHER_WORDS:
        raise LotteryError("classes.line_role", line=line)
    if not 1 <= len(subject) <= MOST_SUBJECT or not subject.isprintable() or subject == "class_teacher":
        raise LotteryError("classes.line_subject", line=line)
    return subject


def parse_teachers(text: str) -> list[Json]:
    """Lines `name, role, subject, classes, receipt of an own child`; the last three may be empty.

    Raises LotteryError classes.line_* naming the line.
    """
    found: list[Json] = []
    for line, cells in _lines(text):
        name, role, subject, capacity, receipt = (*cells, "", "", "", "", "")[:5]
        if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
            raise LotteryError("classes.line_name", line=line, most=MOST_NAME)
        where = _role(line, role, subject)
        if capacity and (not capacity.isascii() or not capacity.isdigit() or not 1 <= int(capacity) <= MOST_CLASSES):
            raise LotteryError("classes.line_capacity", line=line, most=MOST_CLASSES)
        one = {"name": name, "subject": where, "capacity": int(capacity or 1), "receipt": receipt.upper()}
        if any((other["name"], other["subject"]) == (name, where) for other in found):
            raise LotteryError("classes.line_twice", line=line)
        found.append(one)
    return found


def parse_measures(text: str) -> dict[str, int]:
    """Lines `receipt, points` with at most one decimal: tenths of a point by receipt. Raises LotteryError."""
    found: dict[str, int] = {}
    for line, cells in _lines(text):
        receipt, points = (*cells, "", "")[:2]
        match = MEASURE.fullmatch(points)
        if not receipt or match is None or int(match[1]) > MOST_POINTS:
            raise LotteryError("classes.line_measure", line=line)
        if receipt.upper() in found:
            raise LotteryError("classes.line_twice", line=line)
        found[receipt.upper()] = int(match[1]) * 10 + int(match[2] or 0)
    return found
