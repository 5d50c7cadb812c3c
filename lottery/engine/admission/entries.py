"""What an admission run reads: the child's facts on the roll, the schools, the rules (pure).

Rank at a school: the policy's tier (100 behind for a school of the same big zone, 200 behind for any other school
outside the child's zone), then the policy's order, then the ticket of that school. At a private school only the ticket
counts (中发〔2019〕26号: more applicants than seats are drawn), at a school with an approved score admission only the
score and then the ticket. Siblings bound to one ticket share the rank of the one who comes last: a family that wants
one school for all agrees to that, and nobody else is passed over for it.

Under a big zone a school that children of other zones may share is two schools of the run: its own, for the children of
its zone, and a virtual one ("WL01+") with the seats they leave over (`surplus`).
"""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lottery.engine.allocation.problem import Mechanism
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.drawing.methods import METHODS
from lottery.engine.drawing.tickets import draw_key
from lottery.engine.drawing.transcript import canonical_json

OUT_OF_ZONE = 100
NO_TIER = 99
COORDINATION = "*"
SHARED = "+"
# How a listed school lies to the child's home: in its zone, in its big zone, or elsewhere.
IN_ZONE, IN_BIG_ZONE, ELSEWHERE = 0, 1, 2
NO_SCORES: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """One child on the roll with the facts its leaf binds. `pupil` is the receipt hash, `group` the ticket's name."""

    pupil: str
    group: str
    group_code: str
    tier: int
    points: int
    order: tuple[int, ...]
    choices: tuple[tuple[str, int], ...]  # (school, IN_ZONE | IN_BIG_ZONE | ELSEWHERE), most wanted first
    scores: Mapping[str, int] = field(
        default_factory=lambda: NO_SCORES
    )  # whole-number scores by school, only where scores decide

    @property
    def first(self) -> str:
        """The school wanted most; "" when none was listed."""
        return self.choices[0][0] if self.choices else ""


@dataclass(frozen=True, slots=True)
class Site:
    """What coordination needs to know of a school; `open` says whether it takes children it was not chosen by."""

    point: tuple[float, float]
    education_group: str
    town: str
    open: bool

    def to_json(self) -> dict[str, Any]:
        """As it is announced and published."""
        return {
            "point": list(self.point),
            "education_group": self.education_group,
            "town": self.town,
            "open": self.open,
        }


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a run depends on. `domains` are the domain strings by school, "*" for coordination.

    `private` schools rank by ticket alone, `scored` ones by score; `shared` is the most seats a school may give to
    children from outside its zone (no entry: no virtual school). `method` is one of `drawing.methods`. `root` is the
    root to which the leaves led that were made again from the entries; "" where nobody made them.
    """

    entries: tuple[Entry, ...]
    seats: Mapping[str, int]
    seed: bytes
    domains: Mapping[str, str]
    sites: Mapping[str, Site]
    mechanism: Mechanism
    siblings: SiblingRule
    coordination: tuple[str, ...] = ()
    coordination_groups: tuple[str, ...] = ()
    private: frozenset[str] = frozenset()
    scored: frozenset[str] = frozenset()
    shared: Mapping[str, int] = field(default_factory=dict)
    method: str = "ticket"
    root: str = ""

    def listed(self, one: Entry) -> Iterator[tuple[str, int]]:
        """The (school of the run, how it lies) a child applies to; a school it may not apply to is left out."""
        for choice in one.choices:
            school, level = choice
            if school not in self.seats or (school in self.scored and school not in one.scores):
                continue
            # the same pair where it can be: a province lists millions
            yield (school + SHARED, level) if level and school in self.shared else choice

    def key(self, one: Entry, school: str, level: int) -> tuple[int, tuple[int, ...]]:
        """What ranks a child at a school of the run before the ticket is looked at: (tier, order)."""
        if school in self.scored:
            return 0, (-one.scores[school],)
        if school in self.private:
            return 0, ()
        return one.tier + OUT_OF_ZONE * level, one.order

    def line(self, school: str) -> str:
        """Choices are counted apart on each line: losing the draw of a private school costs no rank at a public one."""
        return "private" if school in self.private else ""

    def most_shared(self) -> dict[str, int]:
        """Seats of the virtual schools in the first pass of a run: as many as may be shared at all."""
        return {school: min(most, self.seats[school]) for school, most in sorted(self.shared.items())}

    def shared_seats(self) -> dict[str, int]:
        """Seats announced for the virtual schools: what children of the zone did not apply for, up to the limit."""
        wanted = Counter(
            school for one in self.entries for school, level in self.listed(one) if not level and school in self.shared
        )
        return {
            school: max(0, min(most, self.seats[school] - wanted[school]))
            for school, most in sorted(self.shared.items())
        }


def surplus(before: Mapping[str, int], seats: Mapping[str, int], filled: Mapping[str, int]) -> dict[str, int]:
    """The seats of the virtual schools of the next pass: what the children of the zones left in this one.

    A run begins with every shared seat open to both and takes away what the zone turns out to need: fewer seats never
    make anybody better off, so no child of a zone ever leaves a place that was counted, and the first pass in which
    nothing changes is the best one for every family. Growing from what the zone cannot use would end sooner, and could
    leave two children each at the place the other wants.
    """
    return {school: min(count, max(0, seats[school] - filled.get(school, 0))) for school, count in before.items()}


def real(school: str | None) -> str | None:
    """The school behind a school of the run."""
    return school.removesuffix(SHARED) if school else None


def facts_text(
    *,
    group_code: str,
    tier: int | None,
    points: int,
    order: Sequence[int],
    choices: Sequence[str],
    zone_schools: Iterable[str],
    big_zone_schools: Iterable[str] = (),
    scores: Mapping[str, int] | None = None,
) -> str:
    """The canonical JSON bound by a child's leaf: exactly what decides, nothing that names anybody."""
    levels = dict.fromkeys(big_zone_schools, IN_BIG_ZONE) | dict.fromkeys(zone_schools, IN_ZONE)
    facts = {
        "choices": [[school, levels.get(school, ELSEWHERE)] for school in choices],
        "group": group_code,
        "order": list(order),
        "points": points,
        "tier": NO_TIER if tier is None else tier,
    }
    return canonical_json(facts | ({"scores": dict(scores)} if scores else {})).decode()


