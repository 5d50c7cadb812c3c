"""Setting a document with typst: people's words reach it as data, never as source."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from enrollment.printing.glyphs import font, runs

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
    picture: str = "",
) -> bytes:
    """The document `templates/enrollment/<document>.typ`.

    `facts` are shown texts, `codes` are looked up and never shown, `url` becomes the QR code, `at` is the document's
    own date, `picture` an SVG of our own making: nothing else enters, so the same input gives the same bytes.
    """
    # not at the top: only these pages draw a code
    import segno

    # not at the top: 7 MB for every process, and only few set a page
    import typst

    qr = segno.make(url, error="m").svg_inline(border=0, dark=INK)
    data = {"facts": _pieces(facts), "codes": dict(codes), "qr": qr, "url": url}
    if picture:
        data["picture"] = picture
    return typst.compile(
        FOLDER / f"{document}.typ",
        font_paths=[font().parent],
        ignore_system_fonts=True,
        format=output,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        timestamp=int(at.timestamp()),
    )


def as_svg(png: bytes) -> str:
    """A picture within an SVG, as typst takes texts as inputs and no bytes; "" for no picture."""
    if not png:
        return ""
    content = base64.b64encode(png).decode()
    size = 'width="100" height="100"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><image {size} '
        f'href="data:image/png;base64,{content}"/></svg>'
    )
