"""The message catalogues: found in code and templates, merged, compiled - without the gettext programs.

Sources are Python calls, Django templates, the field table of the form, and the MESSAGES of pure rooms. Translations
come from ``locale/zh_Hans/LC_MESSAGES/django.po`` and from ``locale/fragments/*.po`` (one per room, for parallel work).
"""

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ROOMS = (
    "accounts",
    "audit",
    "enrollment",
    "foundation",
    "imports",
    "helpdesk",
    "lottery",
    "notifications",
    "policy",
    "portal",
    "rehearsal",
    "schools",
    "verification",
)
KEYWORDS: dict[str, tuple[int, ...] | tuple[int, int] | tuple[tuple[int, str], int] | None] = {
    "_": None,
    "N_": None,
    "lazy": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
PO = Path("locale/zh_Hans/LC_MESSAGES/django.po")


def _base() -> Path:
    return Path(settings.BASE_DIR)


def _python_files() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted(p for p in (_base() / room).rglob("*.py") if "migrations" not in p.parts)


def pure_messages() -> Iterator[str]:
    """The sentences of rooms that cannot call gettext themselves."""
    import identifiers
    from enrollment.used_seats.table import MESSAGES as SEATS
    from imports.heading import MESSAGES as HEADINGS
    from lottery.engine.messages import MESSAGES as LOTTERY
    from schools.matching import MESSAGES as MATCHING

    for table in (identifiers.MESSAGES, MATCHING, LOTTERY, SEATS, HEADINGS):
        yield from (text for text in table.values() if text)


def found() -> "Catalog":
    """Every message id in use, with where it stands."""
    # Babel is read in the functions that make a catalogue: every start asks whether one is stale, and it seldom is.
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract
    from django.utils.translation.template import templatize

    catalogue = Catalog(locale="zh_Hans")
    for path in _python_files():
        with path.open("rb") as source:
            for line, message, comments, context in extract("python", source, keywords=KEYWORDS):
                _add(catalogue, message, path, line, comments, context)
    for path in sorted((_base() / "templates").rglob("*.*")):
        if path.suffix not in {".html", ".txt"}:
            continue
        code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for line, message, comments, context in extract("javascript", io.BytesIO(code.encode()), keywords=KEYWORDS):
            _add(catalogue, message, path, line, comments, context)
    for text in pure_messages():
        catalogue.add(text)
    return catalogue


def _add(
    catalogue: "Catalog", message: object, path: Path, line: int, comments: list[str], context: str | None
) -> None:
    ids = tuple(part for part in message if isinstance(part, str)) if isinstance(message, tuple) else message
    if ids and ids != ("",):
        where = [(str(path.relative_to(_base())), line)]
        catalogue.add(ids, locations=where, auto_comments=comments, context=context)  # type: ignore[arg-type]


def _read(path: Path) -> "Catalog":
    from babel.messages.pofile import read_po

    with path.open("rb") as source:
        return read_po(source, locale="zh_Hans")


def merged() -> "Catalog":
    """Message ids in use with their translations; a fragment's text wins, so that mending one there is enough."""
    catalogue = found()
    known = [_read(path) for path in sorted((_base() / "locale/fragments").glob("*.po"))]
    known += [_read(_base() / PO)] if (_base() / PO).exists() else []
    for message in catalogue:
        if not message.id:
            continue
        for other in known:
            match = other.get(message.id, message.context)
            text = match.string if match is not None else None
            if match is not None and text and (not isinstance(text, tuple) or all(text)) and not match.fuzzy:
                message.string = text
                break
    return catalogue


def missing(catalogue: "Catalog") -> list[str]:
    """Message ids without a Chinese text."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and not (all(message.string) if isinstance(message.string, tuple) else message.string)
    ]


def write(catalogue: "Catalog") -> None:
    """Write the catalogue, sorted and without dates, so that it changes only when a text does."""
    from babel.messages.pofile import write_po

    path = _base() / PO
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, sort_output=True, width=120, omit_header=False, no_location=True)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith('"POT-Creation-Date')), encoding="utf-8")


def compile_catalogue() -> None:
    """Write the binary catalogue beside the text one, atomically: several processes may start at once."""
    from babel.messages.mofile import write_mo

    path = _base() / PO
    fresh = path.with_suffix(f".mo.{os.getpid()}")
    with fresh.open("wb") as out:
        write_mo(out, _read(path))
    fresh.replace(path.with_suffix(".mo"))


def compile_if_stale() -> Path | None:
    """Compile when the text catalogue is newer and return the binary one; None when there was nothing to do.

    On a read-only file system it must have been compiled before.
    """
    path = _base() / PO
    binary = path.with_suffix(".mo")
    if binary.exists() and binary.stat().st_mtime >= path.stat().st_mtime:
        return None
    with contextlib.suppress(OSError):
        compile_catalogue()
        return binary
    return None
