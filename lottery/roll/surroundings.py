"""How each choice lies to a child's home, and which schools have rules of their own: read when the roll is frozen."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from enrollment.seasons.models import Round
from enrollment.seasons.rules.policies import compiled
from lottery.engine.admission.entries import SHARED, Entry, Inputs
from lottery.engine.allocation.problem import Mechanism
from lottery.engine.drawing.draw import sibling_rule
from lottery.scores.facts import score_files
from schools.selectors import schools_by_code, zones


class Surroundings:
    """Which schools serve a zone, and which others share seats with it in the same big zone."""

    def __init__(self, round_: Round) -> None:
        season, policy = round_.season, compiled(round_.policy)
        found = zones(season.district_id, season.year, round_.stage)
        self.own = {zone.id: zone.schools for zone in found}
        self._rule = policy.big_zone
        self._big = {zone.id: zone.big_zone for zone in found}
        members: dict[str, set[str]] = defaultdict(set)
        for zone in found:
            if zone.big_zone:
                members[zone.big_zone] |= set(zone.schools)
        # A big zone of one school shares no seat: there is no other zone whose children could take it.
        self._members = {name: frozenset(schools) for name, schools in members.items() if len(schools) > 1}

    def zone_schools(self, zone: str) -> tuple[str, ...]:
        """The schools of a child's own zone."""
        return self.own.get(zone, ())

    def big_zone_schools(self, zone: str, group: str) -> frozenset[str]:
        """The schools whose surplus a child of this zone and group may share."""
        if self._rule is None or (self._rule.groups and group not in self._rule.groups):
            return frozenset()
        return self._members.get(self._big.get(zone, ""), frozenset())

    def limits(self, seats: Mapping[str, int]) -> dict[str, int]:
        """The most seats each school of a big zone may give to children from outside its own zone."""
        if self._rule is None:
            return {}
        sharing: set[str] = set().union(*self._members.values())
        return {code: seats[code] * self._rule.share_percent // 100 for code in sorted(sharing & seats.keys())}


def announced(round_: Round, seats: Mapping[str, int], entries: Iterable[Entry]) -> dict[str, Any]:
    """What the announcement says about schools that rank by rules of their own, and the surplus that is shared."""
    schools = schools_by_code(sorted(seats))
    private = sorted(code for code, school in schools.items() if school.is_drawn)
    files = {code: file for code, file in score_files(round_).items() if code in seats}
    apart = {*private, *files}
    limits = Surroundings(round_).limits({code: count for code, count in seats.items() if code not in apart})
    rules = Inputs(
        entries=tuple(entries),
        seats=seats,
        seed=b"",
        domains={},
        sites={},
        mechanism=Mechanism(compiled(round_.policy).mechanism),
        siblings=sibling_rule(compiled(round_.policy).last_seat),
        private=frozenset(private),
        scored=frozenset(files),
        shared=limits,
    )
    return {
        "private_schools": private,
        "shared_limits": limits,
        "shared_seats": rules.shared_seats(),
        "coordination": _coordination(round_),
        "score_files": {code: file.sha256 for code, file in files.items()},
        "score_counts": {code: file.count for code, file in files.items()},
    }


def _coordination(round_: Round) -> dict[str, Any] | None:
    """By which criteria, in order, children without a place are placed, and of which groups (none named: all)."""
    rule = compiled(round_.policy).coordination
    if rule is None:
        return None
    # Where the scheme names no distance it decides last, so that the order of schools is never left open.
    order = rule.order if "nearby" in rule.order else (*rule.order, "nearby")
    return {"criteria": list(order), "groups": list(rule.groups)}


def schools_of_the_run(seats: Mapping[str, int], limits: Mapping[str, int]) -> list[str]:
    """Every school of the run that needs tickets of its own."""
    return sorted([*seats, *(code + SHARED for code in limits)])
