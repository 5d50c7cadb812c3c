"""What the pages of the set-up show: where a season stands, its draft, and what a draft would change for whom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.seasons.models import Application, Draft, PolicyVersion, Round, Season
from enrollment.seasons.readiness import Planned, Ready, Step, lacks, planned_of, readiness
from enrollment.seasons.states import ENDED_STATES, RoundState
from enrollment.setup.bodies import LABELS, OF_ROUND, Body, dates_of, digest, moment_of, name_of, of_season
from enrollment.setup.models import SeasonDraft
from enrollment.setup.states import OPEN
from foundation import clock
from foundation.days import moment_said
from foundation.errors import NotAllowed
from schools.matching.divisions import county
from schools.models import District

FIRST_YEAR, LAST_YEAR = 2000, 2100
COUNTY_DIGITS: Final = 6
PAGES: Final[Mapping[str, str]] = {
    "schools": "schools",
    "seats": "seats",
    "zones": "zones",
    "addresses": "addresses",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A county that the person may set up; it may not be in the database yet."""

    code: str
    name: str


def places(account: Account) -> list[Place]:
    """The counties that the person's ability reaches: those that are there, and the one a role is for."""
    mine = scope(account)
    rows = mine.rows(District.objects.filter(parent__parent__isnull=False), Ability.SEASON_EDIT, district="code")
    found = {one.code: Place(one.code, one.name) for one in rows}
    for _role, reach in mine.reaches:
        division = county(reach.district) if len(reach.district) == COUNTY_DIGITS else None
        if division and mine.may(Ability.SEASON_EDIT, district=reach.district):
            found.setdefault(reach.district, Place(reach.district, division.name))
    return [found[code] for code in sorted(found)]


def place_for(account: Account, district: str, year: int) -> Place:
    """The county, if the person may set it up in such a year. Raises NotAllowed."""
    division = county(district)
    if (
        division is None
        or not FIRST_YEAR <= year <= LAST_YEAR
        or not scope(account).may(Ability.SEASON_EDIT, district=district)
    ):
        raise NotAllowed(_("There is no such season in your care."))
    return Place(district, division.name)


@dataclass(frozen=True, slots=True)
class SeasonRow:
    """One season on the first page."""

    place: Place
    year: int
    announced: bool
    drafted: bool


def seasons_in_care(account: Account) -> list[SeasonRow]:
    """Every season of the person's counties, and for each county this year and the next, newest first."""
    this_year, found = clock.today().year, []
    for place in places(account):
        seasons = set(Season.objects.filter(district=place.code, rehearsal=False).values_list("year", flat=True))
        drafts = SeasonDraft.objects.filter(district=place.code, state__in=OPEN)
        drafted = set(drafts.values_list("year", flat=True))
        years = sorted({*seasons, *drafted, this_year, this_year + 1}, reverse=True)
        found += [SeasonRow(place, year, year in seasons, year in drafted) for year in years]
    return found


def season_of(district: str, year: int) -> Season | None:
    return Season.objects.filter(district=district, year=year, rehearsal=False).first()


def open_draft(district: str, year: int) -> SeasonDraft | None:
    rows = SeasonDraft.objects.filter(district=district, year=year, state__in=OPEN)
    return rows.select_related("changed_by", "asked_by").first()


@dataclass(frozen=True, slots=True)
class Ground:
    """A season on its way: what stands, what is drafted, and by what a form is known to be old."""

    place: Place
    year: int
    season: Season | None
    standing: Body
    draft: SeasonDraft | None

    @property
    def body(self) -> Body:
        body: Body = self.draft.body if self.draft else self.standing
        return body

    @property
    def token(self) -> str:
        """The version that a form was filled from."""
        return f"{self.draft.pk}-{self.draft.revision}" if self.draft else digest(self.standing)


def ground(account: Account, district: str, year: int) -> Ground:
    """Raises NotAllowed."""
    place, season = place_for(account, district, year), season_of(district, year)
    return Ground(place, year, season, of_season(season), open_draft(district, year))