class EntryReader:
    """Reads entries whose facts were written by `facts_text`; equal parts become one object, millions of times."""

    def __init__(self) -> None:
        self._choices: dict[tuple[str, int], tuple[str, int]] = {}
        self._orders: dict[tuple[int, ...], tuple[int, ...]] = {}

    def read(self, pupil: str, group: str, facts: str) -> Entry:
        """One entry from the columns of the roll."""
        raw: dict[str, Any] = json.loads(facts)
        listed = [(school, level) for school, level in raw["choices"]]
        choices = tuple([self._choices.setdefault(one, one) for one in listed])
        order = tuple(raw["order"])
        return Entry(
            pupil,
            group,
            sys.intern(raw["group"]),
            raw["tier"],
            raw["points"],
            self._orders.setdefault(order, order),
            choices,
            raw.get("scores", NO_SCORES),
        )


def entry(pupil: str, group: str, facts: str) -> Entry:
    """The entry whose facts were written by `facts_text`."""
    return EntryReader().read(pupil, group, facts)


def inputs_digest(inputs: Inputs, root: str, policy: str) -> str:
    """Over everything that decides: roll root (it binds all facts), seed, seats, rules and sites."""
    body = {
        "root": root,
        "policy": policy,
        "seed": inputs.seed.hex(),
        "seats": dict(inputs.seats),
        "domains": dict(inputs.domains),
        "rules": [inputs.mechanism.value, inputs.siblings.value, list(inputs.coordination)],
        "coordination_groups": list(inputs.coordination_groups),
        "method": inputs.method,
        "private": sorted(inputs.private),
        "scored": sorted(inputs.scored),
        "shared": dict(inputs.shared),
        "sites": {
            code: [*site.point, site.education_group, site.town, site.open] for code, site in inputs.sites.items()
        },
    }
    return "sha256:" + hashlib.sha256(canonical_json(body)).hexdigest()


def drawn(inputs: Inputs, domain: str, groups: Iterable[str]) -> dict[str, bytes]:
    """The ticket of every group under one domain, by the announced method (it sees the groups sorted by name)."""
    names = sorted(set(groups))
    return dict(
        zip(names, METHODS[inputs.method].tickets(draw_key(inputs.seed, inputs.domains[domain]), names), strict=True)
    )
