"""From the frozen roll to places: ranks at every school, the allocation, coordination (pure).

Rank at a school: the policy's tier (100 behind for a school outside the child's zone), then the policy's order, then
the ticket of that school. Siblings bound to one ticket share the rank of the one who comes last: a family that wants
one school for all agrees to that, and nobody else is passed over for it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lottery.allocate import Result, allocate
from lottery.draw import SiblingRule
from lottery.problem import Choice, Mechanism, Problem, Pupil, School
from lottery.tickets import bulk_tickets, draw_key
from lottery.transcript import canonical_json
from schools.matching import distance_m

OUT_OF_ZONE = 100
NO_TIER = 99
COORDINATION = "*"


@dataclass(frozen=True, slots=True)
class Entry:
    """One child on the roll with the facts its leaf binds. `pupil` is the receipt hash, `group` the ticket's name."""

    pupil: str
    group: str
    group_code: str
    tier: int
    points: int
    order: tuple[int, ...]
    choices: tuple[tuple[str, bool], ...]  # (school, whether it lies in the child's zone), most wanted first

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


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a run depends on. `domains` are the domain strings by school, "*" for coordination."""

    entries: tuple[Entry, ...]
    seats: Mapping[str, int]
    seed: bytes
    domains: Mapping[str, str]
    sites: Mapping[str, Site]
    mechanism: Mechanism
    siblings: SiblingRule
    coordination: tuple[str, ...] = ()
    coordination_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a child stands at one school: `position` from 1, `band` what stood before the ticket was looked at."""

    tier: int
    band: int
    ticket: bytes
    position: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A run's outcome: the allocation, then (school, metres from the first choice) by coordinated pupil."""

    problem: Problem
    result: Result
    ranks: Mapping[tuple[str, str], Rank]
    coordinated: Mapping[str, tuple[str, int]]

    @property
    def places(self) -> dict[str, str | None]:
        """The school of every pupil after coordination."""
        return self.result.placements | {pupil: school for pupil, (school, _) in self.coordinated.items()}

    @property
    def digest(self) -> str:
        """Over allocation and coordination, as canonical JSON: two equal runs have equal digests."""
        return "sha256:" + hashlib.sha256(canonical_json(self.places)).hexdigest()


def facts_text(
    *,
    group_code: str,
    tier: int | None,
    points: int,
    order: Sequence[int],
    choices: Sequence[str],
    zone_schools: Iterable[str],
) -> str:
    """The canonical JSON bound by a child's leaf: exactly what decides, nothing that names anybody."""
    near = set(zone_schools)
    facts = {
        "choices": [[school, school in near] for school in choices],
        "group": group_code,
        "order": list(order),
        "points": points,
        "tier": NO_TIER if tier is None else tier,
    }
    return canonical_json(facts).decode()


def entry(pupil: str, group: str, facts: str) -> Entry:
    """The entry whose facts were written by `facts_text`."""
    raw: dict[str, Any] = json.loads(facts)
    choices = tuple((school, bool(near)) for school, near in raw["choices"])
    return Entry(pupil, group, raw["group"], raw["tier"], raw["points"], tuple(raw["order"]), choices)


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
        "sites": {
            code: [*site.point, site.education_group, site.town, site.open] for code, site in inputs.sites.items()
        },
    }
    return "sha256:" + hashlib.sha256(canonical_json(body)).hexdigest()


def _tickets(inputs: Inputs, domain: str, groups: Iterable[str]) -> dict[str, bytes]:
    names = list(dict.fromkeys(groups))
    return dict(zip(names, bulk_tickets(draw_key(inputs.seed, inputs.domains[domain]), names), strict=True))


def ranks(inputs: Inputs) -> dict[tuple[str, str], Rank]:
    """The rank of every (pupil, school listed)."""
    listed: dict[str, list[tuple[Entry, bool]]] = {}
    for one in inputs.entries:
        for school, near in one.choices:
            if school in inputs.seats:
                listed.setdefault(school, []).append((one, near))
    found: dict[tuple[str, str], Rank] = {}
    for school, applicants in listed.items():
        _rank_school(school, applicants, _tickets(inputs, school, (one.group for one, _ in applicants)), found)
    return found


