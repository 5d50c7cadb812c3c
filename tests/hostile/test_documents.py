"""Files of a kilobyte that would stop the site: every kind is refused or made harmless, in bounded time and memory."""

import io
import os
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from enrollment.documents.files.pages import OF_PDF, PROGRAM, judge
from enrollment.documents.services import UNFIT, UnfitFile, checked
from foundation import confined
from tests.enrollment.documents.test_content import pdf, picture
from tests.waiting import patience

ONE_FILE_SECONDS = 8.0  # of a quick machine, the longest any file here may take


def written(objects: dict[int, bytes], *, root: int = 1, tail: bytes = b"") -> bytes:
    """A PDF of these objects with a correct table."""
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, root, table)
    return bytes(out) + tail


def stream(body: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(body), extra) + body + b"\nendstream"


def page_of(
    content: bytes = b"", *, box: bytes = b"0 0 200 300", catalog: bytes = b"", page: bytes = b"", **more: bytes
) -> bytes:
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R %s >>" % (box, page),
        4: stream(content),
    }
    return written(objects | {int(name.removeprefix("o")): body for name, body in more.items()})


def nested_forms(depth: int = 12, width: int = 12) -> bytes:
    """Each form draws the next one many times: 12 to the power of 12 squares in three kilobytes."""
    objects = {}
    for level in range(depth):
        number, following = 10 + level, 11 + level
        last = level == depth - 1
        body = b"0 0 1 1 re f" if last else b"/X Do " * width
        names = b"" if last else b"/Resources << /XObject << /X %d 0 R >> >>" % following
        objects[f"o{number}"] = stream(body, b"/Type /XObject /Subtype /Form /BBox [0 0 200 300] " + names)
    return page_of(b"/X Do", page=b"/Resources << /XObject << /X 10 0 R >> >>", **objects)


def huge_image() -> bytes:
    """A picture of 60,000 x 60,000 that unpacks from some kilobytes."""
    packed = zlib.compress(bytes(4_000_000), 9)
    extra = b"/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 8"
    return page_of(
        b"200 0 0 300 0 0 cm /X Do",
        page=b"/Resources << /XObject << /X 10 0 R >> >>",
        o10=stream(packed, extra + b" /Filter /FlateDecode"),
    )


def packed_content() -> bytes:
    """A page's instructions: a gigabyte of spaces, packed twice into kilobytes."""
    inner = zlib.compress(b" " * 400_000_000, 9)
    return page_of(o4=stream(zlib.compress(inner, 9), b"/Filter [/FlateDecode /FlateDecode]"))


def action(body: bytes) -> bytes:
    """A link on the page that does something when it is tapped."""
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 50 50] /A << %s >> >>" % body
    return page_of(page=b"/Annots [10 0 R]", o10=link)


def scans(pages: int) -> bytes:
    """What a copying machine makes: full pages, 300 dots an inch, with the grain of paper."""
    grain = [Image.effect_noise((620, 877), 40 + number).convert("RGB") for number in range(pages)]
    sheets = [one.resize((2480, 3508), Image.Resampling.BICUBIC) for one in grain]
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], quality=75)
    return out.getvalue()


def png_saying(width: int, height: int, data: bytes = b"") -> bytes:
    chunks = (
        b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0),
        b"IDAT" + zlib.compress(data or bytes(999)),
        b"IEND",
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks
    )


