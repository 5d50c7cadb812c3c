"""How places and schools are called on a page: in Chinese; on English pages in Latin letters with the Chinese name.

A school's own English name, where the bureau has brought one, comes before pinyin.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import Error

from foundation.wording import content_language
from identifiers.latin import has_han, latin
from schools.models import School

FRESH: Final = 60.0  # seconds; stated names change with an import, and every English page asks for them
_stated: dict[str, tuple[float, dict[str, str]]] = {}


def stated_names() -> dict[str, str]:
    """English names that schools state, by their Chinese ones; the last known without a database."""
    at, known = _stated.get("all", (float("-inf"), {}))
    if time.monotonic() - at > FRESH:
        try:
            known = dict(School.objects.exclude(english="").values_list("name", "english"))
        except Error:
            return known
        _stated["all"] = (time.monotonic(), known)
    return known


def in_latin(name: str, english: str = "") -> str:
    """A name in Latin letters alone: as it is stated, else pinyin."""
    return english or stated_names().get(name) or latin(name)


def in_both(name: str, english: str = "") -> str:
    """A name as English pages give it: Latin letters, and the Chinese name that stands on the gate."""
    return f"{in_latin(name, english)} ({name})" if has_han(name) else name


def named(name: str, english: str = "") -> str:
    """A name in the page's language."""
    return name if content_language() == "zh" else in_both(name, english)


def several(names: Iterable[str]) -> str:
    """Names one after the other, in the page's language."""
    return ("、" if content_language() == "zh" else ", ").join(named(name) for name in names)


def in_text(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a sentence is filled with: names in it in the page's language."""
    return {key: named(value) if isinstance(value, str) else value for key, value in values.items()}
