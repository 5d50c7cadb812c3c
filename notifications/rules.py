"""What carriers do not deliver, as data: length, links, words. Pure; checked when a text is written."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# The last label of a host name by which a link is known although it has no scheme: "t.cn/abc" is one, "e.g." is none.
ENDINGS: Final = (
    "com|cn|net|org|gov|edu|info|biz|top|xyz|vip|shop|site|online|club|wang|work|app|dev|io|co|cc|tv|me|mobi|link|ltd|"
    "ink|store|tech|live|fun|ren|pub|asia|hk|tw|mo|us|uk|jp"
)
LINK: Final = re.compile(
    rf"[a-z][a-z0-9+.-]*://|\bwww\s*\.|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:{ENDINGS})(?![a-z0-9-])",
    re.IGNORECASE | re.ASCII,
)
INVISIBLE: Final = {"Cf", "Cc"}  # characters between which a word hides: zero-width spaces and joiners


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing for which a carrier drops a text: ``kind`` is "length", "link" or "word"; ``what`` names it."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Rules:
    """A carrier's rules: at most so many characters, whether links pass, words that are filtered."""

    most_characters: int = 500
    links: bool = False
    words: tuple[str, ...] = ()

    def objections(self, text: str) -> tuple[Objection, ...]:
        """Everything a carrier would drop this text for; empty when it passes."""
        plain = _plain(text)
        found = []
        if len(text) > self.most_characters:
            found.append(Objection("length", str(self.most_characters)))
        if not self.links and (link := LINK.search(plain)):
            found.append(Objection("link", link.group()))
        squeezed = "".join(plain.split())
        found += [Objection("word", word) for word, bare in _bare(self.words) if bare in squeezed]
        return tuple(found)


@lru_cache(maxsize=8)
def _bare(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each word with the form that is looked for: a list is made ready once."""
    return tuple((word, "".join(_plain(word).split())) for word in words)


def _plain(text: str) -> str:
    """The text as a filter reads it: full-width letters and dots as plain ones, nothing invisible, lower case."""
    wide = unicodedata.normalize("NFKC", text)
    return "".join(one for one in wide if unicodedata.category(one) not in INVISIBLE or one.isspace()).casefold()
