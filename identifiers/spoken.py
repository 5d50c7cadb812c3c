"""How staff look for a name that they heard or read in part: parts of it, its sounds, its initials.

``parts_of`` says by which words a name is found, ``part_asked`` turns what was typed into the one word that is looked
up. Both are compared as a whole, so that a keyed digest of each word suffices and nothing is kept in clear. A character
with several readings (单: dan, chan, shan) is found by each; ü is v, as keyboards have it, or yu, as passports do.
"""

import os
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice, product
from typing import Final

from identifiers.described import PLACEHOLDER
from identifiers.names import DOT, normalise, with_placeholders

SHORTEST: Final = 2  # characters or letters: one character names a tenth of a district
SHORT_NAME: Final = 4  # every part of it is sounded; of a longer one the whole and what stands between its dots
MOST_READINGS: Final = 48  # combinations of readings of one part
_LATIN: Final = re.compile("[a-z]+")
_HAN: Final = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")


def parts_of(name: str) -> frozenset[str]:
    """The words by which a name is found: every part of two characters or more, each with its sounds and initials."""
    normal = normalise(name)
    whole = normal.replace(DOT, "")
    # whoever cannot type the character either leaves it out
    rest = parts_of(normal.replace(PLACEHOLDER, "")) if PLACEHOLDER in normal else frozenset()
    if not _HAN.search(whole):
        words = _letters(whole.split())
        return frozenset(word for word in (*words, "".join(words)) if len(word) >= SHORTEST)
    found = {whole[at:end] for at in range(len(whole)) for end in range(at + SHORTEST, len(whole) + 1)}
    found = {word for word in found if part_asked(word) == word}
    for part in _sounded(normal):
        for sounds in _readings(part):
            found |= {word for said in _sounding(sounds) for word in (said, said.replace("v", "yu"))}
    return rest | frozenset(word for word in found if len(word) >= SHORTEST)


def _sounded(name: str) -> list[str]:
    whole = name.replace(DOT, "")
    if len(whole) > SHORT_NAME:
        return [whole, *name.split(DOT)]
    return [whole[at:end] for at in range(len(whole)) for end in range(at + 1, len(whole) + 1)]


def part_asked(typed: str) -> str:
    """What was typed as the word that is looked up; "" where it is too short or mixes letters and characters."""
    whole = with_placeholders(normalise(typed)).replace(DOT, "")
    if any(one.isdigit() for one in whole):
        return ""  # a number: of a receipt, perhaps
    letters = "".join(_letters([typed]))
    if _HAN.search(whole):
        return whole if len(whole) >= SHORTEST and not letters else ""
    return letters if len(letters) >= SHORTEST else ""


def _letters(words: list[str]) -> list[str]:
    """Latin words in small letters without tones and marks; ü becomes v before its dots are taken away."""
    bare = (unicodedata.normalize("NFD", word.lower()).replace("u\u0308", "v") for word in words)
    return ["".join(_LATIN.findall("".join(c for c in word if not unicodedata.combining(c)))) for word in bare]


def _readings(part: str) -> Iterator[tuple[str, ...]]:
    """Each way to say a part of a name, syllable by syllable; a character that no table reads has no sound."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # of names only characters are read: 40 MB less
    from pypinyin import Style, pinyin  # not at the top: only searching and judging need the tables

    said = pinyin(part, style=Style.NORMAL, heteronym=True, errors="ignore")
    return islice(product(*(list(dict.fromkeys(_letters(sounds))) for sounds in said)), MOST_READINGS)


def _sounding(sounds: tuple[str, ...]) -> tuple[str, str, str]:
    """One reading of a part: in full, its initials, and its first syllable with the initials of the rest."""
    initials = "".join(one[:1] for one in sounds)
    return "".join(sounds), initials, "".join(sounds[:1]) + initials[1:]
