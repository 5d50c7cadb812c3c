"""Which characters the bundled font can draw; the others are printed as their code point, never as an empty box."""

import struct
from functools import cache
from pathlib import Path
from typing import Final

FULL_REPERTOIRE: Final = 12  # the cmap format that reaches beyond the basic plane (OpenType)


@cache
def font() -> Path:
    """The file of the bundled font."""
    import noto_cjk_sans_otc  # type: ignore[import-untyped] # a package of one font

    return Path(str(noto_cjk_sans_otc.FONT_PATH))


@cache
def _ranges() -> tuple[tuple[int, int], ...]:
    """The ranges of characters of the collection's first font, from its cmap table; the fonts of it share one set."""
    body = font().read_bytes()
    (start,) = struct.unpack_from(">I", body, 12) if body[:4] == b"ttcf" else (0,)
    (tables,) = struct.unpack_from(">H", body, start + 4)
    for at in range(start + 12, start + 12 + tables * 16, 16):
        tag, _sum, cmap, _length = struct.unpack_from(">4sIII", body, at)
        if tag == b"cmap":
            return _groups(body, cmap)
    raise ValueError(f"{font()} has no cmap table")


def _groups(body: bytes, cmap: int) -> tuple[tuple[int, int], ...]:
    (count,) = struct.unpack_from(">H", body, cmap + 2)
    for record in range(count):
        _platform, _encoding, offset = struct.unpack_from(">HHI", body, cmap + 4 + record * 8)
        kind, _reserved, _length, _language, groups = struct.unpack_from(">HHIII", body, cmap + offset)
        if kind == FULL_REPERTOIRE:
            triples = (struct.unpack_from(">III", body, cmap + offset + 16 + at * 12) for at in range(groups))
            return tuple((first, last) for first, last, glyph in triples if glyph or last > first)
    raise ValueError(f"{font()} has no cmap of format {FULL_REPERTOIRE}")


def has_glyph(character: str) -> bool:
    """Whether the bundled font draws this character."""
    point = ord(character)
    return any(first <= point <= last for first, last in _ranges())


def missing(text: str) -> tuple[str, ...]:
    """The characters of a text that the bundled font lacks, each once, in order."""
    return tuple(dict.fromkeys(one for one in text if not has_glyph(one)))


def runs(text: str) -> list[dict[str, str]]:
    """A text as pieces for a document: {"text"} as it is, {"code"} "U+XXXX" where the font has no picture of it.

    Control and direction characters become spaces: they would disturb the line.
    """
    pieces: list[dict[str, str]] = []
    for one in (char if char.isprintable() or (not has_glyph(char) and ord(char) > 0xFFFF) else " " for char in text):
        if not has_glyph(one):
            pieces.append({"code": f"U+{ord(one):04X}"})
        elif pieces and "text" in pieces[-1]:
            pieces[-1]["text"] += one
        else:
            pieces.append({"text": one})
    return pieces