def versions(district: str) -> dict[str, PolicyVersion]:
    """The stored rules of a district by code and number, newest first."""
    rows = PolicyVersion.objects.filter(district=district).defer("text").order_by("code", "-number")
    return {f"{one.code}:{one.number}": one for one in rows}


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step of the checklist with the page where it is done ("" where there is none for this person)."""

    step: Step
    link: str


@dataclass(frozen=True, slots=True)
class RoundLine:
    """An announced round on the checklist: where it stands, and what keeps it from opening."""

    round: Round
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    ground: Ground
    steps: tuple[ShownStep, ...]
    rounds: tuple[RoundLine, ...]

    @property
    def done(self) -> int:
        return sum(one.step.state == Ready.READY or one.step.optional for one in self.steps)


FurtherStep = Callable[[Account, Ground], ShownStep]
_further: Final[list[FurtherStep]] = []


def further(step: FurtherStep) -> None:
    """From now on the checklist ends with a step that a room above knows about; no round waits for it."""
    if step not in _further:
        _further.append(step)


def checklist(account: Account, district: str, year: int) -> Checklist:
    """The steps of a season with their links. Raises NotAllowed."""
    found = ground(account, district, year)
    steps = readiness(district, year, planned(found))
    rounds = []
    if found.season:
        rows = found.season.rounds.select_related("season__district", "policy").order_by("opens_at", "pk")
        rounds = [RoundLine(one, tuple(lacks(one)) if one.state == RoundState.PLANNED else ()) for one in rows]
    shown = [ShownStep(step, _link(account, found, step.key)) for step in steps]
    shown += [step(account, found) for step in _further]
    return Checklist(found, tuple(shown), tuple(rounds))


def planned(found: Ground) -> list[Planned]:
    """The rounds as they are to be."""
    if found.draft is None:
        rounds = found.season.rounds.select_related("policy") if found.season else ()
        return [planned_of(one) for one in rounds]
    known = versions(found.place.code)
    states = {(one.stage, one.kind): one.state for one in found.season.rounds.all()} if found.season else {}
    return [
        Planned(
            one.stage,
            one.kind,
            known.get(row["policy"]),
            one.opens_at,
            one.closes_at,
            one.results_at,
            states.get((one.stage, one.kind), RoundState.PLANNED),
        )
        for one, row in zip(dates_of(found.body), found.body["rounds"], strict=True)
    ]


def _link(account: Account, found: Ground, key: str) -> str:
    at = (found.place.code, found.year)
    if key in PAGES:
        return reverse("imports:kind", args=[PAGES[key]])
    return (
        {
            "people": reverse("people:list"),
            "lists": reverse("imports:front"),
            "rules": reverse("enrollment:season-rules", args=at),
            "dates": reverse("enrollment:season-dates", args=at),
            "form": reverse("enrollment:season-forms", args=at),
            "agencies": reverse("admin:verification_agencyswitch_changelist"),
            "notices": reverse("helpdesk:publishing", args=[found.place.code]),
        }[key]
        if scope(account).any(Ability.SEASON_EDIT)
        else ""
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a draft changes."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RoundChange:
    """What a draft changes in one round, and whom that concerns."""

    name: str
    new: bool
    differences: tuple[Difference, ...]
    families: int  # with an application in it
    drafts: int  # that have begun one

    @property
    def seen(self) -> bool:
        return not self.new


@dataclass(frozen=True, slots=True)
class Preview:
    rounds: tuple[RoundChange, ...]
    calendar: tuple[Difference, ...]

    @property
    def nothing(self) -> bool:
        return not self.rounds and not self.calendar

    @property
    def needs_reason(self) -> bool:
        """Families have seen what it changes."""
        return any(one.seen for one in self.rounds)


def preview(found: Ground) -> Preview:
    """What the draft would change, and for how many families."""
    before = {(row["stage"], row["kind"]): row for row in found.standing["rounds"]}
    changes = []
    for row in found.body["rounds"]:
        old = before.get((row["stage"], row["kind"]))
        names = [name for name in OF_ROUND[2:] if row.get(name, "") != (old or {}).get(name, "")]
        if names:
            different = tuple(
                Difference(str(LABELS[name]), _said((old or {}).get(name, "")), _said(row.get(name, "")))
                for name in names
            )
            changes.append(RoundChange(name_of(row), old is None, different, *_concerned(found.season, row, old)))
    return Preview(tuple(changes), tuple(_lines(found)))


def _said(text: str) -> str:
    at = moment_of(text)
    return moment_said(at) if at else text


def _concerned(season: Season | None, row: Mapping[str, str], old: object) -> tuple[int, int]:
    if season is None or old is None:
        return 0, 0
    where = {"round__season": season, "round__stage": row["stage"], "round__kind": row["kind"]}
    families = Application.objects.filter(**where).exclude(state__in=ENDED_STATES).values("guardian").distinct()
    return families.count(), Draft.objects.filter(**where).count()


def _lines(found: Ground) -> list[Difference]:
    before = {row["key"]: row for row in found.standing["calendar"]}
    after = {row["key"]: row for row in found.body["calendar"]}
    return [
        Difference((after.get(key) or before[key])["zh"], _days(before.get(key)), _days(after.get(key)))
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    ]


def _days(row: Mapping[str, str] | None) -> str:
    return f"{row['starts']} - {row['ends']}" if row else ""
