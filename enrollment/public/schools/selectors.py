"""Schools for everybody: which one an address belongs to, what lies near, and a neutral profile. No grades, no ranks.

Lists are ordered by distance or by name, never by anything that could be read as quality.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from enrollment.filing.big_zones import BigZone, big_zones
from enrollment.filing.school_map import Listed, Place, SchoolMap, school_map
from enrollment.filing.schools import NEAR_METRES, NEAREST, LastYear, results_of
from enrollment.public.schools.places import NumberRange, number_ranges, rule_words, why
from enrollment.seasons.models import Round, Season
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.seats import SeatsLeft, seats_left_now
from foundation.wording import say
from policy import Policy
from schools.maps.walking import Walk
from schools.matching import MESSAGES, Point, ZoneMatch
from schools.models import ProfileCheck, School, SeatPlan, Stage, Zone, ZoneRule
from schools.naming import in_text, several
from schools.selectors import (
    distances,
    offered_schools,
    profile_checked,
    schools_by_code,
    seat_plan,
)


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


def stage_asked(stages: Sequence[tuple[str, str]], named: str) -> str:
    """The stage of ``stages_of`` that somebody named, or the one most families ask for: primary school if there."""
    there = [value for value, _label in stages]
    usual = Stage.PRIMARY.value if Stage.PRIMARY in there else there[0]
    return named if named in there else usual


@dataclass(frozen=True, slots=True)
class NearSchool:
    """A school in a list: how far it is, and whether the address belongs to it.

    ``walk`` is the way on foot from the home, where it is known where that lies; ``metres`` the straight line from the
    school of the zone, where it is not.
    """

    school: School
    metres: int | None
    own: bool
    seats: int  # of the plan, or those left once a supplementary round takes applications
    walk: Walk | None = None
    supplementary: bool = False  # the seats are those left for the supplementary round


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of an address: the zone with the reasoning, its schools, and the schools near it."""

    match: ZoneMatch
    why: str  # the line of the zone's description that decided; "" where several zones are left
    steps: tuple[str, ...]
    schools: tuple[NearSchool, ...]  # the zone's own first, then the nearest
    map: SchoolMap | None
    placed: bool  # it is known where the home lies
    ranges: tuple[NumberRange, ...]  # where only the house number is missing
    left: SeatsLeft | None = None  # while a supplementary round takes applications
    big_zones: tuple[BigZone, ...] = ()

    @property
    def own(self) -> tuple[NearSchool, ...]:
        return tuple(one for one in self.schools if one.own)

    @property
    def own_names(self) -> str:
        return several(one.school.name for one in self.own)

    @property
    def near(self) -> tuple[NearSchool, ...]:
        return tuple(one for one in self.schools if not one.own)


def find_school(address: str, season: Season, stage: str) -> Found:
    """The zone of an address and the schools around. The address is neither stored nor logged."""
    place = Place.of(season, stage)
    matched, home = place.chart.match(address), place.chart.place(address)
    own = list(schools_by_code(matched.schools).values())
    offered = offered_schools(season.district_id, season.year, stage)
    seats = _Seats.now(season, stage)
    listed = _nearest(home, own, place, offered, seats) if home else _near(own, offered, seats)
    drawn = _drawn(place, listed, offered, home=home, own_zones=matched.zones)
    steps = tuple(say(MESSAGES[step.code], in_text(step.params)) for step in matched.steps)
    ranges = number_ranges(address, season, stage) if matched.outcome != "matched" else ()
    policy = _policy_of(season, stage)
    shared = big_zones(policy, place.chart.zones, matched.zones) if policy and matched.outcome == "matched" else ()
    return Found(
        match=matched,
        why=why(matched),
        steps=steps,
        schools=listed,
        map=drawn,
        placed=home is not None,
        ranges=ranges,
        left=seats.left,
        big_zones=shared,
    )


def _policy_of(season: Season, stage: str) -> Policy | None:
    """The policy of a stage's main round; None where it has none."""
    main = Round.objects.filter(season=season, stage=stage, kind=Round.Kind.MAIN).select_related("policy").first()
    return compiled(main.policy) if main else None


def _drawn(
    place: Place,
    listed: Sequence[NearSchool],
    offered: Sequence[School],
    *,
    home: Point | None = None,
    own_zones: Sequence[str] = (),
) -> SchoolMap | None:
    """The map of a list of schools, with every other school of the district beside them."""
    codes = {one.school.code for one in listed}
    others = [school for school in offered if school.code not in codes]
    return school_map(place, [Listed(one.school, one.own) for one in listed], others, home=home, own_zones=own_zones)


