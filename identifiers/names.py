"""Names of people as Chinese registers write them.

The only separator is U+00B7 between Han parts, a name has up to 50 characters, and characters outside the BMP occur.
Neither NFKC nor NFC may touch Han characters: both replace compatibility ideographs by others, and a register holds
the one it holds.
"""

import re
import unicodedata

from identifiers import text
from identifiers.result import Checked, Context, accept, refuse

KIND = "name"
LIMIT = 50
DOT = "\u00b7"
LATIN_DOCUMENTS = frozenset({"passport", "travel-permit", "foreign-permanent-resident"})

_HAN_CLASS = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_DOTS_CLASS = DOT + ".\u2022\u2027\u2219\u22c5\u2e33\u30fb\uff65\uff0e\u2024\u00b7\u0387\u16eb\u318d"
_HAN = re.compile(f"[{_HAN_CLASS}]")
_NOT_HAN_RUN = re.compile(f"[^{_HAN_CLASS}]+")
_DOT_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN_CLASS}])\s*[{re.escape(_DOTS_CLASS)}]\s*(?=[{_HAN_CLASS}])")
_SPACE_BY_HAN = re.compile(rf"(?<=[{_HAN_CLASS}{DOT}])[^\S\n\r\t\v\f]+|[^\S\n\r\t\v\f]+(?=[{_HAN_CLASS}{DOT}])")
_SPACES = re.compile(r"[^\S\n\r\t\v\f]+")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"})


def _upper(run: str) -> str:
    """A run without Han characters in capitals and composed, as machine-readable passports and agencies write it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", run).upper()).translate(_APOSTROPHES)


def normalise(raw: str) -> str:
    """The normal form: invisibles, stray spaces and drawing variants gone, one dot, Latin letters in capitals.

    Line breaks and tabs inside are kept so that the check can refuse them: they join what were two entries.
    """
    folded = text.without_variants(text.visible(text.width(raw))).strip()
    previous = None
    while folded != previous:  # capitals of rare letters decompose, so the fixed point can take a second pass
        previous = folded
        folded = _SPACES.sub(" ", _NOT_HAN_RUN.sub(lambda run: _upper(run[0]), folded))
        folded = _SPACE_BY_HAN.sub("", _DOT_BETWEEN_HAN.sub(DOT, folded)).strip()
    return folded


def _wrong_character(value: str) -> tuple[str, str] | None:
    """The code and the character of the first one a name cannot have."""
    for char in value:
        category = unicodedata.category(char)
        if category in {"Cc", "Cs", "Cn"}:
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
    """Check a name; ``context.document`` is the kind of the document it stands on: only some carry Latin letters."""
    value = normalise(raw)
    if not 1 <= len(value) <= LIMIT:
        return refuse(KIND, raw, value, "name_length", limit=str(LIMIT), length=str(len(value)))
    wrong = _wrong_character(value) or (("name_dot", "") if _dot_misplaced(value) else _script_refusal(value, context))
    if wrong is not None:
        code, char = wrong
        needs_character = code in {"name_character", "name_private_character"}
        return refuse(KIND, raw, value, code, **({"character": text.display(char)} if needs_character else {}))
    return accept(KIND, raw, value, facts={"script": "han" if _HAN.search(value) else "latin"})


def mask(value: str) -> str:
    """The first character only: a family name without the given name."""
    return text.stars(value, 1, 0)
