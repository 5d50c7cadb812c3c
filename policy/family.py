"""What is known of a family: facts with their status, source and time. Reading is strict, judging is total.

A status says how far a value can be trusted: "verified" by an agency, "declared" by the parent (not yet checked),
"mismatch" (the agency refuted the claim), "not_found" (no record) and "unavailable" (no answer).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, cast

from policy.facts import DICTIONARY, FactSpec, Scalar

Status = Literal["verified", "declared", "mismatch", "not_found", "unavailable"]
STATUSES: Final[tuple[Status, ...]] = ("verified", "declared", "mismatch", "not_found", "unavailable")


_NO_CLAIM: Final = {"home": ("home.kind", "none"), "household": ("household.zone_relation", "elsewhere")}


class FactsError(ValueError):
    """The family's facts cannot be read; the message names the fact and what to write instead."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value with its standing.

    `at` is when the source answered (ISO 8601) or None; `value` None means no value is known.
    """

    value: Scalar | None
    status: Status = "declared"
    source: str = "declaration"
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Facts(Mapping[str, Fact]):
    """A frozen mapping from fact name to `Fact`."""

    items_by_name: Mapping[str, Fact]

    def __getitem__(self, name: str) -> Fact:
        return self.items_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.items_by_name)

    def __len__(self) -> int:
        return len(self.items_by_name)

    def claims(self, subject: str) -> bool:
        """Whether the family claims anything about a subject such as "home"; a home of kind "none" and a household
        elsewhere are no claim.
        """
        name, nothing = _NO_CLAIM.get(subject, ("", None))
        if name and (fact := self.get(name)) is not None and fact.value == nothing:
            return False
        prefix = f"{subject}."
        return any(name.startswith(prefix) and fact.value is not None for name, fact in self.items_by_name.items())

    @staticmethod
    def from_json(obj: object) -> Facts:
        """Read facts from decoded JSON.

        Accepts dotted names or nested objects; a value is a plain scalar (read as declared) or an object with "value"
        and optionally "status", "source" and "at". Raises FactsError naming the fact that cannot be read.
        """
        if not isinstance(obj, Mapping):
            raise FactsError("facts must be an object of fact names and values")
        found: dict[str, Fact] = {}
        _flatten(obj, "", found, depth=0)
        return Facts(found)

    def to_json(self) -> dict[str, dict[str, Scalar | None]]:
        """Return a JSON-safe object that `from_json` reads back to equal facts."""
        return {
            name: {"value": fact.value, "status": fact.status, "source": fact.source, "at": fact.at}
            for name, fact in self.items_by_name.items()
        }


def _flatten(obj: Mapping[object, object], prefix: str, found: dict[str, Fact], depth: int) -> None:
    for key, value in obj.items():
        if not isinstance(key, str):
            raise FactsError(f"fact name {key!r} must be text")
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and "value" not in value and "status" not in value:
            if depth > 3:
                raise FactsError(f"{name}: nested too deeply; write dotted names such as home.kind")
            _flatten(value, f"{name}.", found, depth + 1)
        elif name in found:
            raise FactsError(f"{name}: given twice")
        else:
            found[name] = _read(name, value)


def _read(name: str, value: object) -> Fact:
    if not isinstance(value, Mapping):
        return Fact(_scalar(name, value))
    extra = sorted(set(map(str, value)) - {"value", "status", "source", "at"})
    if extra:
        raise FactsError(f"{name}: unknown key {extra[0]!r}; a fact has value, status, source and at")
    status = value.get("status", "declared")
    if status not in STATUSES:
        raise FactsError(f"{name}: status {status!r} must be one of {', '.join(STATUSES)}")
    source, at = value.get("source", "declaration"), value.get("at")
    if not isinstance(source, str) or not (at is None or isinstance(at, str)):
        raise FactsError(f"{name}: source and at must be text")
    return Fact(_scalar(name, value.get("value")), cast(Status, status), source, at)


def _scalar(name: str, value: object) -> Scalar | None:
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise FactsError(f"{name}: a value is text, a number, true or false")


def as_date(value: object) -> date | None:
    """Read an ISO date "YYYY-MM-DD" (a time after it is ignored); None when it is not one."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def typed(spec: FactSpec, value: object) -> Scalar | date | None:
    """Return the value in the type of its fact, or None where it does not fit (judging then asks a person)."""
    if spec.kind == "date":
        return as_date(value)
    if spec.kind == "flag":
        return value if isinstance(value, bool) else None
    if spec.kind in {"number", "share"}:
        return _number(spec, value)
    if not isinstance(value, str):
        return None
    return value if not spec.choices or value in spec.choices else None


def _number(spec: FactSpec, value: object) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    top = 1.0 if spec.kind == "share" else 1e9
    return value if 0 <= value <= top else None


def problems(facts: Facts, local: Mapping[str, FactSpec]) -> tuple[str, ...]:
    """List what a careful reader would send back: unknown fact names and values that do not fit their type."""
    known = {**DICTIONARY, **local}
    found: list[str] = []
    for name, fact in facts.items():
        spec = known.get(name)
        if spec is None:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else "; see the fact dictionary in docs/policy.md"
            found.append(f"{name}: no such fact{hint}")
        elif fact.value is not None and typed(spec, fact.value) is None:
            found.append(f"{name}: {fact.value!r} is not {_expected(spec)}")
    return tuple(found)


def _expected(spec: FactSpec) -> str:
    if spec.choices:
        return "one of " + ", ".join(spec.choices)
    return {
        "date": "a date YYYY-MM-DD",
        "flag": "true or false",
        "share": "a share from 0 to 1",
        "number": "a number from 0 up",
        "text": "text",
        "choice": "text",
    }[spec.kind]
