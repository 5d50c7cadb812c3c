"""What an uploaded file really is, judged by its content alone, and how its pages look.

A program of ``foundation.confined``, in a process with limits: it imports nothing of the portal. Arguments: ``check``
judges a received file, ``pages`` makes the pictures of a PDF that was judged before. The head says ``unfit`` with a
code, or ``type``, ``pages`` and ``parts``: how many bytes of the body are the content to keep (0: as received) and then
each page's picture.

Pictures are decoded and written anew: position, camera, thumbnails, anything hidden behind the picture is gone, and the
orientation is applied. PDFs are kept as they are (they may carry an authority's signature), unless they hold links or
other actions that a viewer would follow: then only the pictures of their pages are kept. They are refused with a
password, programs, embedded files, anything before or behind the document itself, or a page that cannot be shown.
"""

import os
import re
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

Answer = tuple[dict[str, Any], bytes]


LARGEST_PIXELS = 50_000_000


LARGEST_JPEG_PIXELS = 210_000_000  # JPEG can be decoded at a fraction of its size


LONGEST_SIDE = 3000  # pixels of a kept photo


PAGE_SIDE = 2000  # pixels of a PDF page's longer side: some 170 a page's inch


MOST_RATIO = 8  # of the longer side to the shorter one


QUALITY = 85


PAGE_QUALITY = 80


MOST_PAGES = 20


MOST_OBJECTS = 20_000


TAIL_BYTES = 1024


PAGE_SECONDS = 2.0  # of processor time, for one page


PAGES_SECONDS = 16.0  # for all of them


DAMAGED, KILLED = 3, 4  # how a page's process ends


CHECK_SECONDS = 4.0  # for walking through a PDF, or decoding a photo


PROGRAMS = {
    *("/JS", "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/EmbeddedFile", "/EmbeddedFiles", "/EF"),
    *("/RichMedia", "/RichMediaExecute", "/Rendition", "/XFA", "/FileAttachment", "/GoToE", "/Movie", "/Sound"),
    *("/3D", "/GoTo3DView"),
}


FOLLOWED = {"/URI", "/GoTo", "/GoToR", "/GoToDp", "/Named", "/Thread", "/Hide", "/SetOCGState", "/Trans", "/ResetForm"}


# unreachable for one reader may be reachable for another: long names that no compressed stream spells by chance
HIDDEN_PROGRAM = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)\b")


BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


class Unfit(Exception):
    """The file cannot be taken; the code names why."""


def kind_of(content: bytes) -> str:
    """``jpeg``, ``png``, ``webp``, ``heif`` or ``pdf`` by the first bytes. Raises Unfit: empty, ofd, type."""
    if not content:
        raise Unfit("empty")
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp" and content[8:12] in BRANDS:
        return "heif"
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"PK\x03\x04") and b"OFD.xml" in content:  # GB/T 33190: electronic certificates and invoices
        raise Unfit("ofd")
    raise Unfit("type")


def picture(content: bytes, kind: str) -> Answer:
    """The picture as a plain JPEG. Raises Unfit: too_many_pixels, odd_shape, animated, damaged; MemoryError."""
    import pillow_heif
    from PIL import Image, ImageOps

    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # our own limit is judged before anything is decoded
    formats = {"jpeg": ("JPEG", "MPO"), "png": ("PNG",), "webp": ("WEBP",), "heif": ("HEIF",)}[kind]
    try:
        with Image.open(BytesIO(content), formats=formats) as opened:
            _refuse_picture(opened, kind)
            if kind == "jpeg":
                opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            opened.load()
            opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            ImageOps.exif_transpose(opened, in_place=True)
            plain = _on_white(opened)
    except (Unfit, MemoryError):
        raise
    except Exception as problem:
        raise Unfit("damaged") from problem
    out = BytesIO()
    plain.save(out, "JPEG", quality=QUALITY, exif=b"", icc_profile=None)
    return {"type": "image/jpeg", "pages": 1, "parts": [out.tell()]}, out.getvalue()


def _refuse_picture(opened: Any, kind: str) -> None:
    width, height = opened.size
    if width * height > (LARGEST_JPEG_PIXELS if kind == "jpeg" else LARGEST_PIXELS):
        raise Unfit("too_many_pixels")
    _refuse_shape(width, height)
    if kind in {"png", "webp"} and getattr(opened, "n_frames", 1) > 1:
        raise Unfit("animated")


