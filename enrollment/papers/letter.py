"""The letter of admission and the notice of a place, on one A4 page (issue requirement R01: nobody travels for it)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from enrollment.papers.glyphs import missing
from enrollment.papers.typeset import Format, compiled

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Everything a letter says. Texts in the letter's languages; `issued_at` is ISO 8601 with its zone.

    `layout` names the document that set it: a layout in use is never edited, a new one gets a new number.
    """

    layout: str
    kind: str  # offer, admission
    number: str
    receipt: str
    child: str
    school: str
    address: str
    phone: str
    district: str
    issuer_zh: str
    issuer_en: str
    year: int
    stage: str
    days: tuple[tuple[str, str], ...]  # check-in days, (from, to) as ISO dates; empty while not fixed
    bring_zh: tuple[str, ...]
    bring_en: tuple[str, ...]
    answer_by: str  # "2026-07-31 10:00" Beijing time for an offer, "" for an admission
    synthetic: bool
    url: str
    issued_at: str

    @classmethod
    def stored(cls, facts: dict[str, Any]) -> "LetterFacts":
        """The facts as they come back from storage (lists instead of tuples)."""
        days = tuple((str(first), str(last)) for first, last in facts["days"])
        bring = {name: tuple(facts[name]) for name in ("bring_zh", "bring_en")}
        return cls(**{**facts, **bring, "days": days})


def letter_pdf(facts: LetterFacts, language: str, output: Format = "pdf") -> bytes:
    """The letter in "zh" or "en"; the same facts give the same bytes."""
    shown = asdict(facts) | {"year": str(facts.year)}
    codes = {
        "language": language,
        "kind": facts.kind,
        "stage": facts.stage,
        "synthetic": "yes" if facts.synthetic else "",
        "long": "yes" if len(facts.child) > LONG_NAME else "",
        "fallback": " ".join(f"U+{ord(one):04X}" for one in missing(facts.child + facts.school + facts.address)),
        "issued": facts.issued_at[:10],
        "first": facts.days[0][0] if facts.days else "",
        "last": facts.days[-1][1] if facts.days else "",
        "answer_by": facts.answer_by,
        "phone": facts.phone,
    }
    at = datetime.fromisoformat(facts.issued_at)
    return compiled(f"letter_{facts.layout}", facts=shown, codes=codes, url=facts.url, at=at, output=output)


LONG_NAME = 8  # characters beyond which a name is set smaller, so that 25 of them stand on one line
