"""Schools for everybody: which one an address belongs to, what lies near, and a neutral profile. No grades, no ranks.

Lists are ordered by distance or by name, never by anything that could be read as quality (R114).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.models import Season
from enrollment.selectors.core import NEAR_METRES, LastYear, results_of
from enrollment.selectors.journey import SchoolMap, drawn
from foundation.wording import say
from schools.matching import MESSAGES, ZoneMatch
from schools.models import School, SeatPlan, Stage, Zone, ZoneRule
from schools.selectors import distances, offered_schools, schools_by_code, seat_plan, zone_index, zone_of


def seasons() -> QuerySet[Season]:
    """The seasons a family may look up, newest first."""
    rows = Season.objects.filter(rehearsal=False).select_related("district__parent")
    return rows.order_by("-year", "district_id")


def season_at(text: str) -> Season | None:
    """The season named as ``430702-2026``, or the newest of a district named as ``430702``; None for anything else."""
    district, _dash, year = text.partition("-")
    fits = (row for row in seasons() if row.district_id == district and year in {"", str(row.year)})
    return next(fits, None)


def stages_of(season: Season) -> list[tuple[str, str]]:
    """The stages with seats in a season, in the order of age."""
    plans = SeatPlan.objects.filter(school__district=season.district_id, year=season.year, seats__gt=0)
    there = set(plans.values_list("stage", flat=True))
    return [(value, str(label)) for value, label in Stage.choices if not there or value in there]


@dataclass(frozen=True, slots=True)
class NearSchool:
    """A school in a list: how far it is, and whether the address belongs to it."""

    school: School
    metres: int | None
    own: bool
    seats: int


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of an address: the zone with the reasoning, its schools, and the schools near it."""

    match: ZoneMatch
    steps: tuple[str, ...]
    schools: tuple[NearSchool, ...]  # the zone's own first, then those within NEAR_METRES by distance
    map: SchoolMap | None

    @property
    def own(self) -> tuple[NearSchool, ...]:
        return tuple(one for one in self.schools if one.own)

    @property
    def near(self) -> tuple[NearSchool, ...]:
        return tuple(one for one in self.schools if not one.own)


def find_school(address: str, season: Season, stage: str) -> Found:
    """The zone of an address and the schools around. The address is neither stored nor logged."""
    where = {"district": season.district_id, "year": season.year, "stage": stage}
    matched = zone_of(address, district=season.district_id, year=season.year, stage=stage)
    own = list(schools_by_code(matched.schools).values())
    listed = _near(own, season, stage)
    areas, _index = zone_index(str(where["district"]), season.year, stage)
    steps = tuple(say(MESSAGES[step.code], step.params) for step in matched.steps)
    return Found(matched, steps, listed, drawn([(one.school, one.own) for one in listed], areas) if listed else None)


def _near(own: Sequence[School], season: Season, stage: str) -> tuple[NearSchool, ...]:
    seats = seat_plan(season.district_id, season.year, stage)
    codes = [school.code for school in own]
    offered = offered_schools(season.district_id, season.year, stage)
    metres = distances(codes[:1], [*own, *offered])
    first = [NearSchool(school, None, own=True, seats=seats.get(school.code, 0)) for school in own]
    rest = [
        NearSchool(school, metres[school.code], own=False, seats=seats.get(school.code, 0))
        for school in offered
        if school.code not in codes and metres.get(school.code, NEAR_METRES + 1) <= NEAR_METRES
    ]
    return (*first, *sorted(rest, key=lambda one: (one.metres or 0, one.school.name)))


@dataclass(frozen=True, slots=True)
class Known:
    """How much a look-up knows: the zones of a year and stage, and the places their descriptions name."""

    zones: int
    places: int


def known(season: Season, stage: str) -> Known:
    rows = Zone.objects.filter(district=season.district_id, year=season.year, stage=stage)
    return Known(rows.count(), ZoneRule.objects.filter(zone__in=rows).values("kind", "name").distinct().count())


