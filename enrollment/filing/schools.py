"""The schools to choose from, with what helps to decide: zone, distance, seats, last year's result."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from enrollment.filing.big_zones import BigZone, big_zones
from enrollment.seasons.models import Draft, Offer, PolicyVersion, Round, Season
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.seats import seats_offered
from foundation.wording import content_language
from schools.maps.walking import Walk
from schools.matching import Point
from schools.models import DRAWN_KINDS, School
from schools.naming import several
from schools.selectors import Chart, chart, distances, offered_plans, seat_plan

NEAR_METRES = 2500
NEAREST = 5  # schools that are shown first


@dataclass(frozen=True, slots=True)
class LastYear:
    """What the published results of the year before say of a school: how many came by choice, and who came last.

    ``last_group`` is "" where groups do not count: at a school that the draw alone ranks at.
    """

    admitted: int
    full: bool
    last_group: str


@dataclass(frozen=True, slots=True)
class SchoolOption:
    """A school to choose, with what helps to decide. ``last_year`` is None where no results are stored."""

    school: School
    in_zone: bool
    metres: int | None
    seats: int = 0
    last_year: LastYear | None = None
    walk: Walk | None = None
    supplementary: bool = False  # the seats are those left for the supplementary round
    shares: bool = False  # shares seats with the family's zone in a big zone

    @property
    def far(self) -> int:
        """Metres to go by; 0 where nothing is known."""
        return self.walk.metres if self.walk else self.metres or 0


def last_year(season: Season, stage: str) -> dict[str, LastYear]:
    """The results of the year before by school; empty where there are none."""
    return results_of(season.district_id, season.year - 1, stage, rehearsal=season.rehearsal)


def results_of(district: str, year: int, stage: str, *, rehearsal: bool = False) -> dict[str, LastYear]:
    """The results of a year's main round by school, from published offers by choice; empty where there are none."""
    places = Offer.objects.filter(
        kind=Offer.Kind.CHOICE,
        application__district_code=district,
        application__season_year=year,
        application__stage=stage,
        application__rehearsal=rehearsal,
        application__round__kind="main",
    )
    rows = list(places.values("school_id", "school__kind").annotate(count=Count("pk"), last=Max("application__tier")))
    if not rows:
        return {}
    plan = seat_plan(district, year, stage)
    groups: dict[int, str] = {}
    for policy in PolicyVersion.objects.filter(
        rounds__season__district=district,
        rounds__season__year=year,
        rounds__stage=stage,
        rounds__kind="main",
        rounds__season__rehearsal=rehearsal,
    ).defer("text"):
        language = content_language()
        groups |= {group.tier: group.name.of(language) for group in compiled(policy).groups}
    return {
        row["school_id"]: LastYear(
            row["count"],
            row["count"] >= plan.get(row["school_id"], row["count"] + 1),
            "" if row["school__kind"] in DRAWN_KINDS else groups.get(row["last"], ""),
        )
        for row in rows
        if row["school_id"]
    }


@dataclass(frozen=True, slots=True)
class Nearby:
    """Where a family lives, as far as its answers say: its zones, their schools, and the point on the map."""

    chart: Chart
    zones: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    home: Point | None = None
    big_zones: tuple[BigZone, ...] = ()


def nearby(draft: Draft) -> Nearby:
    """From the home's address, and the household's beside it; the pin stands at the first that has a place."""
    season = draft.round.season
    found = chart(season.district_id, season.year, draft.round.stage)
    zones: list[str] = []
    schools: list[str] = []
    home = None
    for name in ("home_address", "household_address"):
        address = str(draft.answers.get(name) or "")
        if address:
            matched = found.match(address)
            zones += matched.zones
            schools += matched.schools
            home = home or found.place(address)
    shared = big_zones(compiled(draft.round.policy), found.zones, zones)
    return Nearby(found, tuple(dict.fromkeys(zones)), tuple(dict.fromkeys(schools)), home, shared)


def school_options(draft: Draft, here: Nearby | None) -> list[SchoolOption]:
    """The schools on offer: those of the family's zone first, those of its big zone next, then the nearest.

    The way is that on foot from the home; where nobody knows where that lies, the straight line from the zone's school.
    Without ``here`` nothing is said that leads to the home: neither zone nor distances.
    """
    season = draft.round.season
    plans = offered_plans(season.district_id, season.year, draft.round.stage)
    offered = [plan.school for plan in plans]
    sharing = {code for one in here.big_zones for code in one.codes} if here else set()
    own = here.schools if here else ()
    ways = here.chart.walks(here.home, offered) if here and here.home else {}
    metres = {} if ways else distances(own[:1], offered)
    before = last_year(season, draft.round.stage)
    later = draft.round.kind == Round.Kind.SUPPLEMENTARY
    seats = seats_offered(draft.round) if later else {plan.school_id: plan.seats for plan in plans}
    options = [
        SchoolOption(
            plan.school,
            plan.school_id in own,
            metres.get(plan.school_id),
            seats.get(plan.school_id, 0),
            before.get(plan.school_id),
            ways.get(plan.school_id),
            supplementary=later,
            shares=plan.school_id in sharing and plan.school_id not in own,
        )
        for plan in plans
    ]
    return sorted(options, key=lambda option: (not option.in_zone, not option.shares, option.far, option.school.code))


def choice_warnings(draft: Draft, picked: Sequence[SchoolOption], options: Sequence[SchoolOption]) -> list[str]:
    """What is worth knowing about the named schools. Plain words, no advice which school is better; never blocks."""
    if not picked:
        return []
    policy = compiled(draft.round.policy)
    most = min(policy.choices, len(options))
    said = []
    if policy.mechanism == "sequential":
        said.append(_("In this district the first choice counts first. A school you name second may be full by then."))
    if len(picked) < most:
        text = _("You named %(count)d of %(most)d possible schools. More choices never harm the first one.")
        if policy.mechanism == "sequential":
            text = _("You named %(count)d of %(most)d possible schools.")
        said.append(text % {"count": len(picked), "most": most})
    if all(option.last_year and option.last_year.full for option in picked):
        said.append(_("Every school you named was full last year. Another one makes a place more certain."))
    if draft.round.kind == Round.Kind.SUPPLEMENTARY:
        full = [option.school.name for option in picked if not option.seats]
        if full:
            text = _("No seat is left at %(schools)s. It counts only if one becomes free before the draw.")
            said.append(text % {"schools": several(full)})
    if all(option.school.is_drawn for option in picked):
        text = _("You named only schools that admit by the draw alone, where neither group nor zone counts.")
        said.append(text)
    if any(option.in_zone for option in options) and not any(option.in_zone for option in picked):
        said.append(_("The school of your zone is not among your choices."))
    return said
