"""What a received file is and how its pages look: judged and drawn once, by a process with limits, and kept.

The pictures of a PDF's pages lie beside it, encrypted as it is (``foundation.files``). They are drawn when it arrives;
one that came before this was so is drawn when somebody first looks at it. That a page cannot be drawn is kept, too.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Account
from enrollment.documents.models import Document
from foundation import confined, files
from foundation.errors import Refusal, Refused
from foundation.valkey import away, valkey

PROGRAM: Final = Path(__file__).with_name("content.py")


MEGABYTE: Final = 1024**2


OF_PDF: Final = confined.Limits(cpu_seconds=20, memory_bytes=512 * MEGABYTE, wall_seconds=60)


OF_PICTURE: Final = confined.Limits(cpu_seconds=6, memory_bytes=768 * MEGABYTE, wall_seconds=60)


COSTLY: Final = "too_costly"


MOST_COSTLY: Final = 10  # files of one person that used up their limits ...


COSTLY_SECONDS: Final = 3600  # ... in an hour


def judge(content: bytes, *arguments: str) -> tuple[dict[str, Any], list[bytes]]:
    """What the content program says, and the parts of its answer. Raises Busy.

    A file that used up what it may take is unfit by that.
    """
    limits = OF_PDF if content.startswith(b"%PDF-") else OF_PICTURE
    try:
        head, body = confined.work(PROGRAM, content, *arguments, limits=limits)
    except confined.Stopped:
        return {"unfit": COSTLY}, []
    parts, at = [], 0
    for length in head.get("parts", ()):
        parts.append(body[at : at + length])
        at += length
    return dict(head), parts


def pages_keep(digest: str, pictures: Sequence[bytes]) -> None:
    """Keep the pictures of a stored PDF's pages beside it."""
    for number, picture in enumerate(pictures, start=1):
        files.store_beside(digest, _name(number), picture)


def _name(number: int) -> str:
    return f"page{number}"


def page_picture(document: Document, number: int) -> bytes | None:
    """A page as a JPEG; None for a certificate, and for a page that cannot be drawn. Raises Busy."""
    if not document.content_type:
        return None
    if document.is_picture:
        return files.load(document.sha256)
    kept = files.load_beside(document.sha256, _name(number))
    if kept is None:
        _head, parts = judge(files.load(document.sha256), "pages")
        pages_keep(document.sha256, [*parts[1:], *[b""] * document.pages][: document.pages])
        kept = files.load_beside(document.sha256, _name(number))
    return kept or None


@contextmanager
def few_costly(owner: Account) -> Iterator[None]:
    """Count the files of a person that took all they may; the block judges one more. Raises Refused after very many.

    The count lives in Valkey and may be lost without harm; while it is away, nobody is refused.
    """
    name = f"costly:{owner.pk}"
    if _counted(name) >= MOST_COSTLY:
        text = _(
            "Ten of your files could not be opened in the last hour. Please wait an hour, and then send photos of the "
            "pages; or bring the document to a service point."
        )
        raise Refused(text, code="too_often", field="file")
    try:
        yield
    except Refusal as refused:
        if refused.code == COSTLY:
            _count(name)
        raise


def _counted(name: str) -> int:
    try:
        return int(valkey().get(name) or 0)
    except away():
        return 0


def _count(name: str) -> None:
    try:
        if int(valkey().incr(name)) == 1:
            valkey().expire(name, COSTLY_SECONDS)
    except away():
        return
