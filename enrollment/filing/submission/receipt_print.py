"""The receipt of an application as a PDF: what was filed, when, by whom, and how anybody can check it."""

from dataclasses import asdict, dataclass
from datetime import datetime

from enrollment.printing.typeset import Format, compiled


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """Everything a receipt says, in the language it is read in: all texts come translated."""

    title: str
    number: str
    child: str
    round: str
    rows: tuple[tuple[str, str], ...]  # label and value: when, by whom, channel, next step, whom we tell
    answers_title: str
    answers: tuple[tuple[str, str], ...]
    choices_title: str
    choices: tuple[str, ...]
    scan: str
    code: str
    foot: str
    url: str


def receipt_pdf(facts: ReceiptFacts, *, language: str, at: datetime, output: Format = "pdf") -> bytes:
    """The receipt in "zh" or "en"; `at` is the time of the submission it confirms."""
    return compiled(
        "filing/receipt", facts=asdict(facts), codes={"language": language}, url=facts.url, at=at, output=output
    )
