"""A family as a row: what the comparisons of a policy need to know of each fact, worked out once a family.

A policy names some thirty facts and compares them a hundred times. What a comparison comes to depends on the fact's
standing and on whether the comparison holds, and on nothing else. So each fact is read once, into a `Reading`, and a
comparison only looks up its place in the row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from policy.facts import FactSpec
from policy.family import Fact, Facts, typed
from policy.logic import Basis, Outcome

# What one comparison comes to, in the order of the three values: below QUESTION it fails, above it holds.
UNMET: Final = 0
REFUTED: Final = 1
DEFAULT_UNMET: Final = 2
UNCLAIMED_UNMET: Final = 3
QUESTION: Final = 4
MET: Final = 5
DEFAULT_MET: Final = 6
UNCLAIMED_MET: Final = 7
OUTCOMES: Final[tuple[Outcome, ...]] = ("false", "false", "false", "false", "unknown", "true", "true", "true")
BASES: Final[tuple[Basis, ...]] = (
    "value",
    "refuted",
    "default",
    "not_claimed",
    "question",
    "value",
    "default",
    "not_claimed",
)

# The value to compare, and what a comparison comes to that holds, and one that does not. Without a value nothing is
# compared: then the first is for "not X", which silence fulfils, and the second for "X", which it does not.
Reading = tuple[Any, int, int]
Row = list[Any]
_OPEN: Final[Reading] = (None, QUESTION, QUESTION)
_UNCLAIMED: Final[Reading] = (None, UNCLAIMED_MET, UNCLAIMED_UNMET)
_DOUBTED: Final = (QUESTION, UNMET)
_STANDINGS: Final[Mapping[str, tuple[int, int]]] = {
    "verified": (MET, UNMET),
    "declared": (MET, UNMET),
    "mismatch": (REFUTED, UNMET),
}
TRUSTED: Final = frozenset({"verified", "declared"})
Known = Mapping[str, Fact]
Convert = Callable[[Any], Any]


def converter(spec: FactSpec) -> Convert:
    """What `typed` does for this fact, as one function of the value."""
    if spec.kind == "choice" and spec.choices:
        choices = {choice: choice for choice in spec.choices}
        return lambda value: choices.get(value) if isinstance(value, str) else None
    if spec.kind == "flag":
        return lambda value: value if isinstance(value, bool) else None
    return lambda value: typed(spec, value)


def claim(spec: FactSpec, convert: Convert, fact: Fact | None) -> Any:
    """The value that counts whatever its standing, or None: `logic.known_value` for a fact at hand."""
    if fact is not None and fact.value is not None:
        return convert(fact.value)
    return spec.default if fact is None or fact.status == "declared" else None


class Columns:
    """The facts that the conditions of one policy look at, each with its place in the row."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, bool], int] = {}
        self._readers: list[tuple[str, Convert, Reading | None, str]] = []
        self._others: list[tuple[FactSpec, Convert]] = []

    def place(self, spec: FactSpec) -> int:
        """Where the row holds the `Reading` of a fact."""
        key = (spec.name, False)
        if key not in self._places:
            self._places[key] = len(self._readers)
            silent = (spec.default, DEFAULT_MET, DEFAULT_UNMET) if spec.default is not None else None
            if silent is None and spec.always:
                silent = _OPEN
            self._readers.append((spec.name, converter(spec), silent, spec.subject))
        return self._places[key]

    def other(self, spec: FactSpec) -> int:
        """Where the row holds (value, trusted) of a fact that another is compared with; counted from its end."""
        key = (spec.name, True)
        if key not in self._places:
            self._others.append((spec, converter(spec)))
            self._places[key] = -len(self._others)
        return self._places[key]

    def read(self, known: Known) -> Row:
        """The row of one family."""
        row: Row = []
        claims: dict[str, Reading] = {}
        for name, convert, silent, subject in self._readers:
            fact = known.get(name)
            if fact is None or (fact.value is None and fact.status in TRUSTED):
                if silent is None:
                    silent = claims.get(subject)  # noqa: PLW2901
                    if silent is None:
                        silent = claims[subject] = _OPEN if Facts(known).claims(subject) else _UNCLAIMED  # noqa: PLW2901
                row.append(silent)
                continue
            value = convert(fact.value)
            row.append(_OPEN if value is None else (value, *_STANDINGS.get(fact.status, _DOUBTED)))
        for spec, convert in reversed(self._others):
            fact = known.get(spec.name)
            row.append((claim(spec, convert, fact), fact is None or fact.status in TRUSTED))
        return row
