"""The words of zone matching: rules, zones, and the explained answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from schools.matching.messages import MESSAGES

Point = tuple[float, float]
Ring = Sequence[Sequence[float]]
Coordinates = Sequence[Ring] | Sequence[Sequence[Ring]]
Effect = Literal["include", "exclude"]
RuleKind = Literal["road", "estate", "village"]
Parity = Literal["all", "odd", "even"]
Outcome = Literal["matched", "ambiguous", "unknown"]


@dataclass(frozen=True, slots=True)
class AddressRule:
    """One line of a zone's published description.

    ``low`` and ``high`` (inclusive, None for open) count house numbers on a road, buildings of an estate and groups
    (组) of a village; ``parity`` narrows them to odd or even ones. ``name`` may begin with its division where two
    towns share a name.
    """

    effect: Effect
    kind: RuleKind
    name: str
    parity: Parity = "all"
    low: int | None = None
    high: int | None = None

    @property
    def whole(self) -> bool:
        """Whether the rule covers every number."""
        return self.parity == "all" and self.low is None and self.high is None

    def covers(self, number: int) -> bool:
        """Whether a number lies in the range and has the parity."""
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            return False
        return self.parity == "all" or (number % 2 == 1) == (self.parity == "odd")


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of one year and stage; ``polygon`` holds GeoJSON coordinates of a Polygon or MultiPolygon (longitude
    first). Schools of one ``big_zone`` may share the seats that the children of their own zones leave over.
    """

    id: str
    name: str
    year: int
    stage: str
    schools: tuple[str, ...]
    rules: tuple[AddressRule, ...] = ()
    polygon: Coordinates | None = None
    big_zone: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the explanation; ``MESSAGES[code]`` filled with ``params`` is ``message``."""

    code: str
    params: Mapping[str, str]

    @property
    def message(self) -> str:
        """The English sentence."""
        return MESSAGES[self.code].format(**self.params)


@dataclass(frozen=True, slots=True)
class ZoneMatch:
    """The answer: ``matched`` has one zone; ``ambiguous`` names those a person decides between; ``unknown`` has
    none.
    """

    outcome: Outcome
    zones: tuple[str, ...]
    schools: tuple[str, ...]
    steps: tuple[Step, ...]


def step(code: str, **params: str) -> Step:
    """A step; its sentence is written when it is read."""
    return Step(code, MappingProxyType(params))


def in_force(zones: Sequence[Zone], *, year: int, stage: str) -> tuple[Zone, ...]:
    """The zones of one year and stage: matching across years or stages would only produce ambiguity."""
    return tuple(zone for zone in zones if zone.year == year and zone.stage == stage)
