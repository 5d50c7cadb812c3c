"""The schemes that come with the portal: real published rules, written as policies."""

from __future__ import annotations

import re
from pathlib import Path

_YEAR = re.compile(r"^year: (\d{4})$", re.MULTILINE)
_DAY = re.compile(r"(?<!^  date: )\b(\d{4})-(\d\d-\d\d)\b", re.MULTILINE)
_FOLDER = Path(__file__).parent / "schemes"


def scheme_names() -> tuple[str, ...]:
    """Return the names of the shipped schemes."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def scheme_text(name: str, *, year: int | None = None) -> str:
    """Return the YAML text of a shipped scheme, moved to another `year` when given: a rehearsal may play old rules.

    Every day outside `source` moves by whole years; the title keeps the year it was published for.
    Raises KeyError when there is no scheme of that name.
    """
    if name not in scheme_names():
        raise KeyError(name)
    text = (_FOLDER / f"{name}.yaml").read_text("utf-8")
    published = _YEAR.search(text)
    if year is None or published is None:
        return text
    shift = year - int(published[1])
    moved = _DAY.sub(lambda day: f"{int(day[1]) + shift}-{day[2]}", text)
    return _YEAR.sub(f"year: {year}", moved)
