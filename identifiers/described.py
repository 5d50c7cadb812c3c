"""A character that nobody can type, as families and police paperwork write it: ⿰石羡, (石羡)生, 赵?生.

Unicode does not encode every character that stands in a household register, and phones type fewer still. Such a name
is kept with ``PLACEHOLDER`` in the place of the character, beside a description in words, until a person has looked at
the page of the register and settled the character.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from identifiers import text

PLACEHOLDER: Final = "\u3013"  # 〓: what print sets for a glyph that a fount lacks, so it can never be meant as a name
MOST: Final = 2  # characters of one name that may be described; with more nobody can say whose name it is
SHORTEST, LONGEST = 2, 60  # of a description
DEEPEST: Final = 4  # sequences inside one another; a character of three parts needs two
LONGEST_SEQUENCE: Final = 16  # characters

# what registers print where they lack a character, or hide one: 张*三
UNREADABLE: Final = re.compile("[?*\uff1f\u25a1\u25a0\ufffd\u3013\ue000-\uf8ff]")
OF_DESCRIPTION: Final = frozenset({"name_description", "name_typable"})  # refusals of the description, not of the name

_HAN: Final = re.compile(f"[{text.HAN}]")
_STAND_INS: Final = re.compile("[?*#_\u00d7\u25a0\u25a1\u25cb\u25cf\u25ef\ufffd\u3013\ue000-\uf8ff]")
_ARITY: Final = {chr(code): 2 for code in range(0x2FF0, 0x2FFE)} | {"⿲": 3, "⿳": 3, "\u2ffe": 1, "\u2fff": 1}
_STROKES: Final = re.compile("[\u31c0-\u31e3\u2e80-\u2fd5?]")  # what may stand in a sequence beside characters
_BRACKETS: Final = dict(zip("([{【〔〖「『〈《", ")]}】〕〗」』〉》", strict=True))
_COMPONENTS: Final = re.compile(f"[{text.HAN}+、]{{2,12}}")
_IN_WORDS: Final = {"⿰": "左{}右{}", "⿱": "上{}下{}", "⿲": "左{}中{}右{}", "⿳": "上{}中{}下{}"}
_IN_WORDS.update(dict.fromkeys("⿴⿵⿶⿷⿸⿹⿺", "外{}内{}"))
_NOBODY: Final = "某"  # "somebody": typed for a character, unless it is the family name itself
_CODE: Final = re.compile(r"(?:U\+|0X|&#X)([0-9A-F]{4,6});?")
_BARE_CODE: Final = re.compile("([0-9A-F]{4,6})")


@dataclass(frozen=True, slots=True)
class Sketch:
    """A normalised name with placeholders: what stood for each (``signs``), and what each says in words ("" nothing).

    ``broken`` is a sequence or bracket that was begun and is not whole; then the name is no name yet.
    """

    name: str
    signs: tuple[str, ...]
    said: tuple[str, ...] = ()
    broken: str = ""

    @property
    def words(self) -> str:
        """Everything the signs say of the characters."""
        return "；".join(filter(None, self.said))


def sketch(normal: str) -> Sketch | None:
    """A normalised name as one with placeholders; None where every character of it is typed.

    ``normal`` comes from ``names.normalise``: full-width signs are plain ones by then.
    """
    if not (_HAN.search(normal) or _STAND_INS.search(normal)) or re.search("[A-WYZ]", normal):
        return None  # in a name of Latin letters a question mark is a slip of the finger
    name, at = "", 0
    signs: list[str] = []
    words: list[str] = []
    while at < len(normal):
        end = _sign_ends(normal, at)
        if end < 0:
            return Sketch(name, tuple(signs), broken=normal[at : at + LONGEST_SEQUENCE])
        if end == at:
            name += normal[at]
            at += 1
            continue
        name += PLACEHOLDER
        signs.append(normal[at:end])
        words.append(_say(normal[at:end]))
        at = end
    return Sketch(name, tuple(signs), tuple(words)) if signs else None


def _sign_ends(normal: str, at: int) -> int:
    """Where what stands for a character at this place ends: ``at`` itself where nothing does, -1 where it is broken."""
    char = normal[at]
    if char in _ARITY:
        return _sequence_ends(normal, at)
    if char in _BRACKETS:
        return _bracket_ends(normal, at)
    if char == PLACEHOLDER:
        return at + 1
    if _STAND_INS.match(char) or (char == _NOBODY and at) or (char == "X" and _HAN.search(normal)):
        while at < len(normal) and normal[at] == char:  # one character of four bytes is often lost as two signs
            at += 1
    return at


def _sequence_ends(normal: str, at: int, depth: int = 1) -> int:
    """Where an ideographic description sequence (Unicode, chapter 18.2) ends; -1 where it is not well formed."""
    begun, operands, at = at, _ARITY[normal[at]], at + 1
    for _operand in range(operands):
        char = normal[at : at + 1]
        if char in _ARITY:
            at = _sequence_ends(normal, at, depth + 1) if depth < DEEPEST else -1
            if at < 0:
                return -1
        elif char and (_HAN.match(char) or _STROKES.match(char)):
            at += 1
        else:
            return -1
    return at if at - begun <= LONGEST_SEQUENCE else -1


def _bracket_ends(normal: str, at: int) -> int:
    """Where a description in brackets ends; ``at`` where what is in them describes no character."""
    end = normal.find(_BRACKETS[normal[at]], at + 1, at + LONGEST_SEQUENCE)
    inside = normal[at + 1 : end] if end > 0 else normal[at + 1 :]
    described = bool(_COMPONENTS.fullmatch(inside)) or _is_sequence(inside)
    if not described:
        return at
    return end + 1 if end > 0 else -1


def _is_sequence(inside: str) -> bool:
    return inside[:1] in _ARITY and _sequence_ends(inside, 0) == len(inside)


def _say(sign: str) -> str:
    """A sign in words, as a person would describe the character; "" for one that says nothing."""
    inside = sign[1:-1] if sign[0] in _BRACKETS else sign
    if inside[:1] in _IN_WORDS and len(inside) == _ARITY[inside[0]] + 1 and "?" not in inside:
        return _IN_WORDS[inside[0]].format(*inside[1:])
    return inside if inside[0] in _ARITY or sign[0] in _BRACKETS else ""


def description(raw: str) -> str:
    """What a family wrote of the character, in one line without what cannot be printed."""
    shown = "".join(" " if unicodedata.category(char) in {"Cc", "Cs"} else char for char in text.visible(raw))
    return " ".join(text.without_variants(shown).split())


def description_refusal(said: str) -> str:
    """The code of what is wrong with a description, "" for nothing: "?" says nothing, and a character is no words."""
    if len(said) == 1 and _HAN.match(said):
        return "name_typable"
    letters = sum(char.isalpha() or char in _ARITY for char in said)
    return "" if SHORTEST <= len(said) <= LONGEST and letters >= SHORTEST else "name_description"


def settled_name(name: str, given: list[str]) -> str:
    """The name with these characters in the places of its placeholders, in order."""
    parts = name.split(PLACEHOLDER)
    return "".join(part + char for part, char in zip(parts, [*given, ""], strict=True))


def characters_given(normal: str) -> Iterator[str]:
    """What a person who settles a name typed: each character, or its code point, one by one.

    A character without any code point is given as police paperwork writes it, in brackets: (石羡).
    """
    at = 0
    while at < len(normal):
        code = _CODE.match(normal, at) or (None if at else _BARE_CODE.fullmatch(normal))
        if code is not None:
            yield _character(code[1])
            at = code.end()
            continue
        end = _sign_ends(normal, at) if normal[at] in _ARITY or normal[at] in _BRACKETS else at
        if end > at:
            yield f"({normal[at:end]})" if normal[at] in _ARITY else f"({normal[at + 1 : end - 1]})"
            at = end
            continue
        if not normal[at].isspace() and normal[at] not in ",，、;；":
            yield normal[at]
        at += 1


def _character(digits: str) -> str:
    """The character of a code point; U+FFFD for a number that is none."""
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"
