"""A page of words: sections of sentences, each in both languages by the catalogue."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences: a list of steps where ``numbered``, with a picture a step where there are some."""

    heading: Any  # lazy texts
    lines: tuple[Any, ...]
    numbered: bool = False
    pictures: tuple[str, ...] = ()

    @property
    def steps(self) -> Iterator[tuple[Any, str]]:
        """Each sentence with the name of its picture, or an empty one."""
        pictures = self.pictures or ("",) * len(self.lines)
        return zip(self.lines, pictures, strict=True)


@dataclass(frozen=True, slots=True)
class Page:
    """One page at ``slug``; ``drawing`` is the name of a drawing of the sprite, "" for none."""

    slug: str
    title: Any
    lead: Any
    sections: tuple[Section, ...]
    drawing: str = ""
