"""The schools around the homes of a zone, as a synthetic family sees them when it chooses."""

from collections import defaultdict

from enrollment.seasons.models import Season
from rehearsal.answers import Around
from schools.models import School, Zone
from schools.selectors import distances, offered_schools


def schools_around(season: Season) -> dict[tuple[str, str], Around]:
    """By stage and name of a zone: its school, and the others of the stage, each kind of them nearest first."""
    zones = Zone.objects.filter(district=season.district_id, year=season.year).prefetch_related("schools")
    own = {zone: min(school.code for school in zone.schools.all()) for zone in zones}
    sharing: dict[tuple[str, str], set[str]] = defaultdict(set)
    for zone, code in own.items():
        if zone.big_zone:
            sharing[zone.stage, zone.big_zone].add(code)
    offered = {stage: offered_schools(season.district_id, season.year, stage) for stage in {zone.stage for zone in own}}
    return {
        (zone.stage, zone.name): _around(code, offered[zone.stage], sharing.get((zone.stage, zone.big_zone), set()))
        for zone, code in own.items()
    }


def _around(own: str, offered: list[School], sharing: set[str]) -> Around:
    metres = distances([own], offered)
    others = sorted((one for one in offered if one.code != own), key=lambda one: (metres.get(one.code, 0), one.code))
    of_kind = {kind: tuple(one.code for one in others if one.kind == kind) for kind in School.Kind}
    return Around(
        own,
        big_zone=tuple(one.code for one in others if one.code in sharing),
        near=tuple(one.code for one in others if not one.is_drawn),
        private=of_kind[School.Kind.PRIVATE],
        migrant=of_kind[School.Kind.MIGRANT],
    )