def _refuse_shape(width: float, height: float) -> None:
    shorter, longer = sorted((abs(width), abs(height)))
    if not 0 < longer <= MOST_RATIO * shorter:
        raise Unfit("odd_shape")


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


def document(content: bytes, allow: Callable[[float], None]) -> Answer:
    """The PDF itself if it is harmless, or its pages as pictures, and a picture of each page.

    Raises Unfit: locked, active, no_pages, too_many_pages, odd_shape, hidden, damaged.
    """
    received, content = content, _unlocked(content)
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise Unfit("damaged")
    if len(content) - end > TAIL_BYTES or re.search(rb"PK\x05\x06|MZ\x90\x00", content[end:]):
        raise Unfit("hidden")
    if HIDDEN_PROGRAM.search(content):
        raise Unfit("active")
    reader, shapes = _read(content)
    try:
        followed = has_links(reader)
    except (Unfit, MemoryError):
        raise
    except Exception as problem:
        raise Unfit("damaged") from problem
    pictures = page_pictures(content, shapes, allow)
    kept = _as_pictures(pictures) if followed else b"" if content is received else content
    parts = [kept, *pictures]
    head = {"type": "application/pdf", "pages": len(shapes), "parts": [len(part) for part in parts]}
    return head, b"".join(parts)


def _unlocked(content: bytes) -> bytes:
    """The content as everybody may read it: copying or printing may be forbidden, but no password is asked. The same
    object where nothing is encrypted. Raises Unfit: locked.
    """
    from pypdf import PdfReader, PdfWriter

    if b"/Encrypt" not in content:
        return content
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        opened = not reader.is_encrypted or bool(reader.decrypt(""))
        plain = BytesIO()
        if opened and reader.is_encrypted:
            PdfWriter(clone_from=reader).write(plain)
    except MemoryError:
        raise
    except Exception as problem:
        raise Unfit("locked") from problem
    if not opened:
        raise Unfit("locked")
    return plain.getvalue() or content


def _read(content: bytes) -> tuple[Any, list[tuple[float, float]]]:
    """The reader, and width and height of each page as it stands upright. Raises Unfit."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(BytesIO(content), strict=False)
        _refuse_pages(reader)
        return reader, [_shape(page) for page in reader.pages]
    except (Unfit, MemoryError):
        raise
    except Exception as problem:
        raise Unfit("damaged") from problem


def _refuse_pages(reader: Any) -> None:
    if reader.is_encrypted:
        raise Unfit("locked")
    pages = len(reader.pages)
    if pages == 0:
        raise Unfit("no_pages")
    if pages > MOST_PAGES:
        raise Unfit("too_many_pages")


def _shape(page: Any) -> tuple[float, float]:
    box = page.cropbox
    width, height = abs(float(box.width)), abs(float(box.height))
    _refuse_shape(width, height)
    return (height, width) if page.rotation % 180 else (width, height)


def has_links(reader: Any) -> bool:
    """Whether a viewer would follow something in it: in what can be reached, and in all that the file's table names.

    Raises Unfit: active, damaged.
    """
    from pypdf.generic import IndirectObject

    seen: set[int] = set()
    found = _walk(reader.trailer, seen)
    listed = [(number, generation) for generation, table in reader.xref.items() for number in table]
    listed += [(number, 0) for number in reader.xref_objStm]
    for number, generation in listed:
        if number not in seen:
            try:
                found = _walk(IndirectObject(number, generation, reader), seen) or found
            except (Unfit, MemoryError):
                raise
            except Exception:  # noqa: S112 - nothing leads to it and nobody can read it
                continue
    return found


def _walk(begin: Any, seen: set[int]) -> bool:
    """The same for all that can be reached from one object."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    waiting, count, found = [begin], 0, False
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
            if PROGRAMS & ({str(key) for key in thing} | _names(thing)):
                raise Unfit("active")
            found = found or _is_followed(thing)
            waiting.extend(dict.values(thing))
        elif isinstance(thing, ArrayObject):
            waiting.extend(list.__iter__(thing))
    return found


def _names(thing: Any) -> set[str]:
    return {str(dict.get(thing, key)) for key in ("/S", "/Subtype", "/Type")}


def _is_followed(thing: Any) -> bool:
    """An action, or a place where actions stand. To open at a page is none, and kept."""
    from pypdf.generic import DictionaryObject, IndirectObject

    opened = dict.get(thing, "/OpenAction")
    if isinstance(opened, IndirectObject):
        opened = opened.get_object()
    return (
        "/AA" in thing
        or isinstance(opened, DictionaryObject)
        or str(dict.get(thing, "/S")) in FOLLOWED
        or str(dict.get(thing, "/Type")) == "/Action"
    )


