"""The table of a school's scores: rows with a column of receipts and one of scores (pure).

A file is taken whole or not at all, and every line that is wrong is named, so that it is mended once.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from lottery.engine.messages import LotteryError

RECEIPT_WORDS = frozenset({"receipt", "receipt number", "报名号", "报名序号", "回执号"})
SCORE_WORDS = frozenset({"score", "分数", "成绩", "总分"})
MOST_LINES = 20_000
MOST_SCORE = 1_000
MOST_ERRORS = 20
MOST_SHOWN = 40
SCORE = re.compile(r"(\d{1,9})(?:\.(\d{1,2})0*)?")
Row = list[str]


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores in hundredths of a point by receipt, or what is wrong with the file (the first MOST_ERRORS errors)."""

    rows: dict[str, int]
    errors: tuple[LotteryError, ...]


def read_scores(table: Sequence[Row], *, known: Collection[str], normal: Callable[[str], str]) -> Scored:
    """Read the rows of a file; `known` are its round's receipts and `normal` writes a typed receipt as it is stored.

    The first line names the columns, in any order, among others. Errors are LotteryError scores.*.
    """
    rows = [[unicodedata.normalize("NFKC", cell).strip() for cell in cells] for cells in table]
    try:
        receipt_at, score_at = _heading(rows)
    except LotteryError as error:
        return Scored({}, (error,))
    names = rows[0]
    found: dict[str, int] = {}
    lines: dict[str, int] = {}
    errors: list[LotteryError] = []
    for line, cells in enumerate(rows[1:], 2):
        if not any(cells):
            continue
        try:
            receipt = _receipt(_cell(cells, receipt_at), line, names[receipt_at], lines, known, normal)
            found[receipt] = _score(_cell(cells, score_at), line, names[score_at])
        except LotteryError as error:
            errors.append(error)
            if len(errors) == MOST_ERRORS:
                break
    if not found and not errors:
        errors.append(LotteryError("scores.empty"))
    return Scored({} if errors else found, tuple(errors))


def _cell(cells: Row, at: int) -> str:
    return cells[at] if at < len(cells) else ""


def _heading(rows: list[Row]) -> tuple[int, int]:
    names = [name.lower() for name in rows[0]] if rows else []
    receipts = [at for at, name in enumerate(names) if name in RECEIPT_WORDS]
    scores = [at for at, name in enumerate(names) if name in SCORE_WORDS]
    if len(receipts) != 1 or len(scores) != 1:
        raise LotteryError("scores.heading")
    return receipts[0], scores[0]


def _receipt(
    typed: str, line: int, column: str, lines: dict[str, int], known: Collection[str], normal: Callable[[str], str]
) -> str:
    if not typed:
        raise LotteryError("scores.missing", line=line, column=column)
    receipt, shown = normal(typed), typed[:MOST_SHOWN]
    if receipt not in known:
        raise LotteryError("scores.receipt", line=line, column=column, value=shown)
    if receipt in lines:
        raise LotteryError("scores.twice", line=line, column=column, value=shown, before=lines[receipt])
    lines[receipt] = line
    return receipt


def _score(typed: str, line: int, column: str) -> int:
    """Whole hundredths: 87.5 is 8750."""
    if not typed:
        raise LotteryError("scores.missing", line=line, column=column)
    match = SCORE.fullmatch(typed)
    if match is None:
        if re.fullmatch(r"-\d+(\.\d+)?", typed):
            raise LotteryError("scores.range", line=line, column=column, most=MOST_SCORE)
        raise LotteryError("scores.number", line=line, column=column)
    hundredths = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if hundredths > MOST_SCORE * 100:
        raise LotteryError("scores.range", line=line, column=column, most=MOST_SCORE)
    return hundredths
