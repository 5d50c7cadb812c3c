"""The compiled policy: frozen data a judgement walks through. Built by `policy.compile`, never by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from policy.dates import DateExpr
from policy.facts import FactSpec, Scalar
from policy.words import Text

Operator = Literal["eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "between", "not_between"]


@dataclass(frozen=True, slots=True)
class FactRef:
    """An operand read from another fact."""

    spec: FactSpec


Operand = Scalar | DateExpr | FactRef


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison of one fact. A `not` around it has already been turned into the opposite operator.

    `without_claim` is the outcome when the family claims nothing of the kind: no right from silence, but "not X" holds.
    """

    spec: FactSpec
    operator: Operator
    operands: tuple[Operand, ...]
    without_claim: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Every part must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part must hold."""

    parts: tuple[Condition, ...]


Condition = Leaf | All | AnyOf


@dataclass(frozen=True, slots=True)
class OrderRule:
    """One criterion inside a group.

    `by` "rank" orders by the place of the value in `values`; "ticket" leaves it to the draw. Where the family claims
    nothing of `spec`, `fallback` is read: a filed contract where there is no deed yet.
    """

    by: Literal["points", "date", "number", "rank", "ticket"]
    spec: FactSpec | None = None
    descending: bool = False
    values: tuple[Scalar, ...] = ()
    fallback: FactSpec | None = None


@dataclass(frozen=True, slots=True)
class MaterialRule:
    """A kind of material; once every fact in `proves` is verified by an agency it is no longer asked for."""

    id: str
    name: Text
    proves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """One admission group. `tier` counts from 1, lower is served first; `offline` means a person checks on the spot."""

    id: str
    name: Text
    rule: Text
    tier: int
    when: Condition
    order: tuple[OrderRule, ...]
    agencies: tuple[str, ...]
    materials: tuple[MaterialRule, ...]
    stages: tuple[str, ...]
    offline: bool = False


@dataclass(frozen=True, slots=True)
class AgeRule:
    """Age for a stage: `min_years` (and below `max_years`) completed by `cutoff`; `stretch_until` opens later births
    in `stretch_rounds`.
    """

    stage: str
    cutoff: date
    min_years: int
    max_years: int | None = None
    stretch_until: date | None = None
    stretch_rounds: tuple[str, ...] = ("supplementary",)


@dataclass(frozen=True, slots=True)
class PointItem:
    """Points given once when the condition holds."""

    id: str
    dimension: str
    name: Text
    points: float
    when: Condition


@dataclass(frozen=True, slots=True)
class Exemption:
    """An approval for points beyond the four dimensions: given on a day, by a document, and only until a day."""

    given: date
    until: date
    document: str
    dimensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PointsRule:
    """Points either come from the town's register ("imported") or are computed from `items`."""

    mode: Literal["imported", "computed"]
    items: tuple[PointItem, ...] = ()
    exemption: Exemption | None = None


@dataclass(frozen=True, slots=True)
class SeatLock:
    """A home gives one seat in `years` (per stage) to the listed groups; siblings of the same parents may be exempt."""

    years: Mapping[str, int]
    groups: frozenset[str]
    sibling_exempt: bool = True


@dataclass(frozen=True, slots=True)
class BigZone:
    """Share of the seats, in percent, that the schools of a big zone offer to each other's children, for `groups`
    (empty: all).
    """

    share_percent: int
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coordination:
    """How children without a place are placed nearby: criteria in order, for `groups` (empty: all)."""

    order: tuple[str, ...]
    groups: tuple[str, ...] = ()
    rule: Text | None = None


@dataclass(frozen=True, slots=True)
class Supplementary:
    """The later round: its own cut-off replaces the main one in every date of the policy."""

    cutoff: date
    rule: Text | None = None


@dataclass(frozen=True, slots=True)
class FalseDeclaration:
    """What follows from a false declaration that was established after notice and hearing: by then, the application is
    refused (`refuse`), or the place that it got is taken back (`take_back`)."""

    refuse: bool
    take_back: bool


@dataclass(frozen=True, slots=True)
class Source:
    """Where the scheme was published."""

    name: Text
    document: str = ""
    published: date | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """One district's scheme for one season. `digest` names its exact content; `entry` is the first school day."""

    id: str
    title: Text
    district: str
    year: int
    stages: tuple[str, ...]
    source: Source
    cutoff: date
    entry: date
    ages: tuple[AgeRule, ...]
    local_facts: Mapping[str, FactSpec]
    groups: tuple[Group, ...]
    otherwise_person: bool
    otherwise_text: Text
    choices: int
    mechanism: Literal["parallel", "sequential"]
    last_seat: Literal["expand", "skip", "stop", "split"]
    points: PointsRule | None
    seat_lock: SeatLock | None
    big_zone: BigZone | None
    coordination: Coordination | None
    supplementary: Supplementary | None
    digest: str
    false_declaration: FalseDeclaration = FalseDeclaration(refuse=False, take_back=False)
    uses: frozenset[str] = frozenset()  # the names of the facts that age, groups, points, order or seat lock look at

    def group(self, group_id: str) -> Group | None:
        """Return a group by its id, or None."""
        return next((group for group in self.groups if group.id == group_id), None)
