"""Big zones in words: whose seats are shared with whom, and how many (the engine's own reading: ``lottery.roll``)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from foundation.wording import content_language
from policy import Policy
from schools.matching import Zone
from schools.models import School
from schools.naming import several
from schools.selectors import schools_by_code


@dataclass(frozen=True, slots=True)
class BigZone:
    """A big zone as a family of one of its zones meets it. ``percent`` of a school's seats are shared at most."""

    name: str
    zones: tuple[str, ...]  # names of its zones
    schools: tuple[School, ...]  # of all its zones that share: the drawn ones have no seats of a zone
    percent: int
    groups: str  # the groups whose children may share, in words; "" for all

    @property
    def school_names(self) -> str:
        return several(school.name for school in self.schools)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(school.code for school in self.schools)


def big_zones(policy: Policy, zones: Iterable[Zone], own: Collection[str]) -> tuple[BigZone, ...]:
    """The big zones that these zones (by id or name) belong to. One with a single school shares nothing."""
    rule, known = policy.big_zone, list(zones)
    if rule is None:
        return ()
    language = content_language()
    groups = several(group.name.of(language) for group in policy.groups if group.id in rule.groups)
    names = dict.fromkeys(zone.big_zone for zone in known if zone.big_zone and {zone.id, zone.name} & set(own))
    found = []
    for name in names:
        members = [zone for zone in known if zone.big_zone == name]
        schools = schools_by_code(sorted({code for zone in members for code in zone.schools}))
        sharing = tuple(school for _code, school in sorted(schools.items()) if not school.is_drawn)
        if len(schools) > 1:
            found.append(BigZone(name, tuple(zone.name for zone in members), sharing, rule.share_percent, groups))
    return tuple(found)
