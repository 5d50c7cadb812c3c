"""Setting a document with typst: people's words reach it as data, never as source."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import segno
import typst

from enrollment.papers.glyphs import FONT, runs

FOLDER: Final = Path(__file__).resolve().parent.parent.parent / "templates" / "enrollment"
INK: Final = "#0b5651"
Format = Literal["pdf", "png"]


def _pieces(value: Any) -> Any:
    """Every text as runs, so that no character is drawn as an empty box."""
    if isinstance(value, str):
        return runs(value)
    if isinstance(value, Mapping):
        return {key: _pieces(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_pieces(one) for one in value]
    return value


def compiled(
    document: str,
    *,
    facts: Mapping[str, Any],
    codes: Mapping[str, str],
    url: str,
    at: datetime,
    output: Format = "pdf",
) -> bytes:
    """The document `templates/enrollment/<document>.typ`.

    `facts` are shown texts, `codes` are looked up and never shown, `url` becomes the QR code, `at` is the document's
    own date: nothing else enters, so the same input gives the same bytes.
    """
    qr = segno.make(url, error="m").svg_inline(border=0, dark=INK)
    data = {"facts": _pieces(facts), "codes": dict(codes), "qr": qr, "url": url}
    return typst.compile(
        FOLDER / f"{document}.typ",
        font_paths=[FONT.parent],
        ignore_system_fonts=True,
        format=output,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        timestamp=int(at.timestamp()),
    )