def _rank_school(
    school: str,
    applicants: Sequence[tuple[Entry, bool]],
    tickets: Mapping[str, bytes],
    found: dict[tuple[str, str], Rank],
) -> None:
    keys: dict[str, tuple[int, tuple[int, ...]]] = {}
    for one, near in applicants:
        key = (one.tier + (0 if near else OUT_OF_ZONE), one.order)
        keys[one.group] = max(key, keys.get(one.group, key))
    rows = sorted((keys[one.group], tickets[one.group], one.pupil) for one, _near in applicants)
    band, before, position = -1, None, 0
    for count, (key, ticket, pupil) in enumerate(rows, 1):
        if before is None or key != before[0]:
            band += 1
        if (key, ticket) != before:
            position = count
        before = (key, ticket)
        found[pupil, school] = Rank(key[0], band, ticket, position)


def build_problem(inputs: Inputs, known: Mapping[tuple[str, str], Rank]) -> Problem:
    """The allocation problem: positions are the order, so no points or dates of a family enter the public file."""
    sizes = Counter(one.group for one in inputs.entries)
    pupils = tuple(
        Pupil(
            one.pupil,
            tuple(
                Choice(school, known[one.pupil, school].position, tier=known[one.pupil, school].tier)
                for school, _ in one.choices
                if school in inputs.seats
            ),
            one.group if sizes[one.group] > 1 else None,
        )
        for one in inputs.entries
    )
    schools = tuple(School(code, seats) for code, seats in sorted(inputs.seats.items()))
    return Problem(schools, pupils, inputs.mechanism, inputs.siblings)


def place(inputs: Inputs) -> Placed:
    """The whole run; the order of the entries never matters. Raises LotteryError problem.*."""
    known = ranks(inputs)
    problem = build_problem(inputs, known)
    result = allocate(problem)
    return Placed(problem, result, known, coordinate(inputs, result) if inputs.coordination else {})


def coordinate(inputs: Inputs, result: Result) -> dict[str, tuple[str, int]]:
    """Children without a place, one family after the other by their key, to the best school with seats left.

    Siblings without a place go together where a school has room for all of them.
    """
    unplaced = [
        one
        for one in inputs.entries
        if result.placements[one.pupil] is None
        and (not inputs.coordination_groups or one.group_code in inputs.coordination_groups)
    ]
    tickets = _tickets(inputs, COORDINATION, (one.group for one in unplaced))
    families: dict[str, list[Entry]] = {}
    for one in sorted(unplaced, key=lambda one: one.pupil):
        families.setdefault(one.group, []).append(one)
    queue = sorted(
        families.values(), key=lambda family: (max((one.tier, one.order) for one in family), tickets[family[0].group])
    )
    free = {
        code: cutoff.seats + cutoff.extra_seats - cutoff.filled
        for code, cutoff in result.cutoffs.items()
        if inputs.sites[code].open
    }
    found: dict[str, tuple[str, int]] = {}
    for family in queue:
        together = any(left >= len(family) for left in free.values())
        for unit in [family] if together else [[one] for one in family]:
            best = _best(inputs, unit[0], free, len(unit))
            if best is not None:
                free[best[0]] -= len(unit)
                found |= {one.pupil: best for one in unit}
    return found


def _best(inputs: Inputs, one: Entry, free: Mapping[str, int], needed: int) -> tuple[str, int] | None:
    home = inputs.sites.get(one.first)

    def metres(code: str) -> int:
        return round(distance_m(home.point, inputs.sites[code].point)) if home else 0

    def key(code: str) -> tuple[Any, ...]:
        site = inputs.sites[code]
        values = {
            "same_education_group": not (
                home and home.education_group and site.education_group == home.education_group
            ),
            "same_town": not (home and home.town and site.town == home.town),
            "nearby": metres(code),
            "seats_left": -free[code],
        }
        return (*(values[name] for name in inputs.coordination), code)

    best = min((code for code, left in free.items() if left >= needed), key=key, default=None)
    return None if best is None else (best, metres(best))
