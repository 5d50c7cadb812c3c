"""A school's badge from a picture that somebody sent: one small square PNG and nothing else.

A program of ``foundation.confined``, in a process with limits: it imports nothing of the portal. The picture is decoded
by what its bytes are and written anew, so that position, camera, comments and anything hidden behind it are gone. An
SVG is drawn, never kept: what could lead out of it (scripts, entities, links, other pictures) is refused before.
"""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

SIDE = 320  # pixels of a badge: sharp at 160 on a phone, and on paper
LEAST = 64  # pixels of the shorter side: below, a badge is a blur
MOST_PIXELS = 20_000_000
MOST_RATIO = 3  # of the longer side to the shorter one
SECONDS = 4.0
MOST_SVG = 300_000  # bytes: more is a photo in disguise
LEADS_OUT = re.compile(
    r"<!|<\?(?!xml[\s?])|<\s*(?:\w+:)?(?:script|image|feimage|foreignobject|iframe|audio|video)\b"
    r"|href\s*=\s*[\"'](?!#)|url\(\s*[\"']?(?!#)|@import|&(?!amp;|lt;|gt;|quot;|apos;|#)",
    re.IGNORECASE,
)
DOCTYPE = re.compile(r'<!--.*?-->|<!DOCTYPE svg(?: PUBLIC "[^"<>]*" "[^"<>]*")?\s*>', re.DOTALL)  # says nothing


class Unfit(Exception):
    """The picture cannot be a badge; the code names why."""


def opened(content: bytes) -> Any:
    """The picture, decoded. Raises Unfit: empty, type, damaged, small, large, odd_shape, leads_out."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit is judged before anything is decoded
    if not content:
        raise Unfit("empty")
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        formats: tuple[str, ...] = ("JPEG", "PNG")
    elif b"<svg" in content[:2000]:
        content, formats = _drawn(content), ("PNG",)
    else:
        raise Unfit("type")
    try:
        with Image.open(BytesIO(content), formats=formats) as found:
            _refuse_size(*found.size)
            found.load()
            return ImageOps.exif_transpose(found).convert("RGBA")
    except (Unfit, MemoryError):
        raise
    except Exception as problem:
        raise Unfit("damaged") from problem


def _refuse_size(width: int, height: int) -> None:
    shorter, longer = sorted((width, height))
    if width * height > MOST_PIXELS:
        raise Unfit("large")
    if shorter < LEAST:
        raise Unfit("small")
    if longer > MOST_RATIO * shorter:
        raise Unfit("odd_shape")


def _drawn(content: bytes) -> bytes:
    """An SVG as a PNG. Raises Unfit: large, leads_out, damaged."""
    import typst

    if len(content) > MOST_SVG:
        raise Unfit("large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Unfit("damaged") from problem
    text = DOCTYPE.sub("", text)
    if LEADS_OUT.search(text):
        raise Unfit("leads_out")
    source = (
        f"#set page(width: {SIDE}pt, height: {SIDE}pt, margin: 0pt, fill: none)\n"
        '#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%, fit: "contain")'
    )
    try:
        made = typst.compile(
            source.encode(), format="png", ppi=72.0, ignore_system_fonts=True, sys_inputs={"svg": text}
        )
    except Exception as problem:
        raise Unfit("damaged") from problem
    return bytes(made)


def badge(content: bytes) -> bytes:
    """The badge: SIDE pixels square, what is not square stands in the middle of a transparent ground."""
    from PIL import Image, ImageOps

    found = ImageOps.contain(opened(content), (SIDE, SIDE), Image.Resampling.LANCZOS)  # a small one fills it, too
    ground = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    ground.alpha_composite(found, ((SIDE - found.width) // 2, (SIDE - found.height) // 2))
    if not ground.getchannel("A").getextrema()[1]:
        raise Unfit("blank")
    out = BytesIO()
    ground.quantize(colors=255, method=Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=True)
    return out.getvalue()


def warm(content: bytes, arguments: list[str]) -> None:  # noqa: ARG001 - as every confined program
    """Import what this content needs, before the limits count."""
    from PIL import Image, JpegImagePlugin, PngImagePlugin  # noqa: F401

    if b"<svg" in content[:2000]:
        import typst  # noqa: F401


def work(
    content: bytes,
    arguments: list[str],  # noqa: ARG001 - as every confined program
    allow: Callable[[float], None],
) -> tuple[dict[str, Any], bytes]:
    """See the module."""
    try:
        allow(SECONDS)
        return {}, badge(content)
    except Unfit as problem:
        return {"unfit": str(problem)}, b""
    except MemoryError:
        return {"unfit": "large"}, b""
