"""What an uploaded file really is, judged by its content alone. Runs as a program of its own, in a process with limits.

A decoder that meets a hostile file may loop, crash or fill the memory: it then takes down this process, not the
site. So this file imports nothing of the portal, and reads and writes pipes only:

    python documents_content.py check            < file  > one line of JSON, then the content to keep
    python documents_content.py page <number>    < pdf   > one line of JSON, then the page as PNG

Pictures are decoded and written anew: position, camera, thumbnails, anything hidden behind the picture is gone, and the
orientation is applied. PDFs are kept as they are (they may carry an authority's signature) but refused with a password,
programs, embedded files or anything before or behind the document itself.
"""

import json
import re
import resource
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

LARGEST_PIXELS = 64_000_000
LARGEST_JPEG_PIXELS = 210_000_000  # JPEG can be decoded at a fraction of its size
LONGEST_SIDE = 3000
QUALITY = 85
MOST_PAGES = 20
MOST_OBJECTS = 20_000
TAIL_BYTES = 1024
CPU_SECONDS = 20
MEMORY_BYTES = 3 * 1024**3
ACTIVE = {"/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/FileAttachment"}
BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


class Unfit(Exception):
    """The file cannot be taken; the code names why."""


def kind_of(content: bytes) -> str:
    """``jpeg``, ``png``, ``heif`` or ``pdf`` by the first bytes. Raises Unfit: empty, type."""
    if not content:
        raise Unfit("empty")
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content[4:8] == b"ftyp" and content[8:12] in BRANDS:
        return "heif"
    if content.startswith(b"%PDF-"):
        return "pdf"
    raise Unfit("type")


def picture(content: bytes, kind: str) -> tuple[dict[str, Any], bytes]:
    """The picture as a plain JPEG. Raises Unfit: too_many_pixels, animated, damaged."""
    import pillow_heif
    from PIL import Image, ImageOps

    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # our own limit is judged before anything is decoded
    formats = {"jpeg": ("JPEG", "MPO"), "png": ("PNG",), "heif": ("HEIF",)}[kind]
    try:
        with Image.open(BytesIO(content), formats=formats) as opened:
            _refuse_picture(opened, kind)
            if kind == "jpeg":
                opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = _on_white(upright)
    except Unfit:
        raise
    except Exception as problem:
        raise Unfit("damaged") from problem
    out = BytesIO()
    plain.save(out, "JPEG", quality=QUALITY, exif=b"", icc_profile=None)
    return {"type": "image/jpeg", "pages": 1}, out.getvalue()


def _refuse_picture(opened: Any, kind: str) -> None:
    width, height = opened.size
    if width * height > (LARGEST_JPEG_PIXELS if kind == "jpeg" else LARGEST_PIXELS):
        raise Unfit("too_many_pixels")
    if kind == "png" and getattr(opened, "n_frames", 1) > 1:
        raise Unfit("animated")


def _on_white(image: Any) -> Any:
    from PIL import Image

    if "A" in image.mode or "transparency" in image.info:
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image.convert("RGBA"))
        return ground.convert("RGB")
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.point(lambda value: value / 256).convert("L")
    bare = Image.new("RGB", image.size)
    bare.paste(image.convert("RGB"))
    return bare


def document(content: bytes) -> tuple[dict[str, Any], bytes]:
    """The PDF itself, if it is harmless. Raises Unfit: locked, active, no_pages, too_many_pages, hidden, damaged."""
    from pypdf import PdfReader

    end = content.rfind(b"%%EOF")
    if end < 0:
        raise Unfit("damaged")
    if len(content) - end > TAIL_BYTES or re.search(rb"PK\x05\x06|MZ\x90\x00", content[end:]):
        raise Unfit("hidden")
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        pages = _refuse_pages(reader)
        _refuse_active(reader)
    except Unfit:
        raise
    except Exception as problem:
        raise Unfit("damaged") from problem
    return {"type": "application/pdf", "pages": pages}, content


def _refuse_pages(reader: Any) -> int:
    """How many pages there are, each readable. Raises Unfit."""
    if reader.is_encrypted:
        raise Unfit("locked")
    pages = len(reader.pages)
    if pages == 0:
        raise Unfit("no_pages")
    if pages > MOST_PAGES:
        raise Unfit("too_many_pages")
    for page in reader.pages:
        page.get_contents()
    return pages


def _refuse_active(reader: Any) -> None:
    """Walk every object that can be reached from the trailer. Raises Unfit: active, damaged."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    waiting: list[Any] = [reader.trailer]
    seen: set[int] = set()
    count = 0
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum in seen:
                continue
            seen.add(thing.idnum)
            thing = thing.get_object()
        count += 1
        if count > MOST_OBJECTS * 10 or len(seen) > MOST_OBJECTS:
            raise Unfit("damaged")
        if isinstance(thing, DictionaryObject):
            if ACTIVE & ({str(key) for key in thing} | _names(thing)):
                raise Unfit("active")
            waiting.extend(dict.values(thing))
        elif isinstance(thing, ArrayObject):
            waiting.extend(list.__iter__(thing))


def _names(thing: Any) -> set[str]:
    return {str(dict.get(thing, key)) for key in ("/S", "/Subtype", "/Type")}


def check(content: bytes) -> tuple[dict[str, Any], bytes]:
    kind = kind_of(content)
    return document(content) if kind == "pdf" else picture(content, kind)


def page_picture(content: bytes, number: int, points: int) -> tuple[dict[str, Any], bytes]:
    """One page of a checked PDF as a PNG ``points`` wide. Raises Unfit: damaged."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "document.pdf").write_bytes(content)
        source = Path(folder, "page.typ")
        source.write_text(
            "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
            f'#image("document.pdf", page: {number}, width: {points}pt)'
        )
        try:
            png = typst.compile(source, format="png", ppi=72.0)
        except Exception as problem:
            raise Unfit("damaged") from problem
    return {"type": "image/png", "pages": 1}, bytes(png)


def main(arguments: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    content = sys.stdin.buffer.read()
    try:
        if arguments[0] == "page":
            head, body = page_picture(content, int(arguments[1]), int(arguments[2]))
        else:
            head, body = check(content)
    except Unfit as problem:
        head, body = {"unfit": str(problem)}, b""
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