def school_list(season: Season, stage: str, words: str = "") -> list[NearSchool]:
    """The schools on offer by name; ``words`` keeps those whose name or address holds them."""
    seats = seat_plan(season.district_id, season.year, stage)
    wanted = words.strip().casefold()
    rows = [
        school
        for school in offered_schools(season.district_id, season.year, stage)
        if wanted in f"{school.name} {school.address}".casefold()
    ]
    return [NearSchool(row, None, own=False, seats=seats[row.code]) for row in sorted(rows, key=lambda row: row.name)]


@dataclass(frozen=True, slots=True)
class ZoneWords:
    """A zone in words: what belongs to it, and what of that does not."""

    name: str
    big_zone: str
    takes: tuple[str, ...]
    without: tuple[str, ...]
    shared_with: tuple[str, ...]  # names of the other schools of the zone


@dataclass(frozen=True, slots=True)
class StagePlan:
    """One stage of a school: this year's seats and zones, and the newest published result."""

    label: str
    seats: int
    class_size: int
    zones: tuple[ZoneWords, ...]
    result: LastYear | None
    result_year: int
    result_seats: int

    @property
    def classes(self) -> int:
        """Classes that hold the seats."""
        return -(-self.seats // self.class_size) if self.class_size else 0


@dataclass(frozen=True, slots=True)
class Profile:
    """One school, as the bureau publishes it."""

    school: School
    year: int
    features: tuple[str, ...]
    facilities: tuple[str, ...]
    plans: tuple[StagePlan, ...]
    near: tuple[NearSchool, ...]
    map: SchoolMap | None


def profile(code: str) -> Profile | None:
    """The profile of a school with a plan in its district's newest season; None for any other code."""
    if "\0" in code:  # PostgreSQL has no text with a NUL
        return None
    school = School.objects.select_related("district").filter(pk=code).first()
    season = seasons().filter(district=school.district_id).first() if school else None
    if school is None or season is None:
        return None
    plans = list(SeatPlan.objects.filter(school=school, year=season.year))
    plans.sort(key=lambda plan: Stage.values.index(plan.stage))
    near = _near([school], season, plans[0].stage) if plans else ()
    return Profile(
        school,
        season.year,
        listed(school.features),
        listed(school.facilities),
        tuple(_stage_plan(school, season, plan) for plan in plans),
        near,
        drawn([(one.school, one.own) for one in near]) if near else None,
    )


def listed(text: str) -> tuple[str, ...]:
    """One thing a line, or parted by 、 or ；"""
    parts = text.replace("、", "\n").replace("；", "\n").replace(";", "\n").split("\n")
    return tuple(part.strip() for part in parts if part.strip())


def _stage_plan(school: School, season: Season, plan: SeatPlan) -> StagePlan:
    year, result = season.year, None
    for year in (season.year, season.year - 1):
        result = results_of(season.district_id, year, plan.stage).get(school.code)
        if result is not None:
            break
    before = seat_plan(season.district_id, year, plan.stage).get(school.code, 0) if result else 0
    rows = Zone.objects.filter(schools=school, year=season.year, stage=plan.stage)
    words = tuple(_zone_words(zone, school) for zone in rows.prefetch_related("rules", "schools").order_by("name"))
    return StagePlan(str(Stage(plan.stage).label), plan.seats, plan.class_size, words, result, year, before)


def _zone_words(zone: Zone, school: School) -> ZoneWords:
    rules = sorted(zone.rules.all(), key=lambda rule: (rule.name, rule.low or 0))
    return ZoneWords(
        zone.name,
        zone.big_zone,
        tuple(rule_words(rule) for rule in rules if rule.effect == "include"),
        tuple(rule_words(rule) for rule in rules if rule.effect == "exclude"),
        tuple(sorted(other.name for other in zone.schools.all() if other.pk != school.pk)),
    )


def rule_words(rule: ZoneRule) -> str:
    """One line of a zone's description: a place, with the numbers that count."""
    if rule.low is None and rule.high is None and rule.parity == "all":
        return rule.name
    if rule.low is None and rule.high is None:
        span = ""
    elif rule.high is None:
        span = _("from %(low)d") % {"low": rule.low}
    else:
        span = f"{rule.low or 1}–{rule.high}"
    parity = {"odd": _("odd numbers"), "even": _("even numbers")}.get(rule.parity, _("numbers"))
    return _("%(name)s, %(parity)s %(span)s") % {"name": rule.name, "parity": parity, "span": span}
