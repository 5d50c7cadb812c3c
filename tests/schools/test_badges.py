"""Badges of schools: what is taken, what is refused and why, who may bring one, and where it stands."""

import hashlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from PIL import Image

from foundation.errors import NotAllowed, Refused
from schools.badges import badge_of, badge_picture, badge_put, badge_take_away
from schools.models import SchoolBadge
from tests import factories
from tests.entering import signed_in

pytestmark = pytest.mark.django_db
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}<circle cx="4" cy="4" r="4" fill="#0b5651"/></svg>'
PAGE = "/official/schools/WL01/badge/"
SECRET = b"GPS 29.03 111.69"


def picture(kind: str = "PNG", size: tuple[int, int] = (200, 180), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (11, 86, 81)).save(out, kind, **options)
    return out.getvalue()


def chunks(png: bytes) -> list[bytes]:
    """The names of a PNG's parts, in order."""
    found, at = [], 8
    while at < len(png):
        found.append(png[at + 4 : at + 8])
        at += 12 + int.from_bytes(png[at : at + 4])
    return found


def with_secret() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    return picture("JPEG", exif=exif) + SECRET


@pytest.mark.parametrize("content", [picture(), with_secret(), SVG.format("").encode()], ids=["png", "jpeg", "svg"])
def test_a_badge_is_drawn_anew_as_a_small_square_and_nothing_else_is_kept(content: bytes) -> None:
    factories.world()
    made = badge_put(official=factories.staff("official"), code="WL01", content=content)
    kept = bytes(made.picture)
    with Image.open(io.BytesIO(kept)) as shown:
        assert (shown.format, shown.size) == ("PNG", (320, 320))
        *colour, alpha = shown.convert("RGBA").getpixel((160, 160))  # type: ignore[misc] # a pixel has four values
        assert (colour, alpha > 250) == ([11, 86, 81], True)
    assert set(chunks(kept)) <= {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
    assert SECRET not in kept
    assert len(kept) < 30_000
    assert made.digest == hashlib.sha256(kept).hexdigest()


LEADING_OUT = [
    '<image href="/etc/passwd"/>',
    '<image xlink:href="data:image/png;base64,AA"/>',
    "<script>alert(1)</script>",
    '<use href="http://example.org/a.svg#b"/>',
    "<foreignObject/>",
    '<rect fill="url(http://example.org/x)"/>',
    "<style>@import 'http://example.org/x.css'</style>",
    "<a href='javascript:alert(1)'/>",
]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 no picture", "type"),
        (b"<html><body>hello</body></html>", "type"),
        (picture()[:200], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "damaged"),
        (picture(size=(63, 63)), "small"),
        (picture(size=(900, 200)), "odd_shape"),
        (picture(size=(5000, 4500)), "large"),
        (picture() + b"\0" * 2 * 1024**2, "large"),
        (SVG.replace("<circle", "<desc").replace('"#0b5651"/>', '"#0b5651"/>').format("").encode(), "blank"),
        (("<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG.format("&a;")).encode(), "leads_out"),
        (SVG.format("").encode("utf-16"), "type"),
        (b"<svg" + b" " * 400_000, "large"),
        (b"<svg not closed", "damaged"),
        *((SVG.format(one).encode(), "leads_out") for one in LEADING_OUT),
    ],
)
def test_what_is_no_badge_is_refused_with_its_reason(content: bytes, code: str) -> None:
    factories.world()
    with pytest.raises(Refused) as refused:
        badge_put(official=factories.staff("official"), code="WL01", content=content)
    assert refused.value.code == code
    assert not SchoolBadge.objects.exists()


def test_only_who_may_change_the_school_brings_its_badge() -> None:
    factories.world()
    for stranger in (factories.staff("official", district="430721"), factories.staff("reviewer", school="WL01")):
        with pytest.raises(NotAllowed):
            badge_put(official=stranger, code="WL01", content=picture())
        with pytest.raises(NotAllowed):
            badge_take_away(official=stranger, code="WL01")
        assert signed_in(stranger).get(PAGE).status_code == 404
    for code in ("NO", "WL01\0"):
        with pytest.raises(NotAllowed):
            badge_put(official=factories.staff("official"), code=code, content=picture())
    assert Client().get(PAGE).status_code == 302


def test_the_badge_stands_on_the_schools_page_until_it_is_taken_away() -> None:
    factories.world()
    official, everybody = signed_in(factories.staff("official")), Client()
    sent = SimpleUploadedFile("badge.png", picture(), "image/png")
    assert official.post(PAGE, {"file": sent}).status_code == 302
    found = badge_of("WL01")
    assert found is not None
    address = f"/schools/WL01/badge-{found.mark}.png"
    assert address in everybody.get("/schools/WL01/").content.decode()
    answer = everybody.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer.content == bytes(found.picture)
    for wrong in ("/schools/WL02/badge-x.png", f"/schools/WL02/badge-{found.mark}.png", "/schools/WL01/badge-x.png"):
        assert everybody.get(wrong).status_code == 404
    for _twice in range(2):
        assert official.post(PAGE, {"take-away": "1"}).status_code == 302
    assert badge_of("WL01") is None
    assert everybody.get(address).status_code == 404
    assert address not in everybody.get("/schools/WL01/").content.decode()
    assert badge_picture(found.digest) == bytes(found.picture)  # letters issued with it keep it
    assert SchoolBadge.objects.count() == 2


def test_the_same_picture_again_changes_nothing_and_a_row_never_changes() -> None:
    factories.world()
    official = factories.staff("official")
    badge_take_away(official=official, code="WL01")
    assert not SchoolBadge.objects.exists()
    for _twice in range(2):
        badge_put(official=official, code="WL01", content=picture())
    assert SchoolBadge.objects.count() == 1
    for change in (lambda: SchoolBadge.objects.update(digest=""), lambda: SchoolBadge.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_page_says_what_is_wrong_at_its_field() -> None:
    factories.world()
    official = signed_in(factories.staff("official"))
    for sent in ({}, {"file": SimpleUploadedFile("a.txt", b"no picture")}):
        answer = official.post(PAGE, sent)
        assert answer.status_code == 422
        assert 'id="file-error"' in answer.content.decode()