@dataclass(frozen=True, slots=True)
class _Seats:
    """The seats a list of schools shows: the plan's, or what is left for the supplementary round."""

    by_school: Mapping[str, int]
    left: SeatsLeft | None  # while a supplementary round takes applications

    @classmethod
    def now(cls, season: Season, stage: str) -> "_Seats":
        left = seats_left_now(season, stage)
        return cls(left.by_school if left else seat_plan(season.district_id, season.year, stage), left)

    def row(
        self, school: School, metres: int | None = None, *, own: bool = False, walk: Walk | None = None
    ) -> NearSchool:
        return NearSchool(school, metres, own, self.by_school.get(school.code, 0), walk, self.left is not None)

    def hopeful(self, offered: Sequence[School], own: Collection[str]) -> list[School]:
        """The other schools worth naming: all of them, or in a supplementary round those with a seat left."""
        others = (school for school in offered if school.code not in own)
        return [school for school in others if self.left is None or self.by_school.get(school.code)]


def _nearest(
    home: Point, own: Sequence[School], place: Place, offered: Sequence[School], seats: _Seats
) -> tuple[NearSchool, ...]:
    """The schools of the home's zone, then the nearest others by the way on foot."""
    codes = {school.code for school in own}
    others = seats.hopeful(offered, codes)
    ways = place.chart.walks(home, [*own, *others])
    rows = [seats.row(school, own=school.code in codes, walk=ways[school.code]) for school in [*own, *others]]
    rows.sort(key=lambda one: (not one.own, ways[one.school.code].metres, one.school.name))
    return tuple(rows[: len(own) + NEAREST])


def _near(own: Sequence[School], offered: Sequence[School], seats: _Seats) -> tuple[NearSchool, ...]:
    """Where nobody knows where the home lies: the schools around that of the zone."""
    codes = [school.code for school in own]
    metres = distances(codes[:1], [*own, *offered])
    first = [seats.row(school, own=True) for school in own]
    rest = [
        seats.row(school, metres[school.code])
        for school in seats.hopeful(offered, codes)
        if metres.get(school.code, NEAR_METRES + 1) <= NEAR_METRES
    ]
    return (*first, *sorted(rest, key=lambda one: (one.metres or 0, one.school.name)))


def _around(school: School, place: Place) -> tuple[tuple[NearSchool, ...], SchoolMap | None]:
    """A school and those near it, on foot where the district has a map; and the map of them."""
    offered = offered_schools(place.season.district_id, place.season.year, place.stage)
    seats = _Seats.now(place.season, place.stage)
    if place.chart.atlas is None:
        near = _near([school], offered, seats)
    else:
        near = _nearest((school.longitude, school.latitude), [school], place, offered, seats)
    return near, _drawn(place, near, offered) if near else None


def district_map(season: Season, stage: str) -> SchoolMap | None:
    """The whole district, before anybody has said where they live."""
    return _drawn(Place.of(season, stage), [], offered_schools(season.district_id, season.year, stage))


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
    seats = _Seats.now(season, stage)
    wanted = words.strip().casefold()
    rows = [
        school
        for school in offered_schools(season.district_id, season.year, stage)
        if wanted in f"{school.name} {school.address}".casefold()
    ]
    return [seats.row(row) for row in sorted(rows, key=lambda row: row.name)]


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
    """One stage of a school: this year's seats and zones, and the newest published result.

    ``left`` are the seats still free while a supplementary round takes applications, None otherwise.
    """

    label: str
    seats: int
    class_size: int
    zones: tuple[ZoneWords, ...]
    result: LastYear | None
    result_year: int
    result_seats: int
    left: int | None = None
    big_zones: tuple[BigZone, ...] = ()
    most: int = 1  # schools that a family can name

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
    checked: ProfileCheck | None  # by whom and when, of what the page says now


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
    near, drawn = _around(school, Place.of(season, plans[0].stage)) if plans else ((), None)
    return Profile(
        school,
        season.year,
        listed(school.features),
        listed(school.facilities),
        tuple(_stage_plan(school, season, plan) for plan in plans),
        near,
        drawn,
        profile_checked(school),
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
    later = seats_left_now(season, plan.stage)
    left = later.by_school.get(school.code, 0) if later else None
    policy = _policy_of(season, plan.stage)
    names = [zone.name for zone in words if zone.big_zone]
    known = Place.of(season, plan.stage).chart.zones if names else ()
    return StagePlan(
        label=str(Stage(plan.stage).label),
        seats=plan.seats,
        class_size=plan.class_size,
        zones=words,
        result=result,
        result_year=year,
        result_seats=before,
        left=left,
        big_zones=big_zones(policy, known, names) if policy else (),
        most=policy.choices if policy else 1,
    )


def _zone_words(zone: Zone, school: School) -> ZoneWords:
    rules = sorted(zone.rules.all(), key=lambda rule: (rule.name, rule.low or 0))
    return ZoneWords(
        zone.name,
        zone.big_zone,
        tuple(rule_words(rule) for rule in rules if rule.effect == "include"),
        tuple(rule_words(rule) for rule in rules if rule.effect == "exclude"),
        tuple(sorted(other.name for other in zone.schools.all() if other.pk != school.pk)),
    )
