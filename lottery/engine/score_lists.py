"""One score as a table writes it (pure)."""

import re
from typing import Final

from lottery.engine.messages import LotteryError

MOST_SCORE: Final = 1_000
SCORE: Final = re.compile(r"(\d{1,9})(?:\.(\d{1,2})0*)?")


def hundredths(typed: str) -> int:
    """Whole hundredths: 87.5 is 8750. Raises LotteryError scores.*."""
    match = SCORE.fullmatch(typed)
    if match is None:
        if re.fullmatch(r"-\d+(\.\d+)?", typed):
            raise LotteryError("scores.range", most=MOST_SCORE)
        raise LotteryError("scores.number")
    found = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if found > MOST_SCORE * 100:
        raise LotteryError("scores.range", most=MOST_SCORE)
    return found
