"""Turns the conditions of a policy into compiled form and finds every mistake in them.

Negation is pushed down to the comparisons (`not eq` becomes `ne`), so that a judgement can treat each comparison as
something the family claims: see `policy.logic`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast

from policy import dates
from policy.facts import DICTIONARY, FactSpec, Scalar
from policy.family import typed
from policy.model import All, AnyOf, Condition, FactRef, Leaf, Operand, Operator
from policy.tree import Path, PolicyIssue, Tree
from policy.words import Text

OPPOSITE: Final[Mapping[str, str]] = {
    "eq": "ne",
    "ne": "eq",
    "in": "not_in",
    "not_in": "in",
    "gt": "lte",
    "lte": "gt",
    "lt": "gte",
    "gte": "lt",
    "between": "not_between",
    "not_between": "between",
}
WRITABLE: Final = ("eq", "ne", "in", "gt", "gte", "lt", "lte", "between")
_UNORDERED: Final = ("eq", "ne", "in")
NOTHING: Final = AnyOf(())
MAX_PARTS: Final = 2000  # parts of all conditions with every definition written out; a shipped scheme has some 300
PARTS: Final = Text("条件的部分", "parts of conditions")
HINTS: Final = 20  # nearest names are looked for this often: it is slow, and who mistypes more has another problem


@dataclass(slots=True)
class Compiler:
    """Compiles conditions against a dictionary of facts and named definitions, collecting issues instead of
    stopping.
    """

    tree: Tree
    local: Mapping[str, FactSpec]
    definitions: Mapping[str, Any]
    days: tuple[date, date]  # cut-off and entry
    issues: list[PolicyIssue] = field(default_factory=list)
    open_definitions: list[str] = field(default_factory=list)
    size: int = 0

    def condition(self, node: object, path: Path, *, negated: bool = False) -> Condition:
        """Compile one condition; a broken one becomes NOTHING and leaves an issue."""
        self.size += 1
        if self.size > MAX_PARTS:
            # Definitions that use each other double with every level; stop before they fill the memory.
            return NOTHING if self.size > MAX_PARTS + 1 else self._too_large(path)
        if not isinstance(node, dict):
            return self._fail(path, "condition_form", operators=", ".join(WRITABLE))
        match sorted(node):
            case ["all"] | ["any"]:
                return self._several(node, path, negated=negated)
            case ["not"]:
                return self.condition(node["not"], (*path, "not"), negated=not negated)
            case ["use"]:
                return self._use(node["use"], path, negated=negated)
            case keys if "fact" in keys and len(keys) == 2:
                return self._leaf(node, path, negated=negated)
            case _:
                return self._fail(path, "condition_form", operators=", ".join(WRITABLE))

    def fact(self, name: object, path: Path) -> FactSpec | None:
        """Look a fact up; an unknown one leaves an issue with the nearest name."""
        known = {**DICTIONARY, **self.local}
        if isinstance(name, str) and name in known:
            return known[name]
        few = len(self.issues) < HINTS and isinstance(name, str) and len(name) <= 80
        near = difflib.get_close_matches(str(name), known, 1) if few else []
        if near:
            self.issues.append(self.tree.issue(path, "unknown_fact_near", fact=name, near=near[0]))
        else:
            self.issues.append(self.tree.issue(path, "unknown_fact", fact=name))
        return None

    def _too_large(self, path: Path) -> Condition:
        return self._fail(path, "too_large", limit=MAX_PARTS, what=PARTS)

    def _fail(self, path: Path, code: str, **params: object) -> Condition:
        self.issues.append(self.tree.issue(path, code, **params))
        return NOTHING

    def _several(self, node: Mapping[str, Any], path: Path, *, negated: bool) -> Condition:
        ((key, parts),) = node.items()
        if not isinstance(parts, list) or not parts:
            return self._fail((*path, key), "empty_condition", key=key)
        if self.size > MAX_PARTS:
            return NOTHING
        built = tuple(self.condition(part, (*path, key, i), negated=negated) for i, part in enumerate(parts))
        return All(built) if (key == "all") != negated else AnyOf(built)

    def _use(self, name: object, path: Path, *, negated: bool) -> Condition:
        if not isinstance(name, str) or name not in self.definitions:
            return self._fail((*path, "use"), "unknown_definition", name=name)
        if name in self.open_definitions:
            return self._fail((*path, "use"), "definition_cycle", name=name)
        if self.size > MAX_PARTS:
            return NOTHING
        self.open_definitions.append(name)
        built = self.condition(self.definitions[name], ("definitions", name), negated=negated)
        self.open_definitions.pop()
        return built

    def _leaf(self, node: Mapping[str, Any], path: Path, *, negated: bool) -> Condition:
        (operator,) = set(node) - {"fact"}
        spec = self.fact(node["fact"], (*path, "fact"))
        if spec is None:
            return NOTHING
        place = (*path, operator)
        if operator not in WRITABLE:
            return self._fail(place, "condition_form", operators=", ".join(WRITABLE))
        ordered = spec.kind in {"date", "number", "share"}
        if not ordered and operator not in _UNORDERED:
            allowed = ", ".join(_UNORDERED)
            return self._fail(place, "operator_type", fact=spec.name, operator=operator, allowed=allowed)
        operands = self._operands(spec, operator, node[operator], place)
        if operands is None:
            return NOTHING
        final = cast(Operator, OPPOSITE[operator] if negated else operator)
        return Leaf(spec, final, operands, without_claim=negated != (operator == "ne"))

    def _operands(self, spec: FactSpec, operator: str, raw: object, path: Path) -> tuple[Operand, ...] | None:
        if operator not in {"in", "between"}:
            one = self._operand(spec, raw, path)
            return None if one is None else (one,)
        if not isinstance(raw, list) or not raw or (operator == "between" and len(raw) != 2):
            expected = "[low, high]" if operator == "between" else "[a, b, ...]"
            self._fail(path, "operand", value=raw, fact=spec.name, expected=expected)
            return None
        many = [self._operand(spec, item, (*path, index)) for index, item in enumerate(raw)]
        whole = tuple(item for item in many if item is not None)
        if len(whole) < len(many):
            return None
        if operator == "between" and self._is_empty(whole):
            self._fail(path, "empty_range", low=raw[0], high=raw[1])
            return None
        return whole

    def _is_empty(self, ends: Sequence[Operand]) -> bool:
        """Whether the ends of a range stand the wrong way round; ends that are other facts may stand either way."""
        low, high = (one.resolve(*self.days) if isinstance(one, dates.DateExpr) else one for one in ends)
        return not isinstance(low, FactRef) and not isinstance(high, FactRef) and bool(low > high)  # type: ignore[operator]

    def _operand(self, spec: FactSpec, raw: object, path: Path) -> Operand | None:
        if isinstance(raw, dict) and list(raw) == ["fact"]:
            return self._reference(spec, raw["fact"], path)
        if spec.kind == "date":
            expression = dates.parse(raw)
            if expression is None:
                self._fail(path, "bad_date", value=raw)
            return expression
        if isinstance(raw, int | float | str | bool) and typed(spec, raw) is not None:
            return raw
        self._fail(path, "operand", value=_shown(raw), fact=spec.name, expected=_expected(spec))
        return None

    def _reference(self, spec: FactSpec, name: object, path: Path) -> FactRef | None:
        other = self.fact(name, (*path, "fact"))
        if other is None:
            return None
        if other.kind != spec.kind:
            self._fail(path, "operand", value=name, fact=spec.name, expected=_expected(spec))
            return None
        return FactRef(other)


def _shown(raw: object) -> object:
    return str(raw).lower() if isinstance(raw, bool) else raw


def _expected(spec: FactSpec) -> str:
    if spec.choices:
        return " / ".join(spec.choices)
    return {"flag": "true / false", "share": "0 … 1", "number": "0 …", "date": "2024-08-31"}.get(spec.kind, "text")


def leaves_of(condition: Condition) -> Iterator[Leaf]:
    """The comparisons of a condition in the order they are written."""
    if isinstance(condition, Leaf):
        yield condition
        return
    for part in condition.parts:
        yield from leaves_of(part)


def facts_of(condition: Condition) -> frozenset[str]:
    """Return the names of every fact a condition looks at."""
    if isinstance(condition, Leaf):
        others = {operand.spec.name for operand in condition.operands if isinstance(operand, FactRef)}
        return frozenset({condition.spec.name} | others)
    return frozenset().union(*(facts_of(part) for part in condition.parts))


def scalar_list(spec: FactSpec, values: list[Any]) -> tuple[Scalar, ...] | None:
    """Return a rank list in the fact's type, or None where a value does not fit."""
    return tuple(values) if all(typed(spec, value) is not None for value in values) else None
