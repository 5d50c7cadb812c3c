"""The minutes of a ceremony as a PDF: the same facts give the same bytes (pure; set by typst with a bundled font).

Whatever people wrote reaches the page as data of the document, never as its source, so no note can change the minutes.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).resolve().parents[2] / "templates" / "lottery" / "witnesses" / "minutes.typ"
LONGEST_WORD: Final = 28  # a longer run of characters without a space gets places at which a line may end
BREAK: Final = "\u200b"
DIGEST: Final = re.compile(r"(sha256:)?[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the ceremony: user name, display name, and a duty (`ceremony.states.DUTIES`) or "official"."""

    username: str
    name: str
    duty: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step as made: event (`ceremony.states.DRAW`), time as text in Beijing time, who, and what was noted."""

    event: str
    at: str
    actor: str
    note: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature or an objection, with the bureau's reply; empty where there is none."""

    step: str
    person: str
    duty: str
    decision: str
    at: str
    subject: str
    note: str
    reply: str
    reply_by: str


@dataclass(frozen=True, slots=True)
class Part:
    """A witness's part of the seed; `commitment` and `value` are empty when they never came."""

    witness: str
    commitment: str
    value: str


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """Seats of one school, those added for siblings, and children placed."""

    code: str
    name: str
    seats: int
    extra: int
    filled: int


@dataclass(frozen=True, slots=True)
class Minutes:
    """Everything the minutes say. Times are texts in Beijing time; digests are hexadecimal."""

    district: str
    year: int
    stage: str
    kind: str
    rehearsal: bool
    synthetic: bool
    number: str
    note: str
    certified_at: datetime
    place: str
    starts_at: str
    deadlines: tuple[str, str, str]  # commitments, reveals, public value; empty where none was named
    method: str
    sibling_rule: str
    mechanism: str
    notary: str
    people: tuple[Person, ...]
    steps: tuple[Step, ...]
    confirmations: tuple[Step, ...]
    parts: tuple[Part, ...]
    public_source: str
    public_value: str
    fallback: str
    fallback_reason: str
    signatures: tuple[Signature, ...]
    counts: tuple[tuple[str, int], ...]
    schools: tuple[SchoolLine, ...]
    digests: tuple[tuple[str, str], ...]
    programs: tuple[tuple[str, str], ...]
    url: str


def breakable(text: str) -> str:
    """The text with a place to break a line in every run of more than 28 characters without a space.

    A digest stays as it is: whoever copies it from the page must get the digest and nothing else.
    """
    if DIGEST.fullmatch(text):
        return text
    return re.sub(rf"(\S{{{LONGEST_WORD}}})(?=\S)", rf"\1{BREAK}", text)


def _printable(value: object) -> object:
    """Texts without control and direction characters, which would disturb the lines beside them."""
    if isinstance(value, str):
        return breakable("".join(one if one.isprintable() else " " for one in value))
    if isinstance(value, dict):
        return {key: _printable(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [_printable(one) for one in value]
    return value


def document(minutes: Minutes) -> str:
    """The facts as the JSON the typst document reads."""
    import segno  # not at the top: only these pages draw a code

    facts = asdict(minutes) | {"certified_at": f"{minutes.certified_at:%Y-%m-%d %H:%M:%S}"}
    shown = _printable(facts)
    qr = segno.make(minutes.url, error="m").svg_inline(border=0, dark="#0b5651")
    return json.dumps({"facts": shown, "qr": qr}, ensure_ascii=False, sort_keys=True)


def pdf(minutes: Minutes) -> bytes:
    """The minutes as PDF; the document's own date is the time of the certificate."""
    import noto_cjk_sans_otc  # type: ignore[import-untyped] # a package of one font
    import typst  # not at the top: 7 MB for every process, and only few set a page

    return typst.compile(
        SOURCE,
        font_paths=[Path(str(noto_cjk_sans_otc.FONT_PATH)).parent],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": document(minutes)},
        timestamp=int(minutes.certified_at.timestamp()),
    )