def page_pictures(content: bytes, shapes: list[tuple[float, float]], allow: Callable[[float], None]) -> list[bytes]:
    """Every page as a JPEG, drawn in a fork of its own; its longer side has PAGE_SIDE pixels, whatever it says.

    Raises Unfit: damaged, too_costly.
    """
    made, spent = [], 0.0
    file = os.memfd_create("document")  # never on a disk, where a killed process would leave it
    try:
        with os.fdopen(os.dup(file), "wb") as writing:
            writing.write(content)
        for number, (width, height) in enumerate(shapes, start=1):
            scale = PAGE_SIDE / max(width, height)
            page, seconds = _forked(partial(_drawn, file, number, width * scale, height * scale), allow)
            made.append(page)
            spent += seconds
            if spent > PAGES_SECONDS:
                raise Unfit("too_costly")
    finally:
        os.close(file)
    return made


def _forked(make: Callable[[], bytes], allow: Callable[[float], None]) -> tuple[bytes, float]:
    """What a fork makes within PAGE_SECONDS, and the seconds it took: its memory goes with it. Raises Unfit."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = KILLED
        try:
            allow(PAGE_SECONDS)
            os.close(reading)
            with os.fdopen(writing, "wb") as out:
                out.write(make())
            status = 0
        except Unfit:
            status = DAMAGED
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        body = answer.read()
    _pid, ended, used = os.wait4(child, 0)
    if ended:
        raise Unfit("damaged" if os.waitstatus_to_exitcode(ended) == DAMAGED else "too_costly")
    return body, used.ru_utime + used.ru_stime


def _drawn(file: int, number: int, width: float, height: float) -> bytes:
    import typst
    from PIL import Image

    place = f'"/proc/self/fd/{file}", format: "pdf", page: {number}'
    source = (
        f"#set page(width: {width:.2f}pt, height: {height:.2f}pt, margin: 0pt, fill: white)\n"
        f'#image({place}, width: 100%, height: 100%, fit: "contain")'
    )
    root: Any = "/"  # the stubs want it to be of the kind of the source
    try:
        png = typst.compile(source.encode(), root=root, format="png", ppi=72.0, ignore_system_fonts=True)
    except Exception as problem:
        raise Unfit("damaged") from problem
    out = BytesIO()
    with Image.open(BytesIO(bytes(png)), formats=("PNG",)) as drawn:
        drawn.convert("RGB").save(out, "JPEG", quality=PAGE_QUALITY)
    return out.getvalue()


def _as_pictures(pictures: list[bytes]) -> bytes:
    """A PDF of nothing but the pictures; the same pages are always the same bytes."""
    from PIL import Image

    first, *rest = [Image.open(BytesIO(one), formats=("JPEG",)) for one in pictures]
    out, day = BytesIO(), time.gmtime(0)
    first.save(
        out,
        "PDF",
        save_all=True,
        append_images=rest,
        resolution=PAGE_SIDE / 11.7,
        quality=PAGE_QUALITY,
        creationDate=day,
        modDate=day,
    )
    return out.getvalue()


def warm(content: bytes, arguments: list[str]) -> None:  # noqa: ARG001 - as every confined program
    """Import what this content needs, before the limits count."""
    import pillow_heif
    from PIL import Image, JpegImagePlugin, PngImagePlugin  # noqa: F401

    if content.startswith(b"%PDF-"):
        import pypdf  # noqa: F401
        import typst  # noqa: F401
        from PIL import PdfImagePlugin  # noqa: F401
    else:
        pillow_heif.register_heif_opener()


def work(content: bytes, arguments: list[str], allow: Callable[[float], None]) -> Answer:
    """See the module."""
    try:
        allow(CHECK_SECONDS)
        if arguments == ["pages"]:
            pictures = page_pictures(content, _read(content)[1], allow)
            head = {"type": "application/pdf", "pages": len(pictures), "parts": [0, *map(len, pictures)]}
            return head, b"".join(pictures)
        kind = kind_of(content)
        return document(content, allow) if kind == "pdf" else picture(content, kind)
    except Unfit as problem:
        return {"unfit": str(problem)}, b""
    except MemoryError:
        return {"unfit": "too_costly"}, b""
