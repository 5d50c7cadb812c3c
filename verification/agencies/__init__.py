"""One folder per agency, all behind one protocol. An adapter is added or deleted whole.

An adapter says what to ask for a claim and what the answer means for it. It never raises for a strange record: what it
cannot read is no answer (``unavailable``), because a malformed 200 must not count against a family.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any, Protocol

import identifiers

Record = Mapping[str, Any]
Claim = Mapping[str, Any]


class MalformedRecord(ValueError):
    """The agency answered with something that is not a record of its kind."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which the declaration and the source disagree, both in plain values."""

    field: str
    declared: str
    source: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an answer means: ``match``, ``mismatch`` (with the differences) or ``not_found``; the record it rests on."""

    outcome: str
    differences: tuple[Difference, ...] = ()
    record: Record | None = None


class Adapter(Protocol):
    def keys(self, claim: Claim) -> list[str]:
        """Document, certificate and contract numbers to look up."""

    def judge(self, claim: Claim, records: Sequence[Record], today: date) -> Judgement:
        """Compare the claim with the records; raises MalformedRecord."""


def adapter(agency: str) -> Adapter:
    """The adapter in ``verification/agencies/<agency>``."""
    made: Adapter = import_module(f"verification.agencies.{agency}").ADAPTER
    return made


def text(record: Record, name: str) -> str:
    """A text field of a record; raises MalformedRecord when it is missing or not text."""
    value = record.get(name)
    if not isinstance(value, str):
        raise MalformedRecord(f"{name} is missing")
    return value


def name_difference(claim: Claim, record: Record, field: str) -> list[Difference]:
    """The difference between the declared and the recorded name, if both are there and differ."""
    declared, found = str(claim.get("name") or ""), text(record, "name")
    if not declared or identifiers.normalise("name", declared) == identifiers.normalise("name", found):
        return []
    return [Difference(field, declared, found)]


def address_difference(claim: Claim, record: Record, field: str) -> list[Difference]:
    """The difference between the declared and the recorded address, if one was declared and they differ."""
    declared, found = str(claim.get("address") or ""), text(record, "address")
    return [] if not declared or identifiers.same_place(declared, found) else [Difference(field, declared, found)]


def rows(record: Record, name: str) -> list[Record]:
    """A list of objects in a record; raises MalformedRecord."""
    value = record.get(name)
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise MalformedRecord(f"{name} is missing")
    return value
