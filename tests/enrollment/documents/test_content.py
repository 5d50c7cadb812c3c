"""What a file is, judged by its content: every bad file is made here and answered with words that say what to do."""

import io
import os
import random
import zipfile
import zlib

import pillow_heif
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from enrollment.documents.files.pages import judge
from enrollment.documents.services import UnfitFile, checked

RED = (200, 30, 30)


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, RED).save(out, kind, **options)
    return out.getvalue()


def heic() -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), RED)).save(out, format="HEIF")
    return out.getvalue()


def pdf(pages: int = 1, password: str = "", owner: str = "", script: str = "", attachment: bytes = b"") -> bytes:
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(200, 300)
    if script:
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(action))
    if attachment:
        writer.add_attachment("data.bin", attachment)
    if password or owner:
        writer.encrypt(password, owner or None, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def located() -> bytes:
    """A photo that lies on its side and knows where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "synthetic camera"
    exif.get_ifd(0x8825)[1] = "N"
    return picture(size=(80, 40), exif=exif)


def bomb() -> bytes:
    """A small PNG that says it has 900 million pixels."""
    head = (30_000).to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    chunks = (b"IHDR" + head, b"IDAT" + zlib.compress(bytes(999)), b"IEND")
    framed = ((len(c) - 4).to_bytes(4, "big") + c + zlib.crc32(c).to_bytes(4, "big") for c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def animation() -> bytes:
    frames = [Image.new("RGB", (20, 20), (step * 60, 0, 0)) for step in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def noise(size: int) -> bytes:
    return b"\xff\xd8\xff\xe0" + random.Random(4).randbytes(size - 4)


def moving_webp() -> bytes:
    frames = [Image.new("RGB", (20, 20), (step * 60, 0, 0)) for step in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


def ofd() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("OFD.xml", "<ofd:OFD/>")
    return out.getvalue()


def gif() -> bytes:
    out = io.BytesIO()
    Image.new("P", (20, 20)).save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize(
    "made", [picture(), picture("PNG"), heic(), picture("WEBP"), picture("JPEG", progressive=True)]
)
def test_every_photo_becomes_a_plain_jpeg(made: bytes) -> None:
    kept = checked(made)
    assert (kept.type, kept.pages) == ("image/jpeg", 1)
    with Image.open(io.BytesIO(kept.body)) as image:
        red, green, _blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
        assert image.format == "JPEG"
        assert red > 150 > green


def test_position_and_camera_are_dropped_and_the_photo_stands_upright() -> None:
    kept = checked(located())
    with Image.open(io.BytesIO(kept.body)) as image:
        assert image.size == (40, 80)
        assert not image.getexif()
    assert b"synthetic camera" not in kept.body


def test_nothing_hidden_behind_a_photo_survives() -> None:
    assert b"PK\x03\x04" not in checked(picture() + b"PK\x03\x04 an archive").body


def test_the_same_file_is_always_kept_as_the_same_bytes() -> None:
    assert checked(picture()).body == checked(picture()).body


def test_a_plain_pdf_is_kept_as_it_is() -> None:
    made = pdf(3)
    kept = checked(made)
    assert (kept.type, kept.pages, kept.body) == ("application/pdf", 3, made)


def test_every_page_of_a_pdf_is_drawn_when_it_arrives() -> None:
    kept = checked(pdf(2))
    sizes = []
    for page in kept.pictures:
        with Image.open(io.BytesIO(page)) as image:
            sizes.append((image.format, image.size))
    assert sizes == [("JPEG", (1333, 2000))] * 2
    assert judge(pdf(2), "pages")[1][1:] == list(kept.pictures)


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("empty", b""),
        ("type", b"MZ\x90\x00" + bytes(400)),  # a program that calls itself photo.jpg
        ("type", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("type", gif()),
        ("damaged", noise(4000)),
        ("damaged", picture(size=(900, 900), quality=95)[:2000]),
        ("damaged", heic()[:200]),
        ("damaged", pdf()[:200]),
        ("damaged", b"%PDF-1.7\nnothing\n%%EOF"),
        ("animated", animation()),
        ("animated", moving_webp()),
        ("ofd", ofd()),
        ("too_many_pixels", bomb()),
        ("locked", pdf(password="long secret")),
        ("active", pdf(script="app.alert(1)")),
        ("active", pdf(attachment=b"MZ")),
        ("no_pages", pdf(0)),
        ("too_many_pages", pdf(21)),
        ("hidden", pdf() + b"PK\x05\x06" + bytes(18)),
        ("hidden", pdf() + os.urandom(4096).replace(b"%", b"x")),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_own_words(code: str, made: bytes) -> None:
    with pytest.raises(UnfitFile) as refused:
        checked(made)
    assert refused.value.code == code
    assert refused.value.message


def test_a_pdf_that_only_forbids_printing_is_taken_and_kept_readable() -> None:
    made = pdf(2, owner="of the office")
    assert PdfReader(io.BytesIO(made)).is_encrypted
    kept = checked(made)
    assert (kept.type, kept.pages, len(kept.pictures)) == ("application/pdf", 2, 2)
    assert not PdfReader(io.BytesIO(kept.body)).is_encrypted


def test_a_program_in_a_pdf_that_forbids_printing_is_found() -> None:
    with pytest.raises(UnfitFile) as refused:
        checked(pdf(owner="of the office", script="app.alert(1)"))
    assert refused.value.code == "active"


def test_forty_megabytes_are_refused_before_they_are_opened() -> None:
    with pytest.raises(UnfitFile, match="40 MB") as refused:
        checked(noise(40 * 1024**2))
    assert refused.value.code == "too_large"


def test_the_made_pdf_is_really_locked() -> None:
    assert PdfReader(io.BytesIO(pdf(password="long secret"))).is_encrypted
