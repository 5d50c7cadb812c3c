"""What a judgement comes to: the verdict, the group, the order, the materials, and the trace that tells why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from policy.model import Group
from policy.trace import Trace, TraceStep
from policy.words import Text


class Verdict(Enum):
    """Whether the child may apply: YES, NO, or UNKNOWN until a person has looked. The value is the JSON value."""

    YES = True
    NO = False
    UNKNOWN = None


@dataclass(frozen=True, slots=True)
class Material:
    """A kind of material of the child's group; `needed` is False once the agencies have verified all it would prove."""

    id: str
    name: Text
    needed: bool

    def to_json(self) -> dict[str, object]:
        """Return a JSON-safe object."""
        return {"id": self.id, "name": self.name.to_json(), "needed": self.needed}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a policy says of a child.

    `order` compares children of one tier and `order_key` (tier first) children of the whole round: tuples of integers,
    lower is better, the draw's ticket comes after them. `points` are whole points, rounded down for display; `order`
    holds them to a thousandth. `needs_person` names its question in a trace step whose outcome is "unknown". `trace`
    is written when it is first read.
    """

    eligible: Verdict
    group: Group | None
    tier: int
    points: int
    order_key: tuple[int, ...]
    order: tuple[int, ...]
    materials: tuple[Material, ...]
    agencies: tuple[str, ...]
    needs_person: bool
    needs_offline_check: bool
    trace: Trace
    policy_digest: str

    @property
    def questions(self) -> tuple[TraceStep, ...]:
        """The steps a person has to settle; what is open inside a group that is met anyway is no question."""
        if not self.needs_person:
            return ()
        rules = {"age", "seat_lock", "points", "order", "otherwise"}
        rules |= {item.rule for item in self.trace if item.code == "group_provisional"}
        return tuple(item for item in self.trace if item.outcome == "unknown" and item.rule in rules)

    def to_json(self) -> dict[str, object]:
        """Return a JSON-safe object; group is its id, group_name its words."""
        return {
            "eligible": self.eligible.value,
            "group": self.group.id if self.group else None,
            "group_name": self.group.name.to_json() if self.group else None,
            "tier": self.tier,
            "points": self.points,
            "order_key": list(self.order_key),
            "order": list(self.order),
            "materials": [material.to_json() for material in self.materials],
            "agencies": list(self.agencies),
            "needs_person": self.needs_person,
            "needs_offline_check": self.needs_offline_check,
            "policy_digest": self.policy_digest,
            "trace": [item.to_json() for item in self.trace],
        }
