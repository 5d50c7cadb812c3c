"""Names of people as Chinese registers write them.

The only separator is U+00B7 between Han parts, a name has up to 50 characters, and characters outside the BMP occur.
Neither NFKC nor NFC may touch Han characters: both replace compatibility ideographs by others, and a register holds
the one it holds.
"""

import re
import unicodedata
from functools import cache
from typing import Any, Literal

from identifiers import radicals, text
from identifiers.described import (
    MOST,
    PLACEHOLDER,
    UNREADABLE,
    Sketch,
    characters_given,
    description,
    description_refusal,
    settled_name,
    sketch,
)
from identifiers.result import Checked, Context, accept, refuse

KIND = "name"
LIMIT = 50
DOT = "\u00b7"
LATIN_DOCUMENTS = frozenset({"passport", "travel-permit", "foreign-permanent-resident"})

_HAN_CLASS = text.HAN
_DOTS_CLASS = DOT + ".\u2022\u2027\u2219\u22c5\u2e33\u30fb\uff65\uff0e\u2024\u00b7\u0387\u16eb\u318d"
_HAN = re.compile(f"[{_HAN_CLASS}]")
_NOT_HAN_RUN = re.compile(f"[^{_HAN_CLASS}]+")
_DOT_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN_CLASS}])\s*[{re.escape(_DOTS_CLASS)}]\s*(?=[{_HAN_CLASS}])")
_SPACE_BY_HAN = re.compile(rf"(?<=[{_HAN_CLASS}{DOT}])[^\S\n\r\t\v\f]+|[^\S\n\r\t\v\f]+(?=[{_HAN_CLASS}{DOT}])")
_SPACES = re.compile(r"[^\S\n\r\t\v\f]+")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"})
# GBK's last rows once had no place in Unicode: registers of those years answer with the private characters U+E815 to
# U+E864 that stood for them, 䶮 as U+E863. Where GB 18030 still maps one to a private character, Unicode has it since.
_LATER = {0xE816: "\U00020087", 0xE817: "\U00020089", 0xE818: "\U000200cc", 0xE831: "\U000215d7"}
_LATER |= {0xE83B: "\U0002298f", 0xE855: "\U000241fe", 0xE81E: "\u9fb4", 0xE826: "\u9fb5", 0xE82B: "\u9fb6"}
_LATER |= {0xE82C: "\u9fb7", 0xE832: "\u9fb8", 0xE843: "\u9fb9", 0xE854: "\u9fba", 0xE864: "\u9fbb"}
_PLACES = [bytes((0xFE, low)).decode("gb18030") for low in (*range(0x50, 0x7F), *range(0x80, 0xA1))]
_PRIVATE = {0xE815 + at: _LATER.get(0xE815 + at, char) for at, char in enumerate(_PLACES)}
# forms that OpenCC keeps apart because names may bear either since 2013: a clerk typed the usual one before
_ONE_FORM = str.maketrans("廸逈喆昇堃甦陞菓喦邨", "迪迥哲升坤苏升果岩村")
# Encoded after the tables of this Python were made (Unicode 15.1 and 17), the first of them for names on ID cards.
_NEWER = re.compile("[\U0002ebf0-\U0002ee5d\U000323b0-\U00033479]")
_STANDING = "龘靐齉"  # of these, one that the name has not stands for 〓 while the rest of the name is checked


