"""A synthetic family: its true state, what the parent claims, what the agencies hold, and what a good check would
find.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from synthetic.people import Person
from synthetic.records import Records


@dataclass(frozen=True, slots=True)
class Child:
    """A child who applies, with the stage applied for and the id of its guardians' case in the city ("S0000001-1")."""

    id: str
    person: Person
    stage: str

    def to_json(self) -> dict[str, str]:
        """Return a JSON-safe object."""
        return {"id": self.id, "stage": self.stage, **self.person.to_json()}


@dataclass(frozen=True, slots=True)
class ChildTruth:
    """What is true of one child.

    `facts` use the names of the policy engine's dictionary; `findings` give per agency what a faultless comparison of
    claim and record answers (an agency the family claims nothing at is absent); `honest` tells per agency whether the
    claim agrees with the true state, whatever the record says; `zone` is the zone of the residence.
    """

    facts: Mapping[str, Any]
    findings: Mapping[str, str]
    honest: Mapping[str, bool]
    zone: str

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-safe object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Family:
    """One family. `claims` and `truth` are by child id, `records` by agency; `injected` names every planted error as
    agency:kind:key or claim:kind:child.
    """

    id: str
    persona: str
    births: str
    guardians: tuple[Person, ...]
    children: tuple[Child, ...]
    household: Mapping[str, Any] | None
    home: Mapping[str, Any] | None
    grandparents: tuple[Person, ...]
    permit: Mapping[str, Any] | None
    insurance: Mapping[str, Any] | None
    points: Mapping[str, Any] | None
    lists: tuple[str, ...]
    claims: Mapping[str, Mapping[str, Any]]
    records: Records
    injected: tuple[str, ...]
    truth: Mapping[str, ChildTruth]
    kind: str = ""  # of an unusual family (``synthetic.unusual``)
    synthetic: bool = field(default=True)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-safe object, labelled synthetic."""
        return {
            "id": self.id,
            "synthetic": True,
            "persona": self.persona,
            "kind": self.kind,
            "births": self.births,
            "guardians": [person.to_json() for person in self.guardians],
            "children": [child.to_json() for child in self.children],
            "household": self.household,
            "home": self.home,
            "grandparents": [person.to_json() for person in self.grandparents],
            "permit": self.permit,
            "insurance": self.insurance,
            "points": self.points,
            "lists": list(self.lists),
            "claims": dict(self.claims),
            "records": self.records,
            "injected": list(self.injected),
            "truth": {child: truth.to_json() for child, truth in self.truth.items()},
        }
