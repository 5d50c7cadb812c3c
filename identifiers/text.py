"""Folding of typed text: what keyboards, input methods and copied pages add to a value without meaning anything."""

import re
import unicodedata

LIMIT = 500  # characters of raw input that any pattern of this room is let loose on

# characters of names, as the inside of a pattern's brackets: ideographs, those of compatibility, and 〇
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xFE58, 0xFE63, 0x30FC), ord("-"))
_ROMAN_TEN = {0x2169: ord("X"), 0x2179: ord("X")}  # Ⅹ and ⅹ are one key away from X in Chinese input methods
_ASCII_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
# Width, dashes and capitals at once, for what folds all three.
_KEYS = {
    code: _ASCII_UPPER.get(now := _FULL_WIDTH.get(code, code), now) for code in (*_FULL_WIDTH, *_ASCII_UPPER)
} | _DASHES
_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def width(raw: str) -> str:
    """Full-width ASCII to ASCII. Not NFKC: that would rewrite Han characters people are registered with."""
    return raw.translate(_FULL_WIDTH)


def visible(raw: str) -> str:
    """Without zero-width, bidirectional and other format characters (category Cf), none of which is printable."""
    return raw if raw.isprintable() else "".join(char for char in raw if unicodedata.category(char) != "Cf")


def without_variants(raw: str) -> str:
    """Without variation selectors: they choose a drawing of a character, not another character."""
    return _VARIANTS.sub("", raw)


def upper(raw: str) -> str:
    """ASCII letters in capitals; others are left alone, so that folding twice changes nothing whatever was typed."""
    return raw.translate(_ASCII_UPPER)


def dashes(raw: str) -> str:
    """Every dash, and the long vowel mark typed for one, as a hyphen."""
    return raw.translate(_DASHES)


def keys(raw: str) -> str:
    """``upper(dashes(width(raw)))`` in one walk over the text."""
    return raw.translate(_KEYS)


_NONE = {"无", "無", "没有", "没", "暂无", "暂时没有", "还没有", "没办", "未办", "未办理", "无此证件", "不适用", "空"}
_NONE |= {"NONE", "NIL", "N/A", "NA"}


def is_none(raw: str) -> bool:
    """Whether somebody wrote "none" where a number or a name is asked."""
    plain = upper(width(visible(raw[:LIMIT])).strip(" 。.，,!！"))
    return plain in _NONE or (bool(plain) and not plain.strip("-—_/ "))


def code(raw: str) -> str:
    """A document number as bare capitals and digits: no width, invisibles, white space or hyphens."""
    folded = upper(dashes(width(visible(raw))).translate(_ROMAN_TEN))
    return "".join(folded.split()).replace("-", "")


def display(char: str) -> str:
    """A character as it can be shown in a sentence: itself, or its code point where it has no shape of its own."""
    return char if char.isprintable() and not char.isspace() else f"U+{ord(char):04X}"


def has_control(text: str) -> bool:
    """Whether control characters (category Cc) or lone surrogates are left in the text."""
    return any(unicodedata.category(char) in {"Cc", "Cs"} for char in text)


def stars(value: str, head: int, tail: int) -> str:
    """``value`` with only its first ``head`` and last ``tail`` characters, with at least four hidden."""
    if head + tail + 4 > len(value):
        head, tail = (1, 0) if len(value) > 1 else (0, 0)
    return value[:head] + "*" * (len(value) - head - tail) + value[len(value) - tail :]
