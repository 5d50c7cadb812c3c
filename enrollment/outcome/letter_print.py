"""The letter of admission and the notice of a place, on one A4 page: nobody travels for it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import override

from enrollment.printing.glyphs import missing
from enrollment.printing.typeset import Format, as_svg, compiled
from foundation import clock
from foundation.days import moment_in_full

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
    school_en: str = ""  # in Latin letters, beside the Chinese name; "" in layout 1
    badge: str = ""  # digest of the school's badge; letters of layout 1 have none

    @classmethod
    def stored(cls, facts: dict[str, Any]) -> "LetterFacts":
        """The facts as they come back from storage (lists instead of tuples)."""
        days = tuple((str(first), str(last)) for first, last in facts["days"])
        bring = {name: tuple(facts[name]) for name in ("bring_zh", "bring_en")}
        return cls(**{**facts, **bring, "days": days})


def letter_pdf(facts: LetterFacts, language: str, output: Format = "pdf", *, badge: bytes = b"") -> bytes:
    """The letter in "zh" or "en"; the same facts and badge give the same bytes."""
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
        "answer_by": _answer_by(facts, language),
        "phone": facts.phone,
    }
    at = datetime.fromisoformat(facts.issued_at)
    document = f"outcome/letter_{facts.layout}"
    return compiled(document, facts=shown, codes=codes, url=facts.url, at=at, output=output, picture=as_svg(badge))


LONG_NAME = 8  # characters beyond which a name is set smaller, so that 25 of them stand on one line


def _answer_by(facts: LetterFacts, language: str) -> str:
    """Until when a place is answered; layout 1 printed the plain form, and is made again as it was."""
    if facts.layout == "1" or not facts.answer_by:
        return facts.answer_by
    with override("en" if language == "en" else "zh-hans"):
        return moment_in_full(datetime.fromisoformat(facts.answer_by).replace(tzinfo=clock.SHANGHAI))