def _upper(run: str) -> str:
    """A run without Han characters in capitals and composed, as machine-readable passports and agencies write it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", run).upper()).translate(_APOSTROPHES)


def normalise(raw: str) -> str:
    """The normal form: invisibles, stray spaces and drawing variants gone, one dot, Latin letters in capitals.

    Line breaks and tabs inside are kept so that the check can refuse them: they join what were two entries.
    """
    folded = radicals.characters(raw.translate(_PRIVATE))
    folded = text.without_variants(text.visible(text.width(folded))).strip()
    previous = None
    while folded != previous:  # capitals of rare letters decompose, so the fixed point can take a second pass
        previous = folded
        folded = _SPACES.sub(" ", _NOT_HAN_RUN.sub(lambda run: _upper(run[0]), folded))
        folded = _SPACE_BY_HAN.sub("", _DOT_BETWEEN_HAN.sub(DOT, folded)).strip()
    return folded


def compare(first: str, second: str) -> Literal["same", "spelling", "unreadable", "different"]:
    """Whether two names are one. "spelling": they differ only in the form of a character (頔 and 𬱖, 呂 and 吕), in
    the mark between the parts or in the order of Latin parts. "unreadable": one of them was written by a machine that
    lacked a character, or by a person who could not type it, and all the others agree.
    """
    one, other = (with_placeholders(normalise(name)) for name in (first, second))
    unread = UNREADABLE.search(one) or UNREADABLE.search(other)
    if one == other and not unread:
        return "same"
    if not unread and spelling(one) == spelling(other):
        return "spelling"
    if not unread or len(one) != len(other):
        return "different"
    pairs = zip(one, other, strict=True)
    read = [mine == theirs for mine, theirs in pairs if not (UNREADABLE.match(mine) or UNREADABLE.match(theirs))]
    return "unreadable" if read and all(read) else "different"


def with_placeholders(normal: str) -> str:
    """A name in which each description is one sign, as long as the name is: (石羡)生 is 〓生."""
    found = sketch(normal)
    return found.name if found is not None and not found.broken else normal


def is_unreadable(name: str) -> bool:
    """Whether a character of the name is missing: a placeholder, or what a register prints where it lacks one."""
    return UNREADABLE.search(name) is not None


def spelling(name: str) -> str:
    """What stays of a normal form when the forms of characters and the marks between parts do not count.

    Never a name to store or to show: two people may share it.
    """
    if not _HAN.search(name):
        letters = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
        return " ".join(sorted(re.findall("[A-Z]+", letters)))
    folded = unicodedata.normalize("NFKC", re.sub(rf"[{_DOTS_CLASS}\s]", "", name))
    simplified: str = _simplified().convert(folded)
    return simplified.translate(_ONE_FORM)


@cache
def _simplified() -> Any:
    import opencc  # a hundredth of a second and its tables: only where two names differ

    return opencc.OpenCC("t2s")


def _wrong_character(value: str) -> tuple[str, str] | None:
    """The code and the character of the first one a name cannot have."""
    for char in value:
        category = unicodedata.category(char)
        if category in {"Cc", "Cs"} or (category == "Cn" and not _NEWER.match(char)):
            return "control_character", char
        if category == "Co":
            return "name_private_character", char
        if category == "Nd":
            return "name_digit", char
        latin = category in {"Lu", "Ll", "Lt", "Lm"} and "LATIN" in unicodedata.name(char, "")
        if not (_HAN.match(char) or latin or category == "Mn" or char in f"{DOT} '-."):
            return "name_character", char
    return None


def _dot_misplaced(value: str) -> bool:
    return (
        value.strip(DOT + "-' ") != value
        or value.startswith(".")
        or re.search(rf"[{DOT}.]\s*[{DOT}.]", value) is not None
    )


def _script_refusal(value: str, context: Context) -> tuple[str, str] | None:
    """The code and the character that make the script of a name wrong for its document."""
    others = [char for char in value if not (_HAN.match(char) or char == DOT)]
    if _HAN.search(value) is not None:
        if not others:
            return None
        letters = [char for char in others if char.isalpha()]
        return ("name_mixed", letters[0]) if letters else ("name_character", others[0])
    if not any(char.isalpha() for char in others):
        return "name_character", value[0]
    if (context.document or "").replace("_", "-") not in LATIN_DOCUMENTS:
        return "name_latin_document", ""
    return None


def check(raw: str, context: Context) -> Checked:
    """Check a name; ``document`` of the context is the kind of document it stands on: only some carry Latin letters.

    A name with a character that cannot be typed is accepted with ``described`` in the context, which says what the
    character looks like: with a placeholder in its place, and with the description among the facts. Where nobody asks
    for one, the name is kept as police paperwork writes it, with the components in brackets.
    """
    value = normalise(raw)
    found = sketch(value)
    if found is None:
        return _plain(raw, value, context)
    if found.broken:
        return refuse(KIND, raw, value, "name_unfinished", part=found.broken)
    return _described(raw, value, found, context)


def _plain(raw: str, value: str, context: Context) -> Checked:
    """Check a name of which every character is there."""
    if not 1 <= len(value) <= LIMIT:
        return refuse(KIND, raw, value, "name_length", limit=str(LIMIT), length=str(len(value)))
    wrong = _wrong_character(value) or (("name_dot", "") if _dot_misplaced(value) else _script_refusal(value, context))
    if wrong is not None:
        code, char = wrong
        needs_character = code in {"name_character", "name_private_character"}
        return refuse(KIND, raw, value, code, **({"character": text.display(char)} if needs_character else {}))
    return accept(KIND, raw, value, facts={"script": "han" if _HAN.search(value) else "latin"})


def _described(raw: str, value: str, found: Sketch, context: Context) -> Checked:
    """Check a name with placeholders: first the name around them, then what is said of the characters."""
    stand_in = next(char for char in (*_STANDING, "\u4e00") if char not in found.name)
    around = _plain(raw, normalise(found.name.replace(PLACEHOLDER, stand_in)), context)
    if not around.ok:
        return around
    name = around.value.replace(stand_in, PLACEHOLDER)
    if len(name) == 1:
        return refuse(KIND, raw, value, "name_whole")
    if len(found.signs) > MOST:
        return refuse(KIND, raw, value, "name_signs", most=str(MOST))
    if context.described is None:
        return _bracketed(raw, value, found)
    said = description(context.described)
    if not said:
        sign = "".join(map(text.display, found.signs[0]))
        return refuse(KIND, raw, value, "name_described", sign=sign)
    wrong = description_refusal(said)
    if wrong:
        return refuse(KIND, raw, value, wrong)
    return accept(KIND, raw, name, facts={"script": "han", "description": said})


def _bracketed(raw: str, value: str, found: Sketch) -> Checked:
    """A name that says of each character itself what it looks like: (石羡)生."""
    if not all(found.said):
        return refuse(KIND, raw, value, "name_in_brackets")
    return accept(KIND, raw, value, facts={"script": "han", "description": found.words})


def stands_for(raw: str) -> Sketch | None:
    """What of a typed name stands for a character that cannot be typed; None where nothing does, or not wholly."""
    found = sketch(normalise(raw[: text.LIMIT]))
    return found if found is not None and not found.broken else None


def settle(name: str, given: str) -> Checked:
    """A name with placeholders, settled by what a person gives: each character, as itself or as its code point.

    Refused where it is no character of names, or not one for each placeholder.
    """
    characters = [normalise(char) if len(char) == 1 else char for char in characters_given(normalise(given))]
    wanted = name.count(PLACEHOLDER)
    if len(characters) != wanted or not wanted:
        return refuse(KIND, given, name, "name_settle", wanted=str(wanted))
    for char in characters:
        if len(char) == 1 and not _HAN.match(char):
            code = "name_private_character" if unicodedata.category(char) == "Co" else "name_character"
            return refuse(KIND, given, name, code, character=text.display(char))
    return accept(KIND, given, settled_name(name, characters), facts={"characters": " ".join(characters)})


def mask(value: str) -> str:
    """The first character only: a family name without the given name."""
    return text.stars(value, 1, 0)
