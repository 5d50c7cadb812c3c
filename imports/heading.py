"""The names of a table's columns, matched with those that are known (pure).

A name that is nearly right is a mistake that is named with the right one: read as no column it would lose what stands
below it without a sound.
"""

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

LOOKED_AT: Final = 10  # rows in which the names may stand by mistake
NEAR: Final = 0.6
OURS: Final = "哪里不对、怎么改"  # the column of a returned sheet: it comes back with the mended table
MESSAGES: Final[Mapping[str, str]] = {
    "no_heading": "The first row must name the columns: {columns}. Take the template and copy your rows into it.",
    "heading_below": "The names of the columns stand in row {row}. Delete the rows above it.",
    "heading_merged": "Cells in the first row are merged ({cells}). Undo the merging: each column has its own name.",
    "missing_column": "The column “{column}” is missing. Add it to the first row.",
    "near_column": "There is no column “{typed}” here. Did you mean “{column}”? Change the name in the first row.",
    "twice_column": "Two columns are “{column}”. Delete one of them or give it its right name.",
}


@dataclass(frozen=True, slots=True)
class Named:
    """A column as it may be written; ``headings`` begins with the name in the template."""

    name: str
    headings: tuple[str, ...]
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with the first row; the words are ``MESSAGES[code]``."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heading:
    """Where each column stands, what is wrong, and which columns nobody reads."""

    places: Mapping[str, int]
    wrong: tuple[Wrong, ...]
    unread: tuple[str, ...] = ()


def plain(text: str) -> str:
    """A name as it is compared: width, case, spaces and the marks of a form (*, required) do not count."""
    shown = unicodedata.normalize("NFKC", text).lower()
    for mark in ("(必填)", "(选填)", "*", ":", " ", "\n", "\ufeff"):
        shown = shown.replace(mark, "")
    return shown.strip()


def match(rows: Sequence[Sequence[str]], columns: Sequence[Named], *, merged: str = "") -> Heading:
    """Match the first of ``rows``; the others are looked at only to say where the names are."""
    known = {plain(heading): column for column in columns for heading in column.headings}
    first = rows[0] if rows else ()
    found = {at: known[plain(cell)] for at, cell in enumerate(first) if plain(cell) in known}
    if merged and len(found) < len(columns):
        return Heading({}, (Wrong("heading_merged", {"cells": merged}),))
    if not found:
        return Heading({}, (_elsewhere(rows, known, columns),))
    places: dict[str, int] = {}
    wrong: list[Wrong] = []
    for at, column in found.items():
        if column.name in places:
            wrong.append(Wrong("twice_column", {"column": column.headings[0]}))
        places.setdefault(column.name, at)
    free = {heading: column for heading, column in known.items() if column.name not in places}
    unread = [cell for at, cell in enumerate(first) if cell and at not in found and plain(cell) != plain(OURS)]
    near = {cell: nearest(cell, free) for cell in unread}
    wrong += [
        Wrong("near_column", {"typed": cell[:40], "column": column.headings[0]})
        for cell, column in near.items()
        if column
    ]
    meant = {column.name for column in near.values() if column}
    wrong += [
        Wrong("missing_column", {"column": column.headings[0]})
        for column in columns
        if column.needed and column.name not in places and column.name not in meant
    ]
    return Heading(places, tuple(wrong), tuple(unread))


def nearest(typed: str, free: Mapping[str, Named]) -> Named | None:
    """The column that is nearly written so, among those that are not there yet."""
    best = difflib.get_close_matches(plain(typed), list(free), n=1, cutoff=NEAR)
    return free[best[0]] if best else None


def _elsewhere(rows: Sequence[Sequence[str]], known: Mapping[str, Named], columns: Sequence[Named]) -> Wrong:
    needed = {column.name for column in columns if column.needed}
    for number, row in enumerate(rows[1:LOOKED_AT], 2):
        if needed <= {known[plain(cell)].name for cell in row if plain(cell) in known}:
            return Wrong("heading_below", {"row": number})
    return Wrong("no_heading", {"columns": "、".join(column.headings[0] for column in columns if column.needed)})