def jpeg_saying(width: int, height: int) -> bytes:
    made = bytearray(picture("JPEG", (64, 64)))
    at = made.find(b"\xff\xc0")
    made[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(made)


def text_bomb() -> bytes:
    """A picture with a note of two hundred megabytes, packed."""
    note = b"zTXtnote\0\0" + zlib.compress(bytes(200_000_000), 9)
    framed = struct.pack(">I", len(note) - 4) + note + struct.pack(">I", zlib.crc32(note))
    plain = picture("PNG")
    return plain[:33] + framed + plain[33:]


SHAPES = {"odd_shape"}
TOO_MUCH = {"too_costly", "too_many_pixels", "damaged"}
BAD: list[tuple[str, Callable[[], bytes], set[str]]] = [
    ("nested forms", nested_forms, {"too_costly"}),
    ("a page of 100 x 8000", lambda: page_of(box=b"0 0 100 8000"), SHAPES),
    ("a page without width", lambda: page_of(box=b"0 0 0 300"), SHAPES),
    ("a page larger than a town", lambda: page_of(box=b"0 0 1 1e30"), SHAPES | {"damaged"}),
    ("instructions that unpack without end", packed_content, TOO_MUCH),
    ("a script", lambda: action(b"/S /JavaScript /JS (app.alert\\(1\\))"), {"active"}),
    ("a script by another spelling", lambda: action(b"/S /J#61vaScript /J#53 (x)"), {"active"}),
    ("a launch", lambda: action(b"/S /Launch /F (calc.exe)"), {"active"}),
    ("a form that is sent", lambda: action(b"/S /SubmitForm /F (http://example.invalid)"), {"active"}),
    ("data that is fetched", lambda: action(b"/S /ImportData /F (x.fdf)"), {"active"}),
    ("a film", lambda: action(b"/S /Rendition /R 11 0 R"), {"active"}),
    ("a script on opening", lambda: page_of(catalog=b"/OpenAction << /S /JavaScript /JS (x) >>"), {"active"}),
    ("a script on every page", lambda: page_of(page=b"/AA << /O << /S /JavaScript /JS (x) >> >>"), {"active"}),
    ("an attached file", lambda: pdf(attachment=b"MZ"), {"active"}),
    ("a script no page leads to", lambda: page_of(o10=b"<< /S /JavaScript /JS (x) >>"), {"active"}),
    ("a script behind the table", lambda: pdf().replace(b"%%EOF", b"% /JavaScript\n%%EOF"), {"active"}),
    ("a photo of 900 million pixels", lambda: png_saying(30_000, 30_000), {"too_many_pixels"}),
    ("a photo of 4 billion pixels", lambda: jpeg_saying(65_500, 65_500), {"too_many_pixels"}),
    ("a photo as long as a street", lambda: png_saying(30_000, 10), SHAPES),
    ("a photo as high as a tower", lambda: picture("PNG", (40, 4000)), SHAPES),
    ("a photo with an endless note", text_bomb, TOO_MUCH),
    ("half a photo", lambda: picture("PNG", (900, 900))[:900], {"damaged"}),
]


@pytest.mark.parametrize(("made", "codes"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_hostile_file_is_refused_soon_with_words_that_say_what_to_do(
    made: Callable[[], bytes], codes: set[str]
) -> None:
    received, began = made(), time.monotonic()
    with pytest.raises(UnfitFile) as refused:
        checked(received)
    assert time.monotonic() - began < patience(ONE_FILE_SECONDS)
    assert refused.value.code in codes
    assert UNFIT[refused.value.code]
    assert refused.value.message


@pytest.mark.parametrize("made", [huge_image, lambda: jpeg_saying(9000, 9000)], ids=["in a page", "a photo"])
def test_pixels_that_are_only_said_cost_nothing(made: Callable[[], bytes]) -> None:
    """The decoders draw what is there: a white page, a grey photo. What counts is that it costs no more than others."""
    began = time.monotonic()
    assert checked(made()).pages == 1
    assert time.monotonic() - began < patience(ONE_FILE_SECONDS)


@pytest.mark.parametrize(
    "made",
    [
        lambda: action(b"/S /URI /URI (http://example.invalid)"),
        lambda: action(b"/S /GoTo /D [3 0 R /Fit]"),
        lambda: action(b"/S /Named /N /Print"),
        lambda: action(b"/Type /Action /S /Invented"),
        lambda: page_of(catalog=b"/OpenAction << /S /Named /N /Print >>"),
        lambda: page_of(catalog=b"/OpenAction 10 0 R", o10=b"<< /S /URI /URI (http://example.invalid) >>"),
        lambda: page_of(page=b"/AA << /O << /S /Hide >> >>"),
    ],
)
def test_a_pdf_with_links_is_kept_as_pictures_of_its_pages(made: Callable[[], bytes]) -> None:
    received = made()
    kept = checked(received)
    assert (kept.type, kept.pages) == ("application/pdf", 1)
    assert kept.body == checked(received).body
    for name in (b"/URI", b"/Annots", b"/OpenAction", b"/AA", b"/Action", b"example"):
        assert name not in kept.body
    assert len(PdfReader(io.BytesIO(kept.body)).pages) == 1
    assert checked(kept.body).body == kept.body  # what is kept would be taken as it is


def test_to_open_at_a_page_is_no_action_and_the_signed_bytes_stay() -> None:
    received = page_of(catalog=b"/OpenAction [3 0 R /Fit]")
    assert checked(received).body == received


@pytest.mark.parametrize(
    "made",
    [
        lambda: scans(3),
        lambda: page_of(b"0 0 1 rg 0 0 200 300 re f", box=b"0 0 1400 200"),
        lambda: picture("JPEG", (16_000, 12_000)),
        lambda: picture("PNG", (7_000, 7_000)),
        lambda: picture("PNG", (1_000, 7_900)),
    ],
    ids=["scans", "a plan", "192 million pixels", "49 million pixels", "a long screenshot"],
)
def test_what_families_really_send_is_taken(made: Callable[[], bytes]) -> None:
    kept = checked(made())
    for page in kept.pictures:
        with Image.open(io.BytesIO(page)) as image:
            assert max(image.size) <= 2001


def test_a_stolen_minute_is_not_given_the_process_ends_by_its_own_time(tmp_path: Path) -> None:
    program = tmp_path / "endless.py"
    program.write_text(
        "def warm(content, arguments):\n    pass\n"
        "def work(content, arguments, allow):\n    allow(1)\n    while True:\n        pass\n"
    )
    began = time.monotonic()
    with pytest.raises(confined.Stopped):
        confined.work(program, b"", limits=confined.Limits(30, 256 * 1024**2, 60))
    assert time.monotonic() - began < patience(6)


def test_who_sleeps_is_ended_by_the_clock_with_all_it_started(tmp_path: Path) -> None:
    program, left = tmp_path / "sleeper.py", tmp_path / "pid"
    program.write_text(
        "import os, subprocess, time\ndef warm(content, arguments):\n    pass\n"
        "def work(content, arguments, allow):\n"
        f"    open({str(left)!r}, 'w').write(str(subprocess.Popen(['sleep', '600']).pid))\n    time.sleep(600)\n"
    )
    with pytest.raises(confined.Busy):
        confined.work(program, b"", limits=confined.Limits(5, 256 * 1024**2, patience(2)))
    time.sleep(0.2)
    stat = Path("/proc", left.read_text(), "stat")
    assert not stat.exists() or stat.read_text().split()[2] == "Z"


def test_memory_has_a_bound(tmp_path: Path) -> None:
    program = tmp_path / "greedy.py"
    program.write_text(
        "def warm(content, arguments):\n    pass\n"
        "def work(content, arguments, allow):\n    return {'size': len(bytearray(600 * 1024**2))}, b''\n"
    )
    with pytest.raises(confined.Stopped):
        confined.work(program, b"", limits=confined.Limits(5, 256 * 1024**2, 60))
    assert confined.work(program, b"", limits=confined.Limits(5, 1024**3, 60))[0] == {"size": 600 * 1024**2}


NOBODY = ["unshare", "--user"]  # the same files, but no right of root


@pytest.mark.skipif(subprocess.run([*NOBODY, "true"], check=False).returncode != 0, reason="no user namespaces here")
def test_it_works_for_who_is_not_root() -> None:
    arguments = [str(confined.CHILD), str(PROGRAM), str(OF_PDF.cpu_seconds), str(OF_PDF.memory_bytes), "check"]
    command = [*NOBODY, sys.executable, "-I", *arguments]
    done = subprocess.run(command, input=pdf(), capture_output=True, env={"PATH": os.environ["PATH"]}, check=False)
    assert done.returncode == 0, done.stderr
    assert b'"pages": 1' in done.stdout


def test_eight_at_once_leave_the_other_work_its_time() -> None:
    """A few are looked at, the others are told to come again; nobody's page waits for eight of them."""
    told: list[str] = []

    def one() -> None:
        try:
            told.append(str(judge(nested_forms(), "check")[0]["unfit"]))
        except confined.Busy as busy:
            told.append(busy.code)

    threads = [threading.Thread(target=one) for _number in range(8)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < patience(ONE_FILE_SECONDS * 2)
    assert set(told) == {"too_costly", "busy"}
    assert told.count("too_costly") <= confined.AT_ONCE + confined.WAITING
